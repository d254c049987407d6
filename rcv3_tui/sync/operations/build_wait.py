"""Waits until a server has been built, before an address is added to it."""

from __future__ import annotations

from rcv3_tui.api.errors import ApiError, CredentialsRefused, NotFound
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Target
from rcv3_tui.model.resources import Server
from rcv3_tui.model.status import is_building
from rcv3_tui.model.times import elapsed
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected, until_stopped
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_DELAYS = (2.0, 3.0, 5.0)
_LONGEST_DELAY = 10.0
"""Seconds between two reads of the server. Cloud Servers has a rate limit of its own."""

PATIENCE = 3600.0
"""Seconds after which a server that is still being built is not waited for."""


async def wait_for_build(tracker: OperationTracker, region: RegionSyncer, clock: Clock) -> None:
    """Wait until Cloud Servers lists the operation's server as ACTIVE.

    A cancellation leaves the operation planned; nothing was sent.

    Args:
        tracker: The operation, planned.
        region: The server's region.
        clock: Measures the delays.

    Raises:
        Rejected: The server failed, is gone, or takes too long.
        CredentialsRefused: Identity no longer accepts the credentials.
    """
    target, client = tracker.server, region.cloud_servers
    if client is None:
        return
    began = clock.monotonic()
    delays = iter(_DELAYS)
    while True:
        waited = clock.monotonic() - began
        try:
            server = await client.show(target.id)
        except NotFound:
            raise Rejected(f"{target.name} is gone; no address was added") from None
        except CredentialsRefused:
            raise
        except ApiError as error:
            words = f"cannot read {target.name}: {error.one_line()}"
        else:
            if not is_building(server.status):
                _require_usable(server, target)
                return
            words = _progress(server, target)
        if waited >= PATIENCE:
            raise Rejected(f"{words} after {elapsed(waited)}; no address was added")
        tracker.on_build_wait()
        tracker.note_waiting(f"{words}; the address is added when it is ACTIVE")
        async with until_stopped([tracker]):
            await clock.sleep(next(delays, _LONGEST_DELAY))
        if tracker.is_stopped:
            raise NotSent(tracker.no_send_reason)


def _progress(server: Server, target: Target) -> str:
    percent = "" if server.progress is None else f" ({server.progress} %)"
    return f"{target.name} is {server.status}{percent}"


def _require_usable(server: Server, target: Target) -> None:
    """Require that the build of a server did not fail.

    Raises:
        Rejected: It did.
    """
    if server.status in ("ERROR", "DELETED"):
        why = f" ({server.fault})" if server.fault else ""
        raise Rejected(f"{target.name} is {server.status}{why}; no address was added")
