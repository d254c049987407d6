"""Cooperative yielding for long work on the event loop."""

from __future__ import annotations

import asyncio

_ROUNDS = 12
"""Event loop rounds for each yield: a key press passes about a dozen queues before it shows."""


async def yield_to_loop() -> None:
    """Let the event loop run a few rounds; call it after each batch of records.

    A cancellation takes effect here and leaves nothing half done.
    """
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
