"""One report: the resources that it needs, its output and its exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    Forbidden,
    ProxyFailed,
    ServerError,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.diagnostics import Severity
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.status import metrics, nagios, prometheus
from rcv3_tui.status.change_list import ChangeQuery
from rcv3_tui.status.formats import render, to_json
from rcv3_tui.status.options import FailOn, Format, InvalidOption, Noun, StatusOptions
from rcv3_tui.status.output import OutputStyle
from rcv3_tui.status.pool_selection import NamedPools, RoundRobin, all_pools, sample_pools
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.status.reader import PoolSelector, RegionReader
from rcv3_tui.status.resource_view import RESOURCE_VIEWS, AnyResourceView, Transition
from rcv3_tui.status.summary import Summary, as_json, count_table, summarize, text_lines
from rcv3_tui.status.table_data import TableData
from rcv3_tui.status.table_text import render_plain, render_terminal

_SUMMARY_KINDS = frozenset(
    {
        ResourceKind.SERVERS,
        ResourceKind.PUBLIC_IPS,
        ResourceKind.POOLS,
        ResourceKind.NODES,
        ResourceKind.NETWORKS,
    }
)

_SAME_MOMENT = 60.0
"""Seconds within which lists and nodes count as read at one moment."""

_MOST_ROUNDS = 3
"""How often the lists are read again: an account that changes all the time is never done."""


class StatusQuery:
    """A request for a status, checked as far as possible before anything is read.

    Args:
        options: The options of the command line.

    Raises:
        InvalidOption: A column does not exist, the filter is wrong, or options exclude each other.
    """

    def __init__(self, options: StatusOptions) -> None:
        self.options = options
        self.view: AnyResourceView | None = None
        self.kinds = _SUMMARY_KINDS
        if options.format.is_monitoring:
            self._check_monitoring()
        self.changes: ChangeQuery | None = None
        """The request for the changes, instead of resources."""
        if options.noun is Noun.CHANGES:
            self.changes = ChangeQuery(options)
            return
        if options.since:
            raise InvalidOption("--since goes with changes")
        if options.noun is not None:
            self.view = RESOURCE_VIEWS[options.noun]
            self.kinds = self.view.needed_kinds(options)
            if options.complete and options.pools:
                raise InvalidOption("--complete reads every pool's nodes; leave --pool out")
            if options.complete:
                self.kinds |= _SUMMARY_KINDS
            if options.pools and ResourceKind.NODES not in self.kinds:
                raise InvalidOption(
                    "--pool narrows the reading of nodes, and this needs none; "
                    "to choose rows, use --filter"
                )
            return
        for flag, given in (
            ("-c", options.columns),
            ("--filter", options.filter),
            ("--pool", options.pools),
        ):
            if given:
                raise InvalidOption(f"{flag} goes with a noun: {', '.join(Noun)}")

    def _check_monitoring(self) -> None:
        """Require that a format for monitoring covers the account, once."""
        options = self.options
        if options.noun is not None:
            raise InvalidOption(
                f"-f {options.format} covers the whole account; leave {options.noun} out"
            )
        if options.watch is not None:
            raise InvalidOption(
                f"-f {options.format} is written once; let cron or the monitoring system repeat it"
            )

    @property
    def views(self) -> Sequence[AnyResourceView]:
        """The nouns that the report covers."""
        return tuple(RESOURCE_VIEWS.values()) if self.view is None else (self.view,)


class StatusReport:
    """The state of an account as read for a query, and the exit code that follows from it.

    Args:
        query: The request.
        readers: The regions.
        profile: The name of the account in the configuration.
        clock: The clock.
        progress: Receives the errors.
    """

    def __init__(
        self,
        query: StatusQuery,
        readers: Sequence[RegionReader],
        profile: str,
        clock: Clock,
        progress: ProgressReporter,
    ) -> None:
        self.query = query
        self.readers = readers
        self._profile = profile
        self._clock = clock
        self._progress = progress
        self._named = NamedPools(query.options)
        first: PoolSelector = sample_pools if query.view is None else self._named
        if query.options.complete:
            first = all_pools
        self._turns = RoundRobin(first)
        self._read_before = False

    # -- reading ------------------------------------------------------------------------------

    def select_pools(self, selector: PoolSelector) -> None:
        """Read the nodes of other pools, unless all are requested."""
        if not self.query.options.complete:
            self._turns = RoundRobin(selector)

    async def read(self, *, whole: bool = False) -> None:
        """Read everything that the report needs, from all regions at once.

        The first time it reads all nodes, later those of pools with a hint at a change and some of
        the others in turn.

        Args:
            whole: Read the nodes of as many pools as the requests of the minute allow.

        Raises:
            InvalidOption: A named pool does not exist.
        """
        kinds = self.query.kinds
        if self._read_before and self.query.view is None:
            # They hardly ever change (RackConnect API reference, 4.1).
            kinds -= {ResourceKind.NETWORKS}
        self._turns.whole = whole
        await self._read_once(kinds)
        if self.query.options.complete:
            await self._refresh_lists(kinds)
        self._progress.end_progress()
        self._read_before = True
        if not self.errors:
            self._named.check()

    async def _refresh_lists(self, kinds: frozenset[ResourceKind]) -> None:
        """Read the lists again where reading all nodes took so long that the two do not agree.

        Servers and pools that were added meanwhile would be taken for ghosts, or not be read.
        """
        for _ in range(_MOST_ROUNDS):
            is_old = any(
                seconds > _SAME_MOMENT
                for reader in self.readers
                for kind, seconds in reader.ages(self.now).items()
                if kind in kinds and kind is not ResourceKind.NODES
            )
            if not is_old or self.errors:
                return
            await self._read_once(kinds)

    async def _read_once(self, kinds: frozenset[ResourceKind]) -> None:
        options = self.query.options
        # Waiting, watching and listing nodes need current data.
        may_reuse = self.query.view is None and options.watch is None and options.wait is None
        async with asyncio.TaskGroup() as tasks:
            for reader in self.readers:
                tasks.create_task(reader.read(kinds, self._turns, reuse_nodes=may_reuse))

    @property
    def now(self) -> datetime:
        """The current time, by the service's clock."""
        return self._clock.now()

    @property
    def errors(self) -> list[tuple[RegionReader, ApiError]]:
        """The errors of the last read, each once."""
        return [
            (reader, error)
            for reader in self.readers
            for error in dict.fromkeys(reader.errors.values())
        ]

    @property
    def is_refused(self) -> bool:
        """Whether Identity rejects the credentials, or every region rejects the token."""
        errors = self.errors
        if any(isinstance(error, CredentialsRefused) for _, error in errors):
            return True
        refusing = {reader.name for reader, error in errors if isinstance(error, TokenRefused)}
        return len(refusing) == len(self.readers)

    @property
    def has_nothing(self) -> bool:
        """Whether none of the requested data could ever be read."""
        kinds = [view.kind for view in self.query.views]
        return not any(
            reader.snapshot.fetch_state(kind).fetched is not None
            or (kind is ResourceKind.NODES and reader.nodes())
            for reader in self.readers
            for kind in kinds
        )

    def transitions(self) -> Iterator[Transition]:
        """Yield the resources in transition among those requested."""
        now, text = self.now, self.query.options.filter
        for reader in self.readers:
            for view in self.query.views:
                yield from view.transitions(reader, text, now)

    # -- output -------------------------------------------------------------------------------

    def text(self, style: OutputStyle) -> str:
        """Return the whole output.

        Args:
            style: The style of the output.
        """
        options = self.query.options
        if options.format is Format.TABLE:
            return "".join(f"{line}\n" for line in self.lines(style))
        if options.format is Format.PROMETHEUS:
            return prometheus.render(metrics.collect(self.summary()))
        if options.format is Format.NAGIOS:
            return nagios.render(self.summary(), options.fail_on)
        table = self._listing()
        if table is not None:
            return render(table, options.format, header=options.header, ascii=style.ascii)
        summary = self.summary()
        if options.format is Format.CSV:
            return render(
                count_table(summary), Format.CSV, header=options.header, ascii=style.ascii
            )
        compact = options.format is Format.NDJSON
        return to_json(as_json(summary), ascii=style.ascii, compact=compact) + "\n"

    def summary(self) -> Summary:
        """Return the account in figures."""
        return summarize(self.readers, self._profile, self.now)

    def lines(self, style: OutputStyle) -> list[str]:
        """Return the output as the lines of a table or of the summary.

        Args:
            style: The style of the output.
        """
        options = self.query.options
        table = self._listing()
        if table is None:
            summary = self.summary()
            return text_lines(summary, style, header=options.header)
        if style.is_terminal:
            return render_terminal(table, style, header=options.header)
        return render_plain(table, header=options.header, ascii=style.ascii).splitlines()

    def _listing(self) -> TableData | None:
        view = self.query.view
        if view is None:
            return None
        table = view.table(self.readers, self.query.options, self.now)
        undecided = sum(
            view.undecided(reader, self.query.options.filter, self.now) for reader in self.readers
        )
        if undecided:
            rows = (
                f"1 of the {view.kind.value} is"
                if undecided == 1
                else (f"{undecided} of the {view.kind.value} are")
            )
            self._progress.report_once(
                f"{rows} left out: what --filter asks about was not read of them"
            )
        is_whole = all(reader.snapshot.fetch_state(view.kind).is_whole for reader in self.readers)
        if not table.rows and is_whole and not self.errors and not undecided:
            with_filter = " that pass the filter" if self.query.options.filter else ""
            self._progress.report_once(f"there are no {view.kind.value}{with_filter}")
        return table

    def error_lines(self) -> list[str]:
        """Return a line for each error."""
        several = len(self.readers) > 1
        lines: list[str] = []
        for reader in self.readers:
            where = f"{reader.name}: " if several else ""
            errors = (f"{error.one_line()}{_advice(error)}" for error in reader.errors.values())
            lines += [f"{where}{line}" for line in dict.fromkeys(errors)]
            for kind, state in reader.snapshot.fetch_states.items():
                if state.skipped and state.error is None:
                    many = len(state.skipped)
                    lines.append(
                        f"{where}{many} of the {kind.value} could not be read and "
                        f"{'is' if many == 1 else 'are'} left out: {state.skipped[0]}"
                    )
        return lines

    def report_errors(self) -> None:
        """Report the errors."""
        for line in self.error_lines():
            self._progress.report(line)

    def code(self) -> int:
        """Return the exit code that follows from what was read."""
        options = self.query.options
        if options.format is Format.NAGIOS:
            return nagios.state_of(self.summary(), options.fail_on)
        if self.is_refused:
            return ExitCode.CREDENTIALS_REFUSED
        errors = [error for _, error in self.errors]
        if any(isinstance(error, ConnectionFailed) for error in errors):
            return ExitCode.UNREACHABLE
        skipped = any(
            s.skipped for reader in self.readers for s in reader.snapshot.fetch_states.values()
        )
        if errors or skipped:
            return ExitCode.SERVICE_ERROR
        return ExitCode.ATTENTION if self._needs_attention() else ExitCode.OK

    def _needs_attention(self) -> bool:
        fail_on = self.query.options.fail_on
        if fail_on is FailOn.NEVER:
            return False
        # Unread data may be worse than all read data.
        counted = {Severity.FAILED, Severity.UNKNOWN}
        if fail_on is not FailOn.FAILED:
            counted.add(Severity.WARNING)
        if fail_on is FailOn.NOTE:
            counted.add(Severity.NOTE)
        listed = self._listed()
        return any(
            finding.severity in counted
            and (listed is None or any((reader.name, *row) in listed for row in finding.rows))
            for reader in self.readers
            for finding in reader.findings(self.now)
        )

    def _listed(self) -> set[tuple[str, ResourceKind, str]] | None:
        """Return the listed rows; None: all rows count."""
        view = self.query.view
        if view is None:
            return None
        rows = view.table(self.readers, self.query.options, self.now).rows
        return {(row.region, row.kind, row.key) for row in rows}


def _advice(error: ApiError) -> str:
    """Return what to do about an error, if its own message does not say so."""
    if isinstance(error, ProxyFailed):
        return ""
    if isinstance(error, ConnectionFailed):
        return "; check the network, proxy and --ca-bundle"
    if isinstance(error, Forbidden) and "role" not in error.message:
        return "; the user may lack a role for it"
    if isinstance(error, CredentialsRefused):
        return "; check user name and key"
    if isinstance(error, TokenRefused):
        return "; try again in a minute, and ask Rackspace Support if it stays so"
    if isinstance(error, ServerError):
        return "; try again in a moment, and contact Rackspace Support if it persists"
    return ""
