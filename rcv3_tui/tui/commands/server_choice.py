"""The list of servers from which a change takes one or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.screens.picker import Entry, PickerScreen
from rcv3_tui.views.column import natural_key
from rcv3_tui.views.rows import row_id


def server_entries(
    console: Console, snapshot: Snapshot, reason_of: Callable[[Server], str]
) -> list[Entry]:
    """Return a region's servers as entries of a picker, by name.

    Args:
        console: The console; of several regions, each entry names its own.
        snapshot: The region.
        reason_of: Returns why a server cannot be chosen; empty: it can.
    """
    return [
        Entry(
            id=row_id(snapshot.region, server.key),
            label=server.name,
            detail=f"{server.status}  {snapshot.private_ip_of(server) or '-'}",
            disabled=reason_of(server),
            region=snapshot.region if console.names_regions else "",
        )
        for server in sorted(snapshot.servers.values(), key=lambda server: natural_key(server.name))
    ]


def pick_servers(
    console: Console,
    title: str,
    entries: Sequence[Entry],
    chosen: Callable[[tuple[str, ...]], None],
    *,
    multiple: bool = True,
    preselected: Iterable[str] = (),
    cursor: str = "",
) -> None:
    """Open a picker of servers.

    Args:
        console: The console to act on.
        title: The question.
        entries: The servers; see `server_entries`.
        chosen: Called with the rows that were chosen; not called where none was.
        multiple: Whether several can be chosen.
        preselected: Rows that are chosen from the start.
        cursor: The row that the cursor starts on; otherwise on the first that can be chosen.
    """

    def answered(rows: tuple[str, ...] | None) -> None:
        if rows:
            chosen(rows)
        else:
            console.show_canceled()

    console.app.push_screen(
        PickerScreen(
            title,
            entries,
            multiple=multiple,
            preselected=preselected,
            cursor=cursor,
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        answered,
    )
