"""Tries credentials once, without any user interface."""

from __future__ import annotations

from rcv3_tui.api.errors import ApiError, SecondFactorNeeded
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.identity import TokenGrant
from rcv3_tui.clock import SystemClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.sync.connect import describe_sign_in_error, session_for


class SignInRejected(Exception):  # noqa: N818 - what happened
    """Signing in failed.

    Args:
        message: One line: the reason and the next step.
        code: The exit code of the program.
    """

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


async def sign_in(
    settings: Settings,
    credentials: Credentials,
    *,
    passcode: Secret | None = None,
    session_id: str | None = None,
    reuse_token: bool = False,
) -> TokenGrant:
    """Sign in once. The token is cached for later runs, as by every other command.

    Args:
        settings: The address of Identity and the connection settings.
        credentials: The user and the secret.
        passcode: The second factor, in response to `SecondFactorNeeded`.
        session_id: The session id of that error.
        reuse_token: Return a cached token, if there is a valid one; it does not show whether the
            secret is right.

    Returns:
        The token with the service catalog.

    Raises:
        SecondFactorNeeded: The account requires a passcode.
        SignInRejected: Identity rejected the sign-in or is unreachable.
    """
    try:
        http = create_http_client(settings)
    except (OSError, ValueError) as error:
        raise SignInRejected(str(error), ExitCode.USAGE) from None
    async with http:
        session = session_for(http, settings, credentials, SystemClock(), reuse_token=reuse_token)
        try:
            return await session.access(passcode=passcode, session_id=session_id)
        except SecondFactorNeeded:
            raise
        except ApiError as error:
            failure = describe_sign_in_error(error, settings, credentials)
            raise SignInRejected(failure.message, failure.problem.exit_code) from None
