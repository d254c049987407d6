"""Hides names, addresses and the tenant on a shared screen.

Everything that is drawn passes through it: table cells, lines, text pages, dialogs and lists. A
name has the same substitute everywhere, so that related resources are still recognizable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar

from rcv3_tui.model.snapshot import Snapshot

_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){2,3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])"
)
"""Version 4 with at least three numbers; version 6 with at least three colons, unlike a time."""

_WORD = re.compile(r"[\w.@~-]+")


class Mask:
    """The mask; off until it is switched on."""

    def __init__(self) -> None:
        self.is_on = False
        self._words: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._counts: dict[str, int] = {}

    def register(self, kind: str, names: Iterable[str]) -> None:
        """Register names to hide.

        Args:
            kind: Their kind, with which a substitute begins: `server`.
            names: The names.
        """
        for name in names:
            if not name or name in self._words or name in self._phrases:
                continue
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
            made_up = f"{kind}-{count:03d}"
            if _WORD.fullmatch(name):
                self._words[name] = made_up
            else:
                self._phrases[name] = made_up
                self._pattern = None

    def register_account(self, snapshot: Snapshot) -> None:
        """Register all names of a region."""
        self.register("server", (server.name for server in snapshot.servers.values()))
        self.register("pool", (pool.name for pool in snapshot.pools.values()))
        self.register("network", (network.name for network in snapshot.networks.values()))
        links = [record.server for record in snapshot.public_ips.values()]
        links += [node.server for nodes in snapshot.nodes.values() for node in nodes.values()]
        self.register("server", (link.name for link in links if link is not None and link.name))

    def __call__(self, text: str) -> str:
        """Return a text with all names replaced; unchanged while the mask is off."""
        if not self.is_on or not text:
            return text
        if self._phrases:
            if self._pattern is None:
                longest_first = sorted(self._phrases, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            text = self._pattern.sub(lambda found: self._phrases[found[0]], text)
        text = _WORD.sub(self._word, text)
        return _ADDRESS.sub(_hidden, text)

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        known = self._words.get(word)
        if known is not None:
            return known
        bare = word.rstrip(".")
        return self._words[bare] + word[len(bare) :] if bare in self._words else word


_current: ContextVar[Mask | None] = ContextVar("current mask", default=None)


def use_mask(mask: Mask) -> None:
    """Use a mask in all tasks that start from now on.

    Args:
        mask: The mask of the app.
    """
    _current.set(mask)


def masked(text: str) -> str:
    """Return a text with the mask of the running app applied."""
    mask = _current.get()
    return text if mask is None else mask(text)


def spell(text: str, *, ascii_only: bool) -> str:
    r"""Return a text as it may be drawn: masked on a shared screen, without markup.

    Args:
        text: A text without control characters.
        ascii_only: Spell what is not ASCII as an escape (`\xe9`, `\u30a6`).
    """
    text = masked(text)
    if not ascii_only or text.isascii():
        return text
    return text.encode("ascii", "backslashreplace").decode("ascii")


def join_spelled(parts: tuple[str, ...], *, ascii_only: bool) -> str:
    """Join parts: `acme - DFW - 123456`, with a dot where that can be drawn."""
    text = (" - " if ascii_only else " \u00b7 ").join(parts)
    return spell(text, ascii_only=ascii_only)


def _hidden(found: re.Match[str]) -> str:
    return re.sub(r"[0-9a-fA-F]+", lambda part: "x" * len(part[0]), found[0])
