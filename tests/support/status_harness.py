"""Runs `status` in this process, on a simulated account and a manual clock."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, create_app
from rcv3_tui.status.options import Format, Noun, StatusOptions
from rcv3_tui.status.output import OutputStream, OutputStyle
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.status.report import StatusQuery
from rcv3_tui.status.run import run_query
from tests.support.command_harness import CommandHarness, CommandOutput


@dataclass
class StatusResult(CommandOutput):
    """The exit code and the output of one `status`."""

    code: int

    @property
    def cells(self) -> list[list[str]]:
        """Return the words of each line; no cell may contain a blank."""
        return [line.split() for line in self.lines]


class StatusHarness(CommandHarness):
    """An account on which `status` runs."""

    def __init__(self, account: Account, clock: ManualClock) -> None:
        super().__init__(account, clock)
        self.looks = OutputStyle()
        self.err_is_terminal = False

    async def run(self, noun: str = "", form: str = "table", **asked: object) -> StatusResult:
        """Run one `status` until it exits; time passes while it waits."""
        return await self.finish(self.start(noun, form, **asked))

    def start(self, noun: str = "", form: str = "table", **asked: object) -> asyncio.Task[int]:
        """Start one `status`."""
        wanted = StatusOptions(
            noun=Noun(noun) if noun else None,
            format=Format(form),
            **asked,  # type: ignore[arg-type]
        )
        self.out, self.err = io.BytesIO(), io.StringIO()
        return asyncio.create_task(
            run_query(
                StatusQuery(wanted),
                self.settings,
                out=OutputStream(self.out, self.looks),
                progress=ProgressReporter(self.err, is_terminal=self.err_is_terminal),
                clock=self.clock,
                asgi_app=create_app(self.account),
            )
        )

    async def finish(self, task: asyncio.Task[int], seconds: float = 900.0) -> StatusResult:
        """Advance the clock until it has exited."""
        await self.until(task.done, seconds)
        return StatusResult(self.written, self.err.getvalue(), await task)

    async def pass_time(self, seconds: float) -> None:
        """Advance the clock in small steps."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)

    def requests(self, piece: str = "/rackconnect/") -> list[str]:
        """Return the paths of the requests whose path contains a piece."""
        return [r.path for r in self.account.requests if piece in r.path]

    def signs_in(self) -> int:
        return len(self.requests("/tokens"))

    def api(self, piece: str) -> Any:
        """Return the service's own response to a list."""
        return json.loads(self.wire(piece))

    def wire(self, piece: str) -> bytes:
        from rcv3_tui.simulator import schema

        region = self.account.region(self.account.regions[0])
        match piece:
            case "public_ips":
                return schema.join(
                    schema.public_ip(region, ip) for ip in region.public_ips.values()
                )
            case "load_balancer_pools":
                return schema.join(schema.pool(pool) for pool in region.pools.values())
            case "nodes":
                pools = region.pools.values()
                return schema.join(
                    schema.node_long(n) for pool in pools for n in pool.nodes.values()
                )
            case "cloud_networks":
                return schema.join(schema.network(network) for network in region.networks.values())
        raise ValueError(piece)


def columns(result: StatusResult, *places: int) -> list[tuple[str, ...]]:
    """Return some columns of a table without its header; no cell may contain a blank."""
    return [tuple(row[place] for place in places) for row in result.cells[1:]]


def names(rows: Sequence[dict[str, Any]], field: str = "name") -> list[Any]:
    return [row[field] for row in rows]
