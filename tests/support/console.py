"""A console on the real worker and a simulated account, whose keys a test presses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.screen import Screen

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.removal_plan import RemovalPlan
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.login_controller import ProfileStore
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.tui.widgets.status_line import StatusLine
from rcv3_tui.tui.widgets.table import Table
from rcv3_tui.views.rows import AnyRow
from tests.support.event_loop import loop_time, wait_for_idle

IDENTITY = "http://127.0.0.1:7/v2.0"
"""The URL of the simulated Identity; nothing is ever sent to a socket."""

SERVERS, IPS, POOLS = PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS
NODES, NETWORKS, OPS = PaneKind.NODES, PaneKind.NETWORKS, PaneKind.OPERATIONS

WIDE, NARROW = (120, 40), (80, 24)

BETWEEN_KEYS = 1.0
"""Seconds between the times of two key events; tests do not wait for them."""

CHANGES = ("POST", "DELETE", "PATCH", "PUT")


def settings_for(account: Account) -> Settings:
    """Return settings that sign in to an account with its own key."""
    return Settings(
        profile="acme",
        credentials=Credentials(account.username, api_key=Secret(account.api_key)),
        identity_url=IDENTITY,
    )


def text_of(screen: Screen[Any]) -> str:
    """Return what a screen shows, as text."""
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in screen._compositor.render_strips()
    )


class Console:
    """A running console, with what tests do with it and check."""

    def __init__(
        self, app: ConsoleApp, pilot: Pilot[int], account: Account, clock: ManualClock
    ) -> None:
        self.app = app
        self.pilot = pilot
        self.account = account
        self.clock = clock
        self.screen: ConsoleScreen = app._console
        self._hand = loop_time() + 60.0

    # -- actions ----------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until everything that needs no time has happened."""
        await wait_for_idle()

    async def advance(self, seconds: float) -> None:
        """Advance the clock second by second, with a tick of the screen after each."""
        whole, rest = divmod(seconds, 1.0)
        for step in [1.0] * int(whole) + ([rest] if rest else []):
            await self.clock.advance(step)
            self.screen._tick()
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each handled before the next."""
        for key in keys:
            self._hand += BETWEEN_KEYS
            self.send(key, self._hand)
            await self.settle()

    def send(self, key: str, time: float) -> None:
        """Send a key event with a time."""
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

    def send_at_once(self, *keys: str) -> None:
        """Send keys with the same time, as in a paste or from a connection that lagged."""
        self._hand += BETWEEN_KEYS
        for key in keys:
            self.send({"\r": "enter", "\t": "tab"}.get(key, key), self._hand)

    async def add(self, *keys: str) -> None:
        """Press keys and `a`, and approve the question if public IPs are added."""
        await self.press(*keys, "a")
        await self.approve_add()

    async def approve_add(self) -> None:
        """Approve the question of an addition, if it is open."""
        screen = self.app.screen
        if isinstance(screen, ConfirmScreen) and screen.removal.verb == "Add":
            await self.press("enter")

    async def write(self, text: str) -> None:
        """Type a text."""
        for letter in text:
            self._hand += BETWEEN_KEYS
            self.send(letter, self._hand)
        await self.settle()

    async def command(self, text: str) -> None:
        """Enter a command on the command line."""
        for key in (":", *text, "enter"):
            self._hand += BETWEEN_KEYS
            self.send(key, self._hand)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Change the terminal's size."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def go(self, kind: PaneKind, name: str) -> None:
        """Go to a pane and move the cursor to the row of a name."""
        if kind is not NODES and self.screen.active is not kind:
            await self.press({SERVERS: "1", IPS: "2", POOLS: "3", NETWORKS: "4", OPS: "5"}[kind])
        assert self.table(kind).move_to(self.id_of(kind, name)), f"{name} is not shown"
        await self.settle()

    async def mark(self, kind: PaneKind, *names: str) -> None:
        """Mark rows by their names."""
        for name in names:
            await self.go(kind, name)
            await self.press("space")

    # -- state ------------------------------------------------------------------------------------

    def screen_text(self) -> str:
        """Return what the topmost screen shows."""
        return text_of(self.app.screen)

    def console_text(self) -> str:
        """Return what the console shows, also behind a dialog."""
        return text_of(self.screen)

    def pane(self, kind: PaneKind) -> Pane[AnyRow]:
        """Return a pane."""
        return self.screen.pane_of(kind)

    def table(self, kind: PaneKind) -> Table[AnyRow]:
        """Return a pane's table."""
        return self.screen.pane_of(kind).table

    def shown_panes(self) -> list[PaneKind]:
        """Return the panes that are on the screen."""
        return [kind for kind in PaneKind if self.pane(kind).display]

    def title(self, kind: PaneKind) -> str:
        """Return a pane's title line."""
        return self.pane(kind).title_line

    def lines(self, kind: PaneKind) -> list[str]:
        """Return the lines of a pane below its title."""
        table = self.table(kind)
        return [table.render_line(y).text.rstrip() for y in range(table.size.height)]

    def row(self, kind: PaneKind, name: str) -> str:
        """Return the only line of a pane that contains a text, with single blanks."""
        found = [line for line in self.lines(kind) if name in line]
        assert len(found) == 1, f"{name!r} is on {len(found)} lines of {self.lines(kind)}"
        return re.sub(r" +", " ", found[0]).strip()

    def names(self, kind: PaneKind) -> list[str]:
        """Return the names of the rows shown, in order."""
        return [self._name(kind, row) for row in self.table(kind).shown_ids]

    def cursor(self, kind: PaneKind) -> str | None:
        """Return the name of the row under a pane's cursor."""
        row = self.table(kind).cursor_id
        return None if row is None else self._name(kind, row)

    def linked(self, kind: PaneKind) -> set[str]:
        """Return the names of the rows that are highlighted as linked."""
        table = self.table(kind)
        return {self._name(kind, row) for row in table._linked & table.items.keys()}

    def id_of(self, kind: PaneKind, name: str) -> str:
        """Return the id of the row of a name."""
        found = [row for row in self.table(kind).items if self._name(kind, row) == name]
        assert len(found) == 1, f"{name!r} is not one of {sorted(self.names(kind))}"
        return found[0]

    def _name(self, kind: PaneKind, row: str) -> str:
        item = self.table(kind).items[row]
        return item_name(item)

    @property
    def header(self) -> str:
        """Return the header line."""
        return self.screen._header.text

    @property
    def footer(self) -> str:
        """Return the footer line."""
        return self.screen._footer.text

    @property
    def message(self) -> str:
        """Return the message line."""
        return self.screen.query_one("#message", StatusLine).text

    @property
    def message_texts(self) -> list[str]:
        """Return the texts of all messages."""
        return [message.text for message in self.screen.messages]

    @property
    def front(self) -> str:
        """Return the class name of the topmost screen."""
        return type(self.app.screen).__name__

    @property
    def removal(self) -> RemovalPlan:
        """Return the removal plan of the topmost dialog."""
        screen = self.app.screen
        assert isinstance(screen, ConfirmScreen), self.screen_text()
        return screen.removal

    @property
    def operations(self) -> Sequence[Operation]:
        """Return every operation so far."""
        return tuple(self.app.worker.operations.values())

    def changes(self) -> list[str]:
        """Return every changing request to RackConnect, as `METHOD last-part-of-path`."""
        return [
            f"{request.method} {request.path.rsplit('/', 1)[-1]}"
            for request in self.account.requests
            if request.method in CHANGES and "/rackconnect/" in request.path
        ]


def item_name(item: AnyRow) -> str:
    """Return the name by which tests identify an item."""
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
    """Opens a console on an account."""

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
        store: ProfileStore | None = None,
        hold: float = 0,
        **changed: object,
    ) -> AsyncIterator[Console]:
        settings = replace(self.settings, **changed)
        worker = AccountWorker(settings, asgi_app=create_app(self.account), clock=self.clock)
        # Tests set the times of keys, so nothing has to be held back.
        app = ConsoleApp(settings, worker, store=store, hold=hold)
        async with app.run_test(size=size or self.size) as pilot:
            console = Console(app, pilot, self.account, self.clock)
            if self.wait if wait is None else wait:
                await console.settle()
                await console.advance(2)
            yield console
