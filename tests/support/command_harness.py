"""What the harnesses of `status` and of the change commands have in common."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account

IDENTITY = "http://127.0.0.1/v2.0"


@dataclass
class CommandOutput:
    """The output of one command."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class CommandHarness:
    """An account on which commands run, on a manual clock."""

    def __init__(self, account: Account, clock: ManualClock) -> None:
        self.account = account
        self.clock = clock
        self.settings = Settings(
            profile="acme",
            credentials=Credentials(account.username, api_key=Secret(account.api_key)),
            identity_url=IDENTITY,
        )
        self.out = io.BytesIO()
        self.err = io.StringIO()

    def set(self, **changes: object) -> None:
        """Change the settings."""
        self.settings = replace(self.settings, **changes)

    async def until(self, holds: Callable[[], bool], seconds: float = 600.0) -> None:
        """Advance the clock in small steps until a condition holds."""
        await self.clock.settle()
        passed = 0.0
        while not holds():
            assert passed < seconds, f"not within {seconds:g} s: {self.err.getvalue()}"
            await self.clock.advance(0.5)
            passed += 0.5

    @property
    def written(self) -> str:
        return self.out.getvalue().decode()
