"""The login screen, for missing or rejected credentials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from rcv3_tui.settings import Credentials, Secret, SecretKind
from rcv3_tui.tui.key_labels import KeyHint
from rcv3_tui.tui.mask import spell
from rcv3_tui.tui.screens.dialog import (
    LOW,
    NARROW,
    SUSPEND,
    Clock,
    Guard,
    GuardFactory,
    event_clock,
)
from rcv3_tui.tui.textual_compat import StarredInput
from rcv3_tui.tui.widgets.dialog_button import DialogButton

_LEAST_LENGTH = 4
"""Least length of a secret; a shorter text was meant for the console."""

_KEY, _KEY_LETTERS = re.compile(r"[\w-]{16,}", re.ASCII), 5
"""Characters of an API key, and the least number of different ones, on a screen that opened without
a key. Rackspace's have 32 hexadecimal digits; filters and commands do not."""

_TOKEN = re.compile(r"[\w.~+/=-]{16,}", re.ASCII)
"""The same for a token."""

_HINT = "Enter goes to the next field, or signs in; Esc leaves"


class SecretInput(StarredInput):
    """A field that shows stars, and copies nothing to the clipboard."""

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""


class KindSwitch(Widget, can_focus=True):
    """Chooses the kind of secret.

    Args:
        kind: The initial kind.
    """

    DEFAULT_CSS = """
    KindSwitch {
        height: 1;
        width: 1fr;
        &:focus { text-style: bold reverse; }
    }
    """

    class Switched(Message):
        """Another kind was chosen."""

    def __init__(self, kind: SecretKind, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind = kind

    def render(self) -> Content:
        """Return all kinds, with a star at the chosen one."""
        marks = ("*" if kind is self.kind else " " for kind in SecretKind)
        return Content("  ".join(f"({m}) {k}" for m, k in zip(marks, SecretKind, strict=True)))

    def on_key(self, event: events.Key) -> None:
        """Switch on Left, Right and Space."""
        if event.key in ("left", "right", "space"):
            event.stop()
            event.prevent_default()
            self.switch(-1 if event.key == "left" else 1)

    def on_click(self) -> None:
        """Switch."""
        self.switch()

    def switch(self, step: int = 1) -> None:
        """Choose the next or the previous kind."""
        if not self.disabled:
            kinds = list(SecretKind)
            self.kind = kinds[(kinds.index(self.kind) + step) % len(kinds)]
            self.refresh()
            self.post_message(self.Switched())


class LoginScreen(ModalScreen[None]):
    """Asks for user name and API key or password, or tenant and token; region; Identity service.

    It posts what was entered; the login controller signs in and reports the result.

    Args:
        username: The initial user name.
        region: The initial region.
        identity: `us`, `uk` or a URL.
        kind: The initial kind of secret.
        tenant: The account that a token is for.
        message: Why credentials are needed, in one line.
        ascii_only: Draw with ASCII only.
        asks_passcode: Ask for the passcode first; the rest is known.
        can_save: Offer to save a profile.
        guard: Creates the type-ahead guard; None: only keys from before the first paint are
            dropped.
        clock: The clock that stamps events.
    """

    CSS_PATH = "login.tcss"
    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False
    ASKS_FOR_SECRETS: ClassVar[bool] = True

    _ORDER: ClassVar[tuple[str, ...]] = (
        "kind",
        "username",
        "tenant",
        "secret",
        "region",
        "identity",
        "profile",
    )

    class Submitted(Message):
        """Credentials were entered.

        Args:
            credentials: User name and secret; the secret is not in its repr.
            region: In upper case; empty: chosen from the service catalog.
            identity: `us`, `uk` or a URL, as entered.
            profile: The profile to save; empty: none.
            tenant: The account that a token is for; empty: as in the settings.
        """

        def __init__(
            self,
            credentials: Credentials,
            region: str,
            identity: str,
            profile: str = "",
            tenant: str = "",
        ) -> None:
            super().__init__()
            self.credentials = credentials
            self.region = region
            self.identity = identity
            self.profile = profile
            self.tenant = tenant

    class PasscodeEntered(Message):
        """The second factor was entered.

        Args:
            passcode: The passcode; it is not in the repr.
        """

        def __init__(self, passcode: Secret) -> None:
            super().__init__()
            self.passcode = passcode

    class Abandoned(Message):
        """The operator left the screen."""

    def __init__(
        self,
        *,
        username: str = "",
        region: str = "",
        identity: str = "us",
        kind: SecretKind = SecretKind.API_KEY,
        tenant: str = "",
        message: str = "",
        ascii_only: bool = False,
        asks_passcode: bool = False,
        can_save: bool = False,
        guard: GuardFactory | None = None,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._ascii_only = ascii_only
        self._busy = False
        self._asks_passcode = asks_passcode
        self._can_save = can_save
        self._make_guard = guard
        self._clock = clock
        self._guard: Guard | None = None
        self._is_painted = False
        self._known = (username, tenant, region, identity)
        self._kind = KindSwitch(kind, id="kind")
        self._username = Input(compact=True, id="username", select_on_focus=False)
        self._tenant = Input(compact=True, id="tenant", select_on_focus=False)
        self._secret = SecretInput(password=True, compact=True, id="secret")
        self._region = Input(compact=True, id="region", select_on_focus=False)
        self._identity = Input(compact=True, id="identity", select_on_focus=False)
        self._profile = Input(compact=True, id="profile", select_on_focus=False)
        self._passcode = SecretInput(password=True, compact=True, id="passcode")
        self._secret_label = self._label(kind)
        self._message = Static(self._spelled(message), markup=False, id="message")
        self._sign_in = DialogButton("Sign in", id="sign-in")

    # -- for the caller -----------------------------------------------------------------------

    def show_busy(self) -> None:
        """Show that the sign-in is running, and disable the fields."""
        self._busy = True
        by_token = self._kind.kind is SecretKind.TOKEN
        who = "with the token" if by_token else f"as {self._username.value.strip()}"
        self._show(f"signing in {who} ...")
        self._able(False)

    def show_refusal(self, text: str) -> None:
        """Show why the sign-in failed, and enable the fields; the secret is cleared.

        Args:
            text: One line.
        """
        self._busy = False
        self._asks_passcode = False
        self.remove_class("-passcode")
        self._show(text, refused=True)
        self._secret.value = ""
        self._passcode.value = ""
        self._able(True)
        self._secret.focus()

    def show_mistake(self, text: str, field: str) -> None:
        """Show an error before the sign-in; the entered values remain.

        Args:
            text: One line.
            field: The id of the invalid field.
        """
        self._busy = False
        self._show(text, refused=True)
        self._able(True)
        self.query_one(f"#{field}").focus()

    def show_note(self, text: str) -> None:
        """Show a note about the input.

        Args:
            text: One line.
        """
        self._show(text)

    def ask_passcode(self) -> None:
        """Ask for the passcode."""
        self._busy = False
        self._asks_passcode = True
        self._secret.value = ""
        self._passcode.value = ""
        self.add_class("-passcode")
        self._show("this account also requires a passcode")
        self._able(True)
        self._passcode.focus()

    # -- layout -------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the fields, a line each."""
        with Vertical(classes="login--frame"):
            yield Static("Sign in to Rackspace", markup=False, classes="login--title")
            with VerticalScroll(classes="login--fields", can_focus=False):
                yield self._row("with", self._kind)
                yield self._row("user name", self._username, "login--user")
                yield self._row("tenant", self._tenant, "login--tenant")
                with Horizontal(classes="login--row"):
                    yield self._secret_label
                    yield self._secret
                yield self._row("region", self._region, "login--optional")
                yield Static("empty: from the service catalog", markup=False, classes="login--note")
                yield self._row("identity", self._identity, "login--optional")
                yield Static("us, uk or a URL", markup=False, classes="login--note")
                if self._can_save:
                    yield self._row("save as", self._profile, "login--optional")
                    yield Static(
                        "a profile in config.toml; empty: not saved",
                        markup=False,
                        classes="login--note",
                    )
                with Horizontal(classes="login--row login--passcode"):
                    yield self._label("passcode")
                    yield self._passcode
            yield self._message
            yield self._sign_in
            yield Static(_HINT, markup=False, classes="login--hint")

    def on_mount(self) -> None:
        """Fill in the known values, and focus the first empty field."""
        for field, text in zip(
            (self._username, self._tenant, self._region, self._identity),
            self._known,
            strict=True,
        ):
            field.value = text
        for field in self.query(Input):
            # A blinking cursor writes to the terminal all the time.
            field.cursor_blink = False
        self.call_after_refresh(self._painted)
        if self._asks_passcode:
            self.ask_passcode()
            return
        self._show_kind()
        (self._secret if self._owner.value else self._owner).focus()

    @property
    def _owner(self) -> Input:
        """The field for the owner of the secret: the user, or the tenant of a token."""
        return self._tenant if self._kind.kind is SecretKind.TOKEN else self._username

    def _show_kind(self) -> None:
        self.set_class(self._kind.kind is SecretKind.TOKEN, "-token")
        self._secret_label.update(self._kind.kind)

    def on_resize(self, event: events.Resize) -> None:
        """Drop the frame if there is no room for it."""
        self.set_class(event.size.width < NARROW or event.size.height < LOW + 4, "-small")

    # -- keys ---------------------------------------------------------------------------------

    def takes(self, time: float) -> bool:
        """Return whether a key or paste of this time was meant for this screen.

        The screen opens without a key when credentials are rejected: what the operator types for
        the console at that moment must not be sent to Identity as a secret.
        """
        if not self._is_painted:
            return False
        return self._guard is None or self._guard.accepts(time)

    def _painted(self) -> None:
        self._is_painted = True
        if self._make_guard is not None:
            self._guard = self._make_guard(self._clock())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim every key except Ctrl+Z, so that no binding of the app receives one."""
        return key != SUSPEND.keys[0]

    def key_hints(self) -> Sequence[KeyHint]:
        """Return the keys that the footer names while this screen is open."""
        return [("Up Down", "other field"), ("Enter", "next field, or sign in"), ("Esc", "leave")]

    def on_key(self, event: events.Key) -> None:
        """Handle the keys that the fields do not use."""
        match event.key:
            case "escape" | "ctrl+c" | "ctrl+q":
                self.post_message(self.Abandoned())
            case "down":
                self.focus_next()
            case "up":
                self.focus_previous()
            case "enter":
                # Fields post their own message.
                self._enter()
            case _:
                return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def _field_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._enter()

    @on(DialogButton.Clicked)
    def _clicked(self, event: DialogButton.Clicked) -> None:
        event.stop()
        self._submit()

    @on(KindSwitch.Switched)
    def _switched(self, event: KindSwitch.Switched) -> None:
        event.stop()
        self._secret.value = ""
        self._show_kind()

    def _enter(self) -> None:
        focused = self.focused
        name = "" if focused is None or focused.id is None else focused.id
        is_complete = bool(self._owner.value.strip() and self._secret.value)
        order = self._ORDER if self._can_save else self._ORDER[:-1]
        hidden = self._username if self._owner is self._tenant else self._tenant
        order = tuple(each for each in order if each != hidden.id)
        if name in order[:-1] and not is_complete:
            self.query_one(f"#{order[order.index(name) + 1]}").focus()
        elif focused is not None and self._is_deliberate():
            self._submit()

    def _is_deliberate(self) -> bool:
        """Return whether Enter may submit the fields; show the reason if not."""
        if self._guard is not None and self._guard.hurried:
            self._show("Enter came together with other keys; press it again to sign in")
            return False
        if self._asks_passcode or not self._secret.value:
            return True
        secret = self._secret.value.strip()
        kind = self._kind.kind
        if self._guard is not None and kind is not SecretKind.PASSWORD:
            form = _TOKEN if kind is SecretKind.TOKEN else _KEY
            is_plausible = bool(form.fullmatch(secret)) and len(set(secret)) >= _KEY_LETTERS
        else:
            is_plausible = len(secret) >= _LEAST_LENGTH
        if is_plausible:
            return True
        self._secret.value = ""
        self._secret.focus()
        self._show(f"nothing was sent: that is no {kind}; type or paste it whole", refused=True)
        return False

    def _submit(self) -> None:
        if self._busy:
            return
        if self._asks_passcode:
            self._submit_passcode()
            return
        owner, kind = self._owner.value.strip(), self._kind.kind
        by_token = kind is SecretKind.TOKEN
        # A secret is sent as it was typed, including blanks at its ends.
        secret = self._secret.value
        if not owner:
            self._show(f"the {'tenant' if by_token else 'user name'} is missing", refused=True)
            self._owner.focus()
            return
        if not secret.strip():
            self._show(f"the {kind} is missing", refused=True)
            self._secret.focus()
            return
        credentials = Credentials.of(kind, "" if by_token else owner, Secret(secret))
        region = self._region.value.strip().upper()
        identity = self._identity.value.strip() or "us"
        profile = self._profile.value.strip()
        self.show_busy()
        tenant = owner if by_token else ""
        self.post_message(self.Submitted(credentials, region, identity, profile, tenant))

    def _submit_passcode(self) -> None:
        passcode = self._passcode.value.strip()
        if not passcode:
            self._show("the passcode is missing", refused=True)
            return
        self._passcode.value = ""
        self.show_busy()
        self.post_message(self.PasscodeEntered(Secret(passcode)))

    def _able(self, able: bool) -> None:
        passcode = self._asks_passcode
        for field in (
            self._username,
            self._tenant,
            self._kind,
            self._secret,
            self._region,
            self._identity,
            self._profile,
        ):
            field.disabled = not able or passcode
        self._passcode.disabled = not able or not passcode
        self._sign_in.armed = able

    def _show(self, text: str, *, refused: bool = False) -> None:
        self._message.update(self._spelled(text))
        self._message.set_class(refused, "-refused")

    def _spelled(self, text: str) -> Content:
        return Content(spell(text, ascii_only=self._ascii_only))

    @staticmethod
    def _label(text: str) -> Static:
        return Static(text, markup=False, classes="login--label")

    def _row(self, label: str, field: Widget, classes: str = "") -> Horizontal:
        return Horizontal(self._label(label), field, classes=f"login--row {classes}".strip())
