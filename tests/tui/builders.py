"""A console over the real worker and a simulated account, with a hand at the keyboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from textual import events
from textual._time import get_time
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.screen import Screen

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.consequences import Removal
from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.worker import Worker
from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.keeper import ProfileKeeper
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.widgets.line import Line
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.table import Table

IDENTITY = "http://127.0.0.1:7/v2.0"
"""Where the simulated Identity stands; nothing is ever sent to a socket."""

SERVERS, IPS, POOLS = PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS
NODES, NETWORKS, OPS = PaneKind.NODES, PaneKind.NETWORKS, PaneKind.OPERATIONS

WIDE, NARROW = (120, 40), (80, 24)

BETWEEN_KEYS = 1.0
"""Seconds from one key to the next, as the events say: a calm hand, and no waiting for it."""

CHANGES = ("POST", "DELETE", "PATCH", "PUT")


def settings_for(account: Account) -> Settings:
    """Settings that sign in to an account with its own key."""
    return Settings(
        profile="acme",
        credentials=Credentials(account.username, api_key=Secret(account.api_key)),
        identity_url=IDENTITY,
    )


def text_of(screen: Screen[Any]) -> str:
    """What a screen shows, as text."""
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in screen._compositor.render_strips()
    )


class Console:
    """A console that runs, and everything a test wants to do with it or see of it."""

    def __init__(
        self, app: ConsoleApp, pilot: Pilot[int], account: Account, clock: ManualClock
    ) -> None:
        self.app = app
        self.pilot = pilot
        self.account = account
        self.clock = clock
        self.screen: ConsoleScreen = app._console
        self._hand = get_time() + 60.0

    # -- doing ------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(2):
            await self.clock.settle(100)
            await self.pilot.pause()

    async def advance(self, seconds: float) -> None:
        """Let time pass, second by second, as the screen's own tick would see it."""
        whole, rest = divmod(seconds, 1.0)
        for step in [1.0] * int(whole) + ([rest] if rest else []):
            await self.clock.advance(step)
            self.screen._tick()
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each after a look at the screen."""
        for key in keys:
            self._hand += BETWEEN_KEYS
            self.send(key, self._hand)
            await self.pilot.pause()
        await self.settle()

    def send(self, key: str, time: float) -> None:
        """Have a key arrive that was pressed at a time of its own."""
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        try:
            character: str | None = unicodedata.lookup(
                _get_unicode_name_from_key(REPLACED_KEYS.get(name, name))
            )
        except KeyError:
            character = key if len(key) == 1 else None
        event = events.Key(name, character)
        event.time = time
        self.app.post_message(event)

    async def write(self, text: str) -> None:
        """Type a text."""
        for letter in text:
            self._hand += BETWEEN_KEYS
            self.send(letter, self._hand)
        await self.settle()

    async def command(self, text: str) -> None:
        """Give a command on the command line."""
        await self.press(":")
        await self.write(text)
        await self.press("enter")

    async def resize(self, width: int, height: int) -> None:
        """Change the terminal's size."""
        await self.pilot.resize_terminal(width, height)
        await self.pilot.pause()

    async def go(self, kind: PaneKind, name: str) -> None:
        """Go to a pane and put the cursor on the row of a name."""
        if kind is not NODES and self.screen.active is not kind:
            await self.press({SERVERS: "1", IPS: "2", POOLS: "3", NETWORKS: "4", OPS: "5"}[kind])
        assert self.table(kind).move_to(self.id_of(kind, name)), f"{name} is not shown"
        await self.settle()

    async def mark(self, kind: PaneKind, *names: str) -> None:
        """Mark rows by their names."""
        for name in names:
            await self.go(kind, name)
            await self.press("space")

    # -- seeing -----------------------------------------------------------------------------------

    def screen_text(self) -> str:
        """What the screen in front shows."""
        return text_of(self.app.screen)

    def console_text(self) -> str:
        """What the console shows, also while a dialog stands before it."""
        return text_of(self.screen)

    def pane(self, kind: PaneKind) -> Pane[Item]:
        """A pane."""
        return self.screen.pane_of(kind)

    def table(self, kind: PaneKind) -> Table[Item]:
        """A pane's table."""
        return self.screen.pane_of(kind).table

    def shown_panes(self) -> list[PaneKind]:
        """The panes that are on the screen."""
        return [kind for kind in PaneKind if self.pane(kind).display]

    def title(self, kind: PaneKind) -> str:
        """A pane's title line."""
        return self.pane(kind).title_line

    def lines(self, kind: PaneKind) -> list[str]:
        """What stands in a pane, below its title."""
        table = self.table(kind)
        return [table.render_line(y).text.rstrip() for y in range(table.size.height)]

    def row(self, kind: PaneKind, name: str) -> str:
        """The one line of a pane that holds a text, its blanks drawn together."""
        found = [line for line in self.lines(kind) if name in line]
        assert len(found) == 1, f"{name!r} stands on {len(found)} lines of {self.lines(kind)}"
        return re.sub(r" +", " ", found[0]).strip()

    def names(self, kind: PaneKind) -> list[str]:
        """The names of the rows shown, in their order."""
        return [self._name(kind, row) for row in self.table(kind).shown_ids]

    def cursor(self, kind: PaneKind) -> str | None:
        """The name of the row under a pane's cursor."""
        row = self.table(kind).cursor_id
        return None if row is None else self._name(kind, row)

    def linked(self, kind: PaneKind) -> set[str]:
        """The names of the rows that are lit up."""
        table = self.table(kind)
        return {self._name(kind, row) for row in table._linked & table.items.keys()}

    def id_of(self, kind: PaneKind, name: str) -> str:
        """The id of the row of a name."""
        found = [row for row in self.table(kind).items if self._name(kind, row) == name]
        assert len(found) == 1, f"{name!r} is not one of {sorted(self.names(kind))}"
        return found[0]

    def _name(self, kind: PaneKind, row: str) -> str:
        item = self.table(kind).items[row]
        return item_name(item)

    @property
    def header(self) -> str:
        """The header line."""
        return self.screen._header.text

    @property
    def footer(self) -> str:
        """The footer line."""
        return self.screen._footer.text

    @property
    def message(self) -> str:
        """The message line."""
        return self.screen.query_one("#message", Line).text

    @property
    def said(self) -> list[str]:
        """Everything that was said."""
        return [said.text for said in self.screen.messages]

    @property
    def front(self) -> str:
        """The class name of the screen in front."""
        return type(self.app.screen).__name__

    @property
    def removal(self) -> Removal:
        """What the dialog in front asks about."""
        screen = self.app.screen
        assert isinstance(screen, ConfirmScreen), self.screen_text()
        return screen.removal

    @property
    def operations(self) -> Sequence[Operation]:
        """Every operation so far."""
        return tuple(self.app.worker.operations.values())

    def changes(self) -> list[str]:
        """Every change that was sent to RackConnect, as `METHOD path-tail`."""
        return [
            f"{request.method} {request.path.rsplit('/', 1)[-1]}"
            for request in self.account.requests
            if request.method in CHANGES and "/rackconnect/" in request.path
        ]


def item_name(item: Item) -> str:
    """The name that a test knows an item by."""
    for attribute in ("server_name", "server", "record", "pool", "network"):
        thing = getattr(item, attribute, None)
        if attribute == "server_name" and hasattr(item, "record"):
            continue
        if isinstance(thing, str):
            return thing
        if thing is not None:
            return getattr(thing, "name", "") or getattr(thing, "address", "") or thing.id
    return item.row


@dataclass(frozen=True)
class Opening:
    """How to open a console; `with_` gives another way."""

    account: Account
    clock: ManualClock
    settings: Settings
    size: tuple[int, int] = WIDE
    wait: bool = True

    @asynccontextmanager
    async def __call__(
        self,
        size: tuple[int, int] | None = None,
        *,
        wait: bool | None = None,
        keeper: ProfileKeeper | None = None,
        **changed: object,
    ) -> AsyncIterator[Console]:
        settings = replace(self.settings, **changed)
        worker = Worker(settings, asgi_app=create_app(self.account), clock=self.clock)
        app = ConsoleApp(settings, worker, keeper=keeper)
        async with app.run_test(size=size or self.size) as pilot:
            console = Console(app, pilot, self.account, self.clock)
            if self.wait if wait is None else wait:
                await console.settle()
                await console.advance(2)
            yield console
