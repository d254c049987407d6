"""Asking for credentials, when no other source has any or the service refused them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.tui.screens.button import DialogButton
from rcv3_tui.tui.screens.dialog import LOW, NARROW, SUSPEND
from rcv3_tui.tui.screens.literal import spell

_HINT = "Enter goes on, and signs in once all is there; Esc leaves"


class SecretInput(Input):
    """A field that draws stars, and gives nothing to the clipboard."""

    @property
    def _value(self) -> Text:
        # Textual draws dots that are not ASCII.
        return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""


class KindSwitch(Widget, can_focus=True):
    """Says which kind of secret is asked for: an API key or a password."""

    DEFAULT_CSS = """
    KindSwitch {
        height: 1;
        width: 1fr;
        &:focus { text-style: bold reverse; }
    }
    """

    class Switched(Message):
        """The other kind was chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.by_password = False

    def render(self) -> Content:
        """Draw both kinds, a star at the chosen one."""
        key, password = (" ", "*") if self.by_password else ("*", " ")
        return Content(f"({key}) API key  ({password}) password")

    def on_key(self, event: events.Key) -> None:
        """Switch on Left, Right and Space."""
        if event.key in ("left", "right", "space"):
            event.stop()
            event.prevent_default()
            self.switch()

    def on_click(self) -> None:
        """Switch."""
        self.switch()

    def switch(self) -> None:
        """Choose the other kind."""
        if not self.disabled:
            self.by_password = not self.by_password
            self.refresh()
            self.post_message(self.Switched())


class LoginScreen(ModalScreen[None]):
    """Asks for user name, API key or password, region and identity service.

    It tries nothing itself: it posts what was entered and is told how that went.

    Args:
        username: What to begin with.
        region: The same.
        identity: `us`, `uk` or a URL.
        message: Why credentials are asked for, in one line.
        ascii_only: Draw with ASCII alone.
        asks_passcode: Begin with the second factor; the rest is known.
        can_keep: Offer to keep it as a profile.
    """

    CSS_PATH = "login.tcss"
    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False

    _ORDER: ClassVar[tuple[str, ...]] = (
        "kind",
        "username",
        "secret",
        "region",
        "identity",
        "profile",
    )

    class Submitted(Message):
        """Credentials were entered.

        Args:
            credentials: User name and secret; the secret shows in no repr.
            region: Upper case; empty: to be chosen from the catalogue.
            identity: `us`, `uk` or a URL, as entered.
            profile: What to keep it as; empty: in memory alone.
        """

        def __init__(
            self, credentials: Credentials, region: str, identity: str, profile: str = ""
        ) -> None:
            super().__init__()
            self.credentials = credentials
            self.region = region
            self.identity = identity
            self.profile = profile

    class PasscodeEntered(Message):
        """The second factor was entered.

        Args:
            passcode: It; shows in no repr.
        """

        def __init__(self, passcode: Secret) -> None:
            super().__init__()
            self.passcode = passcode

    class Abandoned(Message):
        """The operator does not want to sign in."""

    def __init__(
        self,
        *,
        username: str = "",
        region: str = "",
        identity: str = "us",
        message: str = "",
        ascii_only: bool = False,
        asks_passcode: bool = False,
        can_keep: bool = False,
    ) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._ascii_only = ascii_only
        self._busy = False
        self._asks_passcode = asks_passcode
        self._can_keep = can_keep
        self._known = (username, region, identity)
        self._kind = KindSwitch(id="kind")
        self._username = Input(compact=True, id="username", select_on_focus=False)
        self._secret = SecretInput(password=True, compact=True, id="secret")
        self._region = Input(compact=True, id="region", select_on_focus=False)
        self._identity = Input(compact=True, id="identity", select_on_focus=False)
        self._profile = Input(compact=True, id="profile", select_on_focus=False)
        self._passcode = SecretInput(password=True, compact=True, id="passcode")
        self._secret_label = self._label("API key")
        self._message = Static(self._spelled(message), markup=False, id="message")
        self._sign_in = DialogButton("Sign in", id="sign-in")

    # -- what the caller may do ----------------------------------------------------------------

    def show_busy(self) -> None:
        """Say that it is being tried, and take nothing until told how it went."""
        self._busy = True
        self._say(f"signing in as {self._username.value.strip()} ...")
        self._able(False)

    def show_refusal(self, text: str) -> None:
        """Say why it did not work and let it be tried again; the secret has to be typed anew.

        Args:
            text: One line, in words.
        """
        self._busy = False
        self._asks_passcode = False
        self.remove_class("-passcode")
        self._say(text, refused=True)
        self._secret.value = ""
        self._passcode.value = ""
        self._able(True)
        self._secret.focus()

    def show_mistake(self, text: str, field: str) -> None:
        """Say what is wrong before anything was tried; all that was typed stays.

        Args:
            text: One line, in words.
            field: The id of the field to mend.
        """
        self._busy = False
        self._say(text, refused=True)
        self._able(True)
        self.query_one(f"#{field}").focus()

    def ask_passcode(self) -> None:
        """Ask for the second factor."""
        self._busy = False
        self._asks_passcode = True
        self._secret.value = ""
        self._passcode.value = ""
        self.add_class("-passcode")
        self._say("this account asks for a passcode as well")
        self._able(True)
        self._passcode.focus()

    # -- what is seen -------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the fields, a line each."""
        with Vertical(classes="login--frame"):
            yield Static("Sign in to Rackspace", markup=False, classes="login--title")
            with VerticalScroll(classes="login--fields", can_focus=False):
                yield self._row("with", self._kind)
                yield self._row("user name", self._username)
                with Horizontal(classes="login--row"):
                    yield self._secret_label
                    yield self._secret
                yield self._row("region", self._region, "login--optional")
                yield Static(
                    "empty: chosen from the catalogue", markup=False, classes="login--note"
                )
                yield self._row("identity", self._identity, "login--optional")
                yield Static("us, uk or a URL", markup=False, classes="login--note")
                if self._can_keep:
                    yield self._row("save as", self._profile, "login--optional")
                    yield Static(
                        "a profile of config.toml; empty: not kept",
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
        """Fill in what is known and begin at the first field that is empty."""
        for field, text in zip(
            (self._username, self._region, self._identity), self._known, strict=True
        ):
            field.value = text
        for field in self.query(Input):
            # A cursor that blinks writes to the terminal for ever.
            field.cursor_blink = False
        if self._asks_passcode:
            self.ask_passcode()
            return
        (self._secret if self._username.value else self._username).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Drop the frame where there is no room for it."""
        self.set_class(event.size.width < NARROW or event.size.height < LOW + 4, "-small")

    # -- what is pressed ----------------------------------------------------------------------

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim every key but Ctrl+Z, so that no binding of the app sees one."""
        return key != SUSPEND.keys[0]

    def on_key(self, event: events.Key) -> None:
        """Take what the fields have left over."""
        match event.key:
            case "escape" | "ctrl+c" | "ctrl+q":
                self.post_message(self.Abandoned())
            case "down":
                self.focus_next()
            case "up":
                self.focus_previous()
            case "enter":
                # Fields tell of it by themselves.
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
        self._secret_label.update("password" if self._kind.by_password else "API key")

    def _enter(self) -> None:
        focused = self.focused
        name = "" if focused is None or focused.id is None else focused.id
        is_complete = bool(self._username.value.strip() and self._secret.value)
        order = self._ORDER if self._can_keep else self._ORDER[:-1]
        if name in order[:-1] and not is_complete:
            self.query_one(f"#{order[order.index(name) + 1]}").focus()
        elif focused is not None:
            self._submit()

    def _submit(self) -> None:
        if self._busy:
            return
        if self._asks_passcode:
            self._submit_passcode()
            return
        username = self._username.value.strip()
        # What is pasted often brings its line end along; a password may well hold spaces.
        by_password = self._kind.by_password
        secret = self._secret.value if by_password else self._secret.value.strip()
        if not username:
            self._say("the user name is missing", refused=True)
            self._username.focus()
            return
        if not secret:
            what = "password" if by_password else "API key"
            self._say(f"the {what} is missing", refused=True)
            self._secret.focus()
            return
        hidden = Secret(secret)
        credentials = (
            Credentials(username, password=hidden)
            if by_password
            else Credentials(username, api_key=hidden)
        )
        region = self._region.value.strip().upper()
        identity = self._identity.value.strip() or "us"
        profile = self._profile.value.strip()
        self.show_busy()
        self.post_message(self.Submitted(credentials, region, identity, profile))

    def _submit_passcode(self) -> None:
        passcode = self._passcode.value.strip()
        if not passcode:
            self._say("the passcode is missing", refused=True)
            return
        self._passcode.value = ""
        self.show_busy()
        self.post_message(self.PasscodeEntered(Secret(passcode)))

    def _able(self, able: bool) -> None:
        passcode = self._asks_passcode
        for field in (
            self._username,
            self._kind,
            self._secret,
            self._region,
            self._identity,
            self._profile,
        ):
            field.disabled = not able or passcode
        self._passcode.disabled = not able or not passcode
        self._sign_in.armed = able

    def _say(self, text: str, *, refused: bool = False) -> None:
        self._message.update(self._spelled(text))
        self._message.set_class(refused, "-refused")

    def _spelled(self, text: str) -> Content:
        return Content(spell(text, ascii_only=self._ascii_only))

    @staticmethod
    def _label(text: str) -> Static:
        return Static(text, markup=False, classes="login--label")

    def _row(self, label: str, field: Widget, classes: str = "") -> Horizontal:
        return Horizontal(self._label(label), field, classes=f"login--row {classes}".strip())
