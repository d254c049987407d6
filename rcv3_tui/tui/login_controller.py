"""Signs in from the login screen, asks for a passcode, and saves the profile."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

from rcv3_tui.settings import (
    Credentials,
    SecretKind,
    Settings,
    identity_label,
    normalize_identity_url,
)
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import SignedIn, SignInFailed, SignInProblem
from rcv3_tui.tui.screens.dialog import GuardFactory
from rcv3_tui.tui.screens.login import LoginScreen

_NOTHING_FOUND = (
    "no credentials found; rcv3-tui doctor lists the variables and files that are searched"
)

_PAUSES = (0.0, 5.0, 15.0, 60.0)
"""Seconds after each refused sign-in in a row before the next one is sent."""


class ProfileStore(Protocol):
    """Saves credentials as a profile; `rcv3_tui.config.profile_store` implements it."""

    def problem_with(self, name: str) -> str:
        """Return why a profile cannot have a name, in one line; empty if it can."""
        ...

    def save(
        self,
        name: str,
        credentials: Credentials,
        regions: tuple[str, ...],
        identity_url: str,
        tenant: str | None = None,
    ) -> str:
        """Write a profile; may block on the disk or the keyring.

        Returns:
            One line that says where it was saved.

        Raises:
            ValueError: It cannot be saved; the text is one line.
        """
        ...


ShowMessage = Callable[[str, str], None]
Open = Callable[[LoginScreen], object]


class LoginController:
    """Opens the login screen when it is needed, and closes it after the sign-in.

    Args:
        settings: The initial values of the screen.
        worker: The worker that signs in.
        store: Saves a profile on request; None: profiles cannot be saved.
        open_screen: Opens the login screen.
        show_message: Shows a message on the console.
        guard: Creates the guard of a login screen that opens over the console.
    """

    def __init__(
        self,
        settings: Settings,
        worker: AccountWorker,
        store: ProfileStore | None,
        *,
        open_screen: Open,
        show_message: ShowMessage,
        guard: GuardFactory | None = None,
    ) -> None:
        self.worked = False
        """Whether an account was signed in before."""
        self._settings = settings
        self._worker = worker
        worker.can_ask = True
        self._store = store
        self._open_screen = open_screen
        self._show_message = show_message
        self._guard = guard
        self._refusals = 0
        """Consecutive sign-ins that were refused."""
        self._not_before = 0.0
        """When the next one may be sent, in monotonic seconds of the worker's clock."""
        self._failure: SignInFailed | None = None
        """The last sign-in, if it failed and a sign-in is still needed."""
        self._screen: LoginScreen | None = None
        self._entered: LoginScreen.Submitted | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_asking(self) -> bool:
        """Whether the login screen is open."""
        return self._screen is not None

    def succeeded(self, change: SignedIn) -> None:
        """Close the screen, and save the profile if requested."""
        self.worked = True
        self._failure = None
        self._refusals = 0
        self.close()
        entered, self._entered = self._entered, None
        if entered is not None and entered.profile:
            task = asyncio.get_running_loop().create_task(self._save(entered, change.regions))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def take(self, failure: SignInFailed) -> bool:
        """Ask for other credentials or for a passcode, after a sign-in failed.

        Returns:
            Whether the operator is asked; if not, the failure is final.
        """
        self._failure = failure
        if failure.problem is SignInProblem.SECOND_FACTOR:
            if self._screen is None:
                self._open("", asks_passcode=True)
            else:
                self._screen.ask_passcode()
        elif self._screen is not None:
            if failure.problem is SignInProblem.CREDENTIALS:
                self._refused()
            self._screen.show_refusal(failure.message)
        elif failure.problem is SignInProblem.NO_CREDENTIALS:
            # The reason, if there are credentials that do not suffice.
            self._open(self._settings.credentials_note or _NOTHING_FOUND)
        elif self.worked or self._has_expired(failure):
            self._open(failure.message)
        else:
            return False
        return True

    def open_again(self) -> bool:
        """Open the screen again after it was closed; return whether a sign-in is needed."""
        return self._failure is not None and self._screen is None and self.take(self._failure)

    def _has_expired(self, failure: SignInFailed) -> bool:
        """Return whether the operator has to replace a token of another tool."""
        credentials = self._settings.credentials
        by_token = credentials is not None and credentials.kind is SecretKind.TOKEN
        return by_token and failure.problem is SignInProblem.CREDENTIALS

    def submitted(self, message: LoginScreen.Submitted) -> None:
        """Sign in once with the entered credentials."""
        if self._screen is None:
            return
        try:
            identity_url = normalize_identity_url(message.identity)
        except ValueError as error:
            self._screen.show_mistake(f"identity {error}", "identity")
            return
        store = self._store if message.profile else None
        if store is not None and (problem := store.problem_with(message.profile)):
            self._screen.show_mistake(problem, "profile")
            return
        left = self._not_before - self._worker.clock.monotonic()
        if left > 0:
            self._screen.show_mistake(
                f"nothing was sent: {self._refusals} sign-ins were rejected in a row, and Identity "
                f"locks accounts; try again in {math.ceil(left)} s",
                "secret",
            )
            return
        self._entered = message
        self._screen.show_busy()
        self._worker.sign_in(
            message.credentials,
            region=message.region,
            identity_url=identity_url,
            tenant=message.tenant,
        )

    def _refused(self) -> None:
        """Delay the next sign-in, longer after each refusal."""
        self._refusals += 1
        pause = _PAUSES[min(self._refusals, len(_PAUSES)) - 1]
        self._not_before = self._worker.clock.monotonic() + pause

    def passcode_entered(self, message: LoginScreen.PasscodeEntered) -> None:
        """Sign in with the entered passcode."""
        if self._screen is not None:
            self._screen.show_busy()
            self._worker.submit_passcode(message.passcode)

    def close(self) -> None:
        """Close the screen, if it is open."""
        if self._screen is not None:
            self._screen.dismiss(None)
            self._screen = None

    def _open(self, message: str, *, asks_passcode: bool = False) -> None:
        credentials = self._settings.credentials
        self._screen = LoginScreen(
            username=credentials.username if credentials else self._settings.username_hint or "",
            region=",".join(self._settings.regions),
            identity=identity_label(self._settings.identity_url),
            kind=credentials.kind if credentials else SecretKind.API_KEY,
            tenant=self._settings.tenant or "",
            message=message,
            ascii_only=self._settings.ascii,
            asks_passcode=asks_passcode,
            can_save=self._store is not None,
            guard=self._guard if self.worked else None,
        )
        self._open_screen(self._screen)

    async def _save(self, entered: LoginScreen.Submitted, regions: tuple[str, ...]) -> None:
        if self._store is None:
            return
        url = normalize_identity_url(entered.identity)
        try:
            # In a thread: a keyring may ask for its password.
            text = await asyncio.to_thread(
                self._store.save,
                entered.profile,
                entered.credentials,
                regions,
                url,
                entered.tenant or self._settings.tenant,
            )
        except ValueError as error:
            self._show_message(f"not saved: {error}", "failed")
        else:
            self._show_message(text, "ok")
