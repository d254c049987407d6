"""`status changes`: what changed in the account, as recorded and as of now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from rcv3_tui.clock import Clock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.changes import ResourceChange, attribute, carry_over, compare, replay
from rcv3_tui.model.fetch_state import PRIMARY_KINDS
from rcv3_tui.model.filters import CHANGE_FIELDS, FilterError, parse_filter
from rcv3_tui.model.resources import LoadBalancerPool
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Settings
from rcv3_tui.status.formats import render
from rcv3_tui.status.options import FailOn, Format, InvalidOption, StatusOptions
from rcv3_tui.status.output import OutputStream, OutputStyle
from rcv3_tui.status.pool_selection import SAMPLE_SIZE, sample_pools
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.status.reader import RegionReader
from rcv3_tui.status.resource_view import REGION, header_of, region_place, select_columns
from rcv3_tui.status.since import parse_since
from rcv3_tui.status.table_data import Cell, Header, Row, TableData
from rcv3_tui.status.table_text import render_plain, render_terminal
from rcv3_tui.sync.operations.recovery import journaled_operations
from rcv3_tui.sync.storage.change_log import ChangeLog, LogContents
from rcv3_tui.sync.storage.snapshot_cache import SnapshotCache
from rcv3_tui.sync.storage.snapshot_restore import snapshot_cache
from rcv3_tui.views.changes import CHANGES, name_after_resource
from rcv3_tui.views.export import export_record
from rcv3_tui.views.formatting import time_in_zone
from rcv3_tui.views.rows import ChangeRow

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class ChangeQuery:
    """A request for the changes of an account, checked before anything is read.

    Args:
        options: The words of the command line.

    Raises:
        InvalidOption: There is no such column, the filter or the time is wrong, or flags do not go
            together.
    """

    def __init__(self, options: StatusOptions) -> None:
        for flag, given in (
            ("--watch", options.watch is not None),
            ("--wait", options.wait is not None),
            ("--pool", bool(options.pools)),
            ("--fail-on", options.fail_on is not FailOn.WARNING),
        ):
            if given:
                raise InvalidOption(f"{flag} does not go with changes")
        self._options = options
        fields = [field for field in CHANGES.fields if field.table is not None]
        names = [name for each in options.columns for name in each.split(",")]
        self._columns = [field for field in fields if field.table and field.table.is_default]
        if names:
            self._columns = list(
                select_columns("changes", fields, [n for n in names if n.strip() != REGION])
            )
        elif options.format is Format.CSV:
            self._columns = fields
        try:
            self._filter = parse_filter(options.filter, CHANGE_FIELDS) if options.filter else None
        except FilterError as error:
            raise InvalidOption(f"--filter: {error}") from error
        if options.filter and self._filter is None:
            raise InvalidOption("--filter: incomplete filter expression")
        if options.since:
            parse_since(options.since, _ANY_TIME)

    def since(self, now: datetime) -> datetime | None:
        """Return the time from which on changes are listed; None: all."""
        return parse_since(self._options.since, now) if self._options.since else None

    def text(
        self,
        changes: Sequence[ResourceChange],
        now: datetime,
        style: OutputStyle,
        *,
        several_regions: bool,
        is_compared: bool = True,
    ) -> str:
        """Return the listed changes, newest first.

        Args:
            changes: The recorded changes.
            now: The current time.
            style: Where the text goes.
            several_regions: Several regions were asked for.
            is_compared: There was a reading to compare with; if not, an empty table has no header.
        """
        since, options = self.since(now), self._options
        rows = [ChangeRow("", change) for change in changes if since is None or change.at >= since]
        if self._filter is not None:
            wanted = self._filter
            rows = [
                row
                for row in rows
                if wanted.evaluate(CHANGES.filter_values(row, lambda region: None), now)
            ]
        rows.sort(key=CHANGES.order)
        table = self._table(rows, several_regions=several_regions)
        if options.format is not Format.TABLE:
            return render(table, options.format, header=options.header, ascii=style.ascii)
        if not rows and not is_compared:
            return ""
        if style.is_terminal:
            lines = render_terminal(table, style, header=options.header)
            return "".join(f"{line}\n" for line in lines)
        return render_plain(table, header=options.header, ascii=style.ascii)

    def _table(self, rows: Sequence[ChangeRow], *, several_regions: bool) -> TableData:
        heads = [header_of(column) for column in self._columns]
        # A table names the kind in its own column; a file's name is complete without one.
        is_short = self._options.format is Format.TABLE and any(
            column.name == "resource" for column in self._columns
        )
        place = region_place(self._options, several_regions)
        if place is not None:
            heads.insert(place, Header(REGION, "REGION", rank=1, least=6))
        listed = []
        for row in rows:
            cells = [
                Cell(
                    name_after_resource(row.change)
                    if is_short and column.name == "name"
                    else column.value(row),
                    phase=None if column.phase is None else column.phase(row),
                )
                for column in self._columns
            ]
            if place is not None:
                cells.insert(place, Cell(row.region))
            raw = {name: value or None for name, value in export_record(row).items()}
            listed.append(
                Row(
                    row.region,
                    row.change.resource_kind,
                    row.change.key,
                    tuple(cells),
                    msgspec.json.encode(raw),
                )
            )
        return TableData(
            tuple(heads),
            tuple(listed),
            bool(self._options.columns),
            several_regions=several_regions,
        )


class ChangeListing:
    """Brings the recorded changes up to date and prints them.

    Args:
        query: What was asked for.
        settings: Whose account.
        clock: The service's time.
        progress: Takes warnings.
    """

    def __init__(
        self, query: ChangeQuery, settings: Settings, clock: Clock, progress: ProgressReporter
    ) -> None:
        self._query = query
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._contents = LogContents()
        self._cache: SnapshotCache | None = None
        self._baselines: dict[str, Snapshot] = {}
        """Region to its last reading, brought up to date with the recorded changes."""

    def load(self, regions: Iterable[str], tenant: str) -> None:
        """Load what is recorded, and the last readings of the regions.

        Args:
            regions: Their names.
            tenant: The account.
        """
        self._contents = contents = self._recorded(tenant)
        self._cache = cache = snapshot_cache(self._settings, self._clock)
        for region in regions:
            baseline = None if cache is None else cache.load_region(region, tenant)
            if baseline is not None:
                recorded = [change for change in contents.changes if change.region == region]
                self._baselines[region] = replay(baseline, recorded)

    def select_pools(
        self, reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        """Return the pools whose nodes are read: first those whose node counts have changed."""
        baseline = self._baselines.get(reader.name)
        before = {} if baseline is None else baseline.pools
        changed = [
            pool for pool in pools if pool.key in before and before[pool.key].counts != pool.counts
        ]
        sample = sample_pools(reader, pools)
        return list({pool.key: pool for pool in (*changed, *sample)}.values())[:SAMPLE_SIZE]

    async def print_current(
        self, readers: Sequence[RegionReader], tenant: str, out: OutputStream
    ) -> None:
        """Record what differs from the last reading, and print everything recorded.

        Args:
            readers: The regions, as far as they could be read.
            tenant: The account.
            out: Where the changes go.
        """
        contents = self._contents
        changes: list[ResourceChange] = []
        for reader in readers:
            baseline = self._baselines.get(reader.name)
            if baseline is None:
                self._progress.report(
                    f"{reader.name}: there is no earlier reading to compare with"
                    + ("" if self._cache is None else "; the next run is compared with this one")
                )
            else:
                changes += compare(baseline, reader.snapshot, self._clock.now())
            if self._cache is not None:
                await self._save(self._cache, baseline, reader)
            if unread := len(reader.unread_pools):
                pools = "1 pool" if unread == 1 else f"{unread} pools"
                self._progress.report(
                    f"{reader.name}: the nodes of {pools} were not read; --complete reads them all"
                )
        if out.style.is_terminal:
            self._progress.report(f"as of {time_in_zone(self._clock.now().replace(microsecond=0))}")
        listed = [*contents.changes, *self._record(tenant, changes)]
        names = {reader.name for reader in readers}
        unique = {c.id or str(n): c for n, c in enumerate(listed) if c.region in names}
        self._print(
            contents,
            list(unique.values()),
            out,
            several_regions=len(readers) > 1,
            is_compared=any(reader.name in self._baselines for reader in readers),
        )

    def print_recorded(self, out: OutputStream, tenant: str = "") -> None:
        """Print what is recorded of an account that could not be read.

        Args:
            out: Where the changes go.
            tenant: The account; empty: the one of the settings, or all of the profile.
        """
        contents = self._recorded(tenant or self._settings.tenant or "")
        regions = {change.region for change in contents.changes}
        as_of = max((change.at for change in contents.changes), default=None)
        if as_of is None:
            self._progress.report("no changes are recorded")
        else:
            self._progress.report(
                f"only recorded changes are listed, the newest from {time_in_zone(as_of)}"
            )
        self._print(
            contents,
            contents.changes,
            out,
            several_regions=len(regions) > 1,
            is_compared=as_of is not None,
        )

    def _print(
        self,
        contents: LogContents,
        changes: Sequence[ResourceChange],
        out: OutputStream,
        *,
        several_regions: bool,
        is_compared: bool = True,
    ) -> None:
        now = self._clock.now()
        since = self._query.since(now)
        if contents.dropped is not None and (since is None or since < contents.dropped):
            self._progress.report(
                f"changes up to {time_in_zone(contents.dropped)} are no longer recorded"
            )
        text = self._query.text(
            changes, now, out.style, several_regions=several_regions, is_compared=is_compared
        )
        out.write(text)

    def _recorded(self, tenant: str) -> LogContents:
        directory = self._settings.state_dir
        if directory is None:
            return LogContents()
        try:
            return self._log(directory, tenant).read()
        except OSError as error:
            self._progress.report(f"recorded changes cannot be read: {error}")
            return LogContents()

    def _record(self, tenant: str, changes: Sequence[ResourceChange]) -> Sequence[ResourceChange]:
        directory = self._settings.state_dir
        if directory is None or not changes:
            return changes
        try:
            changes = attribute(changes, journaled_operations(directory, tenant))
            return self._log(directory, tenant).add(changes)
        except OSError as error:
            self._progress.report(f"changes are not recorded: {error}")
            return changes

    def _log(self, directory: Path, tenant: str) -> ChangeLog:
        return ChangeLog(directory, tenant=tenant, profile=self._settings.profile)

    async def _save(
        self, cache: SnapshotCache, baseline: Snapshot | None, reader: RegionReader
    ) -> None:
        """Cache the reading, which the next one is compared with."""
        snapshot = reader.snapshot
        if not all(snapshot.fetch_state(kind).is_read for kind in PRIMARY_KINDS):
            return
        if not cache.may_replace(reader.name):
            # The console shows the regions of its own settings together.
            return
        if baseline is not None:
            snapshot = carry_over(baseline, snapshot)
        await asyncio.to_thread(lambda: cache.write(reader.name, list(cache.encode(snapshot))))


def exit_code(code: int) -> int:
    """Return the exit code of a list of changes: what needs attention does not count."""
    return ExitCode.OK if code == ExitCode.ATTENTION else code
