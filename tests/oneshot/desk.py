"""A simulated account, and `status` run on it in this process by a clock that tests move."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.oneshot.answer import Question
from rcv3_tui.oneshot.asked import Asked, Format, Noun
from rcv3_tui.oneshot.narration import Narrator
from rcv3_tui.oneshot.out import Looks, Out
from rcv3_tui.oneshot.run import look
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, create_app

IDENTITY = "http://127.0.0.1/v2.0"


@dataclass
class Said:
    """How one `status` ended, and what it wrote."""

    code: ExitCode
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def cells(self) -> list[list[str]]:
        """The words of each line, where no cell holds a blank."""
        return [line.split() for line in self.lines]


class Desk:
    """An account, and somebody who asks about it."""

    def __init__(self, account: Account, clock: ManualClock) -> None:
        self.account = account
        self.clock = clock
        self.settings = Settings(
            profile="acme",
            credentials=Credentials(account.username, api_key=Secret(account.api_key)),
            identity_url=IDENTITY,
        )
        self.looks = Looks()
        self.out = io.BytesIO()
        self.err = io.StringIO()
        self.err_is_terminal = False

    def set(self, **changes: object) -> None:
        """Change the settings."""
        self.settings = replace(self.settings, **changes)

    async def ask(self, noun: str = "", form: str = "table", **asked: object) -> Said:
        """Run one `status` to its end; time passes while it waits."""
        return await self.finish(self.start(noun, form, **asked))

    def start(self, noun: str = "", form: str = "table", **asked: object) -> asyncio.Task[ExitCode]:
        """Begin one `status`."""
        wanted = Asked(
            noun=Noun(noun) if noun else None,
            format=Format(form),
            **asked,  # type: ignore[arg-type]
        )
        self.out, self.err = io.BytesIO(), io.StringIO()
        return asyncio.create_task(
            look(
                Question(wanted),
                self.settings,
                out=Out(self.out, self.looks),
                voice=Narrator(self.err, is_terminal=self.err_is_terminal),
                clock=self.clock,
                asgi_app=create_app(self.account),
            )
        )

    async def finish(self, task: asyncio.Task[ExitCode], seconds: float = 900.0) -> Said:
        """Let time pass until it has ended."""
        await self.clock.settle(300)
        passed = 0.0
        while not task.done():
            assert passed < seconds, f"not within {seconds:g} s: {self.err.getvalue()}"
            await self.clock.advance(0.5, turns=120)
            passed += 0.5
        return Said(await task, self.written, self.err.getvalue())

    async def pass_time(self, seconds: float) -> None:
        """Let time pass in small steps."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5, turns=120)

    @property
    def written(self) -> str:
        return self.out.getvalue().decode()

    def requests(self, piece: str = "/rackconnect/") -> list[str]:
        """The paths that were asked for, a piece of them in common."""
        return [r.path for r in self.account.requests if piece in r.path]

    def signs_in(self) -> int:
        return len(self.requests("/tokens"))

    def api(self, piece: str) -> Any:
        """What the service itself answers to a list."""
        return json.loads(self.wire(piece))

    def wire(self, piece: str) -> bytes:
        from rcv3_tui.simulator import wire

        region = self.account.region(self.account.regions[0])
        match piece:
            case "public_ips":
                return wire.join(wire.public_ip(region, ip) for ip in region.public_ips.values())
            case "load_balancer_pools":
                return wire.join(wire.pool(pool) for pool in region.pools.values())
            case "nodes":
                pools = region.pools.values()
                return wire.join(wire.node_long(n) for pool in pools for n in pool.nodes.values())
            case "cloud_networks":
                return wire.join(wire.network(network) for network in region.networks.values())
        raise ValueError(piece)


def columns(said: Said, *places: int) -> list[tuple[str, ...]]:
    """Some columns of a table whose cells hold no blank, without its header."""
    return [tuple(row[place] for place in places) for row in said.cells[1:]]


def names(rows: Sequence[dict[str, Any]], field: str = "name") -> list[Any]:
    return [row[field] for row in rows]
