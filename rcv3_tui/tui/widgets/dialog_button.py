"""A dialog's button: a word in brackets that show the focus without color.

Textual's `Button` is no replacement: it handles Enter itself, past the dialog's type-ahead guard;
its message has no time for that guard; and it shows the focus by color alone.
"""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class DialogButton(Widget, can_focus=True):
    """One of a dialog's answers. It handles no keys; its dialog does.

    Args:
        label: Its text.
        armed: Whether it can be pressed and focused.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    DialogButton {
        width: auto;
        height: 1;
        margin-right: 2;
        color: $foreground;
        &.-inert { color: $text-disabled; }
        &:focus { text-style: bold reverse; }
    }
    """

    class Clicked(Message):
        """The button was clicked.

        Args:
            button: The button.
            time: The time of the event.
        """

        def __init__(self, button: DialogButton, time: float) -> None:
            super().__init__()
            self.button = button
            self.clicked_at = time

        @property
        def control(self) -> DialogButton:
            """The button."""
            return self.button

    def __init__(self, label: str, *, armed: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self.armed = armed

    @property
    def armed(self) -> bool:
        """Whether it can be pressed."""
        return self.can_focus

    @armed.setter
    def armed(self, armed: bool) -> None:
        self.can_focus = armed
        self.set_class(not armed, "-inert")
        self.refresh()

    def render(self) -> Content:
        """Return `> Remove <` with focus, `[ Remove ]` without, `( Remove )` while disarmed."""
        if self.has_focus:
            return Content(f"> {self._label} <")
        return Content(f"[ {self._label} ]" if self.armed else f"( {self._label} )")

    def on_click(self, event: events.Click) -> None:
        """Post the click; the dialog decides whether it counts."""
        event.stop()
        self.post_message(self.Clicked(self, event.time))
