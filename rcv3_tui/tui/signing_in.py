"""The login screen between the operator and the worker: tries, asks on, and keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from rcv3_tui.settings import Settings, identity_address, identity_name
from rcv3_tui.sync.changes import SignedIn, SignInFailed, Trouble
from rcv3_tui.sync.worker import Worker
from rcv3_tui.tui.keeper import ProfileKeeper

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.login import LoginScreen

Say = Callable[[str, str], None]
Open = Callable[["LoginScreen"], object]


class SigningIn:
    """Opens the login screen where it is needed, and closes it when the account is open.

    Args:
        settings: What the screen begins with.
        worker: Signs in.
        keeper: Keeps a profile where that is wished; None: nothing can be kept.
        open_screen: Puts the login screen in front.
        say: Tells on the console what became of a profile.
    """

    def __init__(
        self,
        settings: Settings,
        worker: Worker,
        keeper: ProfileKeeper | None,
        *,
        open_screen: Open,
        say: Say,
    ) -> None:
        self.worked = False
        """Whether an account was open before."""
        self._settings = settings
        self._worker = worker
        self._keeper = keeper
        self._open_screen = open_screen
        self._say = say
        self._screen: LoginScreen | None = None
        self._entered: LoginScreen.Submitted | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_asking(self) -> bool:
        """Whether the login screen is in front."""
        return self._screen is not None

    def succeeded(self, change: SignedIn) -> None:
        """Close the screen, and keep the profile if that was wished."""
        self.worked = True
        self.close()
        entered, self._entered = self._entered, None
        if entered is not None and entered.profile:
            task = asyncio.get_running_loop().create_task(self._keep(entered, change.regions))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def take(self, failure: SignInFailed) -> bool:
        """Have the operator try again, or go on with a passcode.

        Returns:
            Whether that is possible; else nobody has been asked, and the failure is final.
        """
        if failure.trouble is Trouble.SECOND_FACTOR:
            if self._screen is None:
                self._open("", asks_passcode=True)
            else:
                self._screen.ask_passcode()
        elif self._screen is not None:
            self._screen.show_refusal(failure.message)
        elif failure.trouble is Trouble.NO_CREDENTIALS:
            self._open("")
        elif self.worked:
            self._open(failure.message)
        else:
            return False
        return True

    def submitted(self, message: LoginScreen.Submitted) -> None:
        """Try what was typed, once."""
        if self._screen is None:
            return
        try:
            identity_url = identity_address(message.identity)
        except ValueError as error:
            self._screen.show_mistake(f"identity {error}", "identity")
            return
        keeper = self._keeper if message.profile else None
        if keeper is not None and (problem := keeper.problem_with(message.profile)):
            self._screen.show_mistake(problem, "profile")
            return
        self._entered = message
        self._screen.show_busy()
        self._worker.sign_in(message.credentials, region=message.region, identity_url=identity_url)

    def passcode_entered(self, message: LoginScreen.PasscodeEntered) -> None:
        """Go on with the second factor."""
        if self._screen is not None:
            self._screen.show_busy()
            self._worker.give_passcode(message.passcode)

    def close(self) -> None:
        """Take the screen away, where there is one."""
        if self._screen is not None:
            self._screen.dismiss(None)
            self._screen = None

    def _open(self, message: str, *, asks_passcode: bool = False) -> None:
        credentials = self._settings.credentials
        from rcv3_tui.tui.screens.login import LoginScreen  # most starts need none

        self._screen = LoginScreen(
            username=credentials.username if credentials else self._settings.username_hint or "",
            region=",".join(self._settings.regions),
            identity=identity_name(self._settings.identity_url),
            message=message,
            ascii_only=self._settings.ascii,
            asks_passcode=asks_passcode,
            can_keep=self._keeper is not None,
        )
        self._open_screen(self._screen)

    async def _keep(self, entered: LoginScreen.Submitted, regions: tuple[str, ...]) -> None:
        if self._keeper is None:
            return
        url = identity_address(entered.identity)
        # A keyring may ask for its own password before it answers.
        kept = await asyncio.to_thread(
            self._keeper.keep, entered.profile, entered.credentials, regions, url
        )
        self._say(kept.text, "ok" if kept.is_kept else "failed")
