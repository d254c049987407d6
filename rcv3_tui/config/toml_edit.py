"""Adds a profile to the text of `config.toml`; comments and all other settings stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.items import Table

from rcv3_tui.config.config_file import SECRET_KEYS

Value = str | bool | Sequence[str]

_REPLACED = ("username", "identity", "regions", "cloud", "tenant", *SECRET_KEYS)
"""The keys that select an account; a saved profile has none of its previous ones."""


def set_profile(text: str, name: str, settings: Mapping[str, Value], *, default: bool) -> str:
    """Return the text of a `config.toml` with a profile added or replaced.

    Args:
        text: The current text, which is valid; empty if there is no file.
        name: The profile. If it exists, the keys that select the account are replaced; its other
            settings and its comments stay.
        settings: The settings of the profile, in order.
        default: Make it the default profile.
    """
    document = tomlkit.parse(text)
    if default:
        document["default_profile"] = name
    table = _table(document, "profiles", name)
    if table is not None:
        for key in _REPLACED:
            if key in table and key not in settings:
                table.remove(key)
        table.update(settings)
        return tomlkit.dumps(document)
    before = tomlkit.dumps(document).rstrip("\n")
    added = tomlkit.dumps({"profiles": {name: settings}})
    return f"{before}\n\n{added}" if before else added


def _table(document: tomlkit.TOMLDocument, *path: str) -> Table | None:
    found: object = document
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found if isinstance(found, Table) else None
