"""Puts a profile into the text of a `config.toml`, and leaves everything else as it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from rcv3_tui.config.config_file import SECRET_KEYS
from rcv3_tui.config.key_lines import Statement, statements

Value = str | bool | Sequence[str]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_REPLACED = frozenset({"username", "identity", "regions", "cloud", *SECRET_KEYS})
"""The keys that say who and where; a profile that is written anew has none of its old ones."""


def with_profile(text: str, name: str, settings: Mapping[str, Value], *, default: bool) -> str:
    """Give a file's text with a profile in it.

    Args:
        text: The file as it is; empty where there is none.
        name: The profile; where it is there already, who and where are replaced, and its other
            settings and its comments stay.
        settings: What the profile says, in order.
        default: Make it the default profile.
    """
    lines = text.split("\n")
    written = [f"{key} = {_toml(value)}" for key, value in settings.items()]
    found = list(statements(text))
    head = next((s for s in found if s.is_head and s.table == ("profiles", name)), None)
    # From the end on, so that the lines before keep their numbers.
    if head is None:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += ["", *_head(name), *written] if lines else [*_head(name), *written]
        lines.append("")
    else:
        for statement in reversed([s for s in found if _is_replaced(s, name)]):
            del lines[statement.first - 1 : statement.last]
        lines[head.last : head.last] = written
    if default:
        old = next((s for s in found if ("default_profile",) in s.keys), None)
        line = f"default_profile = {_toml(name)}"
        if old is not None:
            lines[old.first - 1 : old.last] = [line]
        else:
            # Before the first table, where it would be another's key, and below its comments.
            place = found[0].first - 1 if found else 0
            lines[place:place] = [line, ""] if found and found[0].is_head else [line]
            if not found:
                lines.insert(1, "")
    return "\n".join(lines)


def _is_replaced(statement: Statement, name: str) -> bool:
    table = ("profiles", name)
    return (
        not statement.is_head
        and statement.table == table
        and statement.keys[0][:2] == table
        and statement.keys[0][2] in _REPLACED
    )


def _head(name: str) -> list[str]:
    return [f"[profiles.{name if _BARE.fullmatch(name) else _toml(name)}]"]


def _toml(value: Value) -> str:
    """Spell a value; JSON's strings are TOML's too, but for one character."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"[{', '.join(_toml(each) for each in value)}]"
