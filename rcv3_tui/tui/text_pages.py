"""The help page, made from the commands and the bindings in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rcv3_tui.model.status import Phase
from rcv3_tui.tui.commands.base import CommandRegistry
from rcv3_tui.tui.key_labels import label, labels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.views.formatting import UNICODE, Glyphs


def help_page(
    commands: CommandRegistry,
    place: PaneKind,
    bound: Sequence[tuple[str, str, str]],
    signs: Glyphs = UNICODE,
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return every key of a pane, by heading, from the bindings in force.

    Args:
        commands: All commands.
        place: The focused pane.
        bound: Every binding: its key, the name of its command, and its own description if it
            belongs to no command.
        signs: The glyphs of this terminal.

    Returns:
        Headings, each with keys and what they do; then the commands without a key, and the signs
        of the screen.
    """
    keys: dict[str, list[str]] = {}
    others: list[tuple[str, str]] = []
    for key, name, description in bound:
        if name in commands.by_name:
            keys.setdefault(name, []).append(key)
        elif description:
            others.append((label(key), description))
    groups: dict[str, list[tuple[str, str]]] = {}
    typed: list[tuple[str, str]] = []
    for command in commands.all:
        if place not in command.available_in:
            continue
        if command.name in keys:
            own = sorted(keys[command.name], key=_in_order_of(command.keys))
            groups.setdefault(command.group, []).append((labels(own), command.help))
        if command.command_names and (command.usage or command.name not in keys):
            typed.append((f":{command.command_names[0]} {command.usage}".rstrip(), command.help))
    groups.setdefault("Program", []).extend(others)
    groups["Command line"] = typed
    groups["Signs"] = _signs_of(place, signs)
    return tuple((name, tuple(rows)) for name, rows in groups.items())


def _signs_of(place: PaneKind, signs: Glyphs) -> list[tuple[str, str]]:
    """Return the signs and short texts of a pane, with what they mean."""
    rows = [
        (signs.of(Phase.STABLE), "active; of a region: live"),
        (signs.of(Phase.TRANSITIONING), "in transition, with its age; of a region: connecting"),
        (signs.of(Phase.FAILED), "failed; of a region: stale or refused"),
        (signs.of(Phase.OFF), "a server that is off; of a region: paused"),
        (signs.ellipsis, "alone: not read yet; in a text: cut, the details show all of it"),
        ("7/30 req/min", "requests of the last minute, of the 30 that the service allows"),
    ]
    if place is PaneKind.POOLS:
        rows += [
            ("2+3=5", "nodes: 2 cloud servers and 3 external ones are 5 in all"),
            ("INACTIVE", "how many of its cloud servers' nodes are not ACTIVE"),
        ]
    if place is PaneKind.SERVERS:
        rows.append(("2+", "in at least 2 pools; not every pool has been read"))
    return rows


def _in_order_of(keys: str) -> Callable[[str], int]:
    """Sort keys in the order in which a command declares them; others follow."""
    known = [key.strip() for key in keys.split(",")]
    return lambda key: known.index(key) if key in known else len(known)
