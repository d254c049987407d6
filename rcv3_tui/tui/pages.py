"""Pages of text: details, and the help made from the commands themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rcv3_tui.tui.commands import BY_NAME, COMMANDS
from rcv3_tui.tui.details import Fact
from rcv3_tui.tui.key_names import spelled, spelled_all
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.screens.lines import Line, pieces, toned

_LABEL_WIDTH = 20


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
    place: PaneKind, bound: Sequence[tuple[str, str, str]]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Give every key of a place, by heading, from the bindings that are in force there.

    Args:
        place: The pane that has the keys.
        bound: Every binding: its key, the name of its command, and what it does in its own words
            where it is no command's.

    Returns:
        Headings, each with keys and what they do; then what the command line alone has.
    """
    keys: dict[str, list[str]] = {}
    others: list[tuple[str, str]] = []
    for key, name, description in bound:
        if name in BY_NAME:
            keys.setdefault(name, []).append(key)
        elif description:
            others.append((spelled(key), description))
    groups: dict[str, list[tuple[str, str]]] = {}
    typed: list[tuple[str, str]] = []
    for command in COMMANDS:
        if place not in command.places:
            continue
        if command.name in keys:
            own = sorted(keys[command.name], key=_in_order_of(command.keys))
            groups.setdefault(command.group, []).append((spelled_all(own), command.help))
        if command.typed and (command.usage or command.name not in keys):
            typed.append((f":{command.typed[0]} {command.usage}".rstrip(), command.help))
    groups.setdefault("Program", []).extend(others)
    groups["Command line"] = typed
    return tuple((name, tuple(rows)) for name, rows in groups.items())


def _in_order_of(keys: str) -> Callable[[str], int]:
    """Put keys in the order that a command names its own in; others as they come."""
    known = [key.strip() for key in keys.split(",")]
    return lambda key: known.index(key) if key in known else len(known)
