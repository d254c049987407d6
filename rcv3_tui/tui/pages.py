"""Pages of text: details, and the help made from the commands themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rcv3_tui.tui.commands import COMMANDS
from rcv3_tui.tui.commands.keys import shown_keys
from rcv3_tui.tui.details import Fact
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.screens.lines import Line, pieces, toned

_LABEL_WIDTH = 20

_MOVING = (
    ("up down j k", "one row up or down"),
    ("PgUp PgDn", "one page (Ctrl+B, Ctrl+F too)"),
    ("g G", "first row, last row (Home, End too)"),
    ("Space", "mark the row"),
    ("V", "mark from the last mark to here"),
    ("Ctrl+\\", "clear the marks"),
)


def details_page(facts: Sequence[Fact], *, gone: bool) -> tuple[Line, ...]:
    """Write facts as lines.

    Args:
        facts: Labels and texts.
        gone: The resource is not there any more; these are the last facts known of it.
    """
    lines: list[Line] = []
    if gone:
        lines.append(toned("This is gone. What follows is the last that was known.", "warn"))
        lines.append(Line(""))
    for fact in facts:
        if not fact.text and fact.label.isupper():
            lines.append(toned(fact.label, "accent"))
            continue
        label = f"{fact.label:<{_LABEL_WIDTH}} "
        lines.append(pieces((label, "muted"), (fact.text, fact.tone), hang=len(label)))
    return tuple(lines)


def help_page(
    place: PaneKind, keys: Mapping[str, str]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Give every key of a place, by heading, from the commands themselves.

    Args:
        place: The pane that has the keys.
        keys: Command name to the keys that it was put on in place of its own.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in COMMANDS:
        if place in command.places:
            shown = shown_keys(command, keys)
            groups.setdefault(command.group, []).append((shown, command.help))
    return (
        *((name, tuple(rows)) for name, rows in groups.items()),
        ("Rows", _MOVING),
    )
