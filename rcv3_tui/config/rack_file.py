"""`~/.rack/config`, the ini file of Rackspace's command line tool `rack`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rcv3_tui.config import secrets, validators
from rcv3_tui.config.credentials import CredentialCandidate
from rcv3_tui.config.environment import unusable_address
from rcv3_tui.config.identity_rule import RACKSPACE
from rcv3_tui.config.ini_file import TOP, IniFile
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.settings import Secret

T = TypeVar("T")


def from_rack(path: Path) -> ConfigSource:
    """Return the default profile of `rack`: the options before the first section.

    Args:
        path: The file; it need not exist.

    Raises:
        ConfigError: It cannot be read.
    """
    file = IniFile.read(path, "rack", has_top=True)
    if file is None:
        return ConfigSource()
    username, key = _entry(file, "username", str), _entry(file, "api-key", str)
    identity = _entry(file, "auth-url", validators.parse_identity)
    named = ", ".join(file.sections)
    why = f"the profiles {named} are not read; rcv3-tui login makes one here" if named else ""
    unhonored = (f"{file.file.shown}: {why}",) if why else ()
    if username is None and key is None:
        candidate = CredentialCandidate(None, None, username_origin=file.file.shown, unusable=why)
        return ConfigSource(candidate=candidate if why else None, unhonored=unhonored)
    return ConfigSource(
        candidate=CredentialCandidate(
            username=str(username.raw) if username else None,
            secret=secrets.InlineSecret(Secret(str(key.raw)), file.file.shared) if key else None,
            username_origin=username.origin if username else "",
            secret_origin=key.origin if key else "",
            missing=f"{file.file.shown} lacks {'api-key' if username else 'username'}",
            unusable=unusable_address(identity) if identity is not None else "",
        ),
        regions=_entry(file, "region", validators.parse_regions),
        identity=identity,
        implied_identity=RACKSPACE,
        unhonored=unhonored,
    )


def _entry(file: IniFile, option: str, check: Callable[[object], T]) -> SettingValue[T] | None:
    entry = file.entry(TOP, option)
    if entry is None:
        return None
    # The parser of rack removes quotes and comments.
    text = str(entry.raw)
    for mark in (" #", " ;"):
        text = text.partition(mark)[0].rstrip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1]
    return SettingValue(text, check, option, entry.file, entry.line)
