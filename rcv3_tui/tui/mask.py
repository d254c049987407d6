"""Hides names, addresses and the tenant from whoever looks on at a shared screen.

Everything that is drawn asks here: table cells, lines, pages of text, dialogs and lists. A name
becomes the same made-up name wherever it stands, so that what belongs together still shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual._context import active_app

from rcv3_tui.model.snapshot import Snapshot

_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){2,3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])"
)
"""Version 4 with three numbers or more; version 6 with three colons or more, which no time has."""

_WORD = re.compile(r"[\w.@~-]+")


class Mask:
    """The mask; off until it is put on."""

    def __init__(self) -> None:
        self.is_on = False
        self._words: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._counts: dict[str, int] = {}

    def learn(self, kind: str, names: Iterable[str]) -> None:
        """Get to know names that must not be seen.

        Args:
            kind: What they name, and what a made-up name begins with: `server`.
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

    def learn_account(self, snapshot: Snapshot) -> None:
        """Get to know all names of a region."""
        self.learn("server", (server.name for server in snapshot.servers.values()))
        self.learn("pool", (pool.name for pool in snapshot.pools.values()))
        self.learn("network", (network.name for network in snapshot.networks.values()))
        links = [record.server for record in snapshot.public_ips.values()]
        links += [node.server for nodes in snapshot.nodes.values() for node in nodes.values()]
        self.learn("server", (link.name for link in links if link is not None and link.name))

    def __call__(self, text: str) -> str:
        """Give a text as it may be drawn: itself while the mask is off."""
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


def masked(text: str) -> str:
    """Give a text as the app that is running may draw it."""
    app = active_app.get(None)
    mask = getattr(app, "mask", None)
    return mask(text) if isinstance(mask, Mask) else text


def _hidden(found: re.Match[str]) -> str:
    return re.sub(r"[0-9a-fA-F]+", lambda part: "x" * len(part[0]), found[0])
