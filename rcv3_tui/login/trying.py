"""Signs in once, with a passcode where the account wants one, and looks at what there is."""

from __future__ import annotations

from rcv3_tui.api.access import Access
from rcv3_tui.api.errors import ApiError, SecondFactorNeeded
from rcv3_tui.api.http import make_http
from rcv3_tui.api.token_cache import FileTokenCache
from rcv3_tui.api.tokens import authenticate
from rcv3_tui.clock import SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.opening import sign_in_failure


class NotSignedIn(Exception):  # noqa: N818 - what happened
    """Signing in did not work.

    Args:
        message: One line: what happened, and what to do next.
        code: What the program ends with.
    """

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


class PasscodeNeeded(Exception):  # noqa: N818 - what happened
    """The password is right, and the account wants a passcode as well.

    Args:
        session_id: Goes back to Identity together with it.
    """

    def __init__(self, session_id: str) -> None:
        super().__init__("a passcode is needed")
        self.session_id = session_id


async def sign_in(
    settings: Settings,
    credentials: Credentials,
    *,
    passcode: Secret | None = None,
    session_id: str = "",
) -> Access:
    """Try credentials, once. The token is kept for the next start, as by every other command.

    A token that was kept before is not looked at: it would not tell whether the secret is right.

    Args:
        settings: Where Identity is, and how to get there.
        credentials: Who signs in.
        passcode: The second factor, in answer to `PasscodeNeeded`.
        session_id: What that carried.

    Raises:
        PasscodeNeeded: The account wants a second factor.
        NotSignedIn: It did not work.
    """
    try:
        http = make_http(settings)
    except (OSError, ValueError) as error:
        raise NotSignedIn(str(error), ExitCode.USAGE) from None
    async with http:
        try:
            access = await authenticate(
                http,
                settings.identity_url,
                credentials,
                passcode=passcode,
                session_id=session_id or None,
            )
        except SecondFactorNeeded as needed:
            raise PasscodeNeeded(needed.session_id) from None
        except ApiError as error:
            failure = sign_in_failure(error, settings, credentials)
            raise NotSignedIn(failure.message, failure.trouble.exit_code) from None
    if settings.cache_dir is not None:
        cache = FileTokenCache(
            settings.cache_dir, settings.identity_url, credentials, SystemClock()
        )
        cache.save(access)
    return access
