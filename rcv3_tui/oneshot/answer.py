"""The answer to one `status`: what to read for it, how it is written, and its exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    Forbidden,
    NotReached,
    ServerFault,
    TokenRefused,
)
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.snapshot import Part
from rcv3_tui.oneshot.asked import Asked, FailOn, Format, NotPossible
from rcv3_tui.oneshot.choosing import Named, Turns, glance
from rcv3_tui.oneshot.kind import Moving
from rcv3_tui.oneshot.kinds import KINDS, AnyKind

if TYPE_CHECKING:
    from rcv3_tui.clock import Clock
    from rcv3_tui.oneshot.listing import Listing
    from rcv3_tui.oneshot.narration import Narrator
    from rcv3_tui.oneshot.out import Looks
    from rcv3_tui.oneshot.reading import PoolChoice, RegionReader

_SUMMARY_PARTS = frozenset({Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS, Part.NODES, Part.NETWORKS})


class Question:
    """What was asked for, checked as far as that can be done before anything is read.

    Args:
        asked: The words of the command line.

    Raises:
        NotPossible: There is no such column, the filter is wrong, or flags do not go together.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.kind: AnyKind | None = None
        self.parts = _SUMMARY_PARTS
        if asked.noun is not None:
            self.kind = KINDS[asked.noun]
            self.parts = self.kind.parts(asked)
            if asked.pools and Part.NODES not in self.parts:
                raise NotPossible(
                    "--pool narrows the reading of nodes, and this needs none; "
                    "to choose rows, use --filter"
                )
            return
        for flag, given in (
            ("-c", asked.columns),
            ("--filter", asked.filter),
            ("--pool", asked.pools),
        ):
            if given:
                raise NotPossible(f"{flag} goes with a noun: servers, ips, pools, nodes, networks")

    @property
    def kinds(self) -> Sequence[AnyKind]:
        """The nouns that the answer is about."""
        return tuple(KINDS.values()) if self.kind is None else (self.kind,)


class Answer:
    """What has been read for a question, and what follows from it.

    Args:
        question: What was asked.
        readers: The regions.
        profile: What the account is called in the configuration.
        clock: What decides "now".
        narrator: Is told what could not be read.
    """

    def __init__(
        self,
        question: Question,
        readers: Sequence[RegionReader],
        profile: str,
        clock: Clock,
        narrator: Narrator,
    ) -> None:
        self.question = question
        self.readers = readers
        self._profile = profile
        self._clock = clock
        self._narrator = narrator
        self._named = Named(question.asked)
        first: PoolChoice = glance() if question.kind is None else self._named
        self._turns = Turns(first)
        self._read_before = False

    # -- reading ------------------------------------------------------------------------------

    async def read(self, *, whole: bool = False) -> None:
        """Read everything that the answer takes, of all regions at once.

        The first time all nodes are read; later those of pools that hint at a change, and some of
        the others in turn.

        Args:
            whole: Read the nodes of as many pools as the minute's requests allow.

        Raises:
            NotPossible: A pool was named that is not there.
        """
        parts = self.question.parts
        if self._read_before and self.question.kind is None:
            # They hardly ever change (RackConnect API reference, 4.1).
            parts -= {Part.NETWORKS}
        self._turns.whole = whole
        async with asyncio.TaskGroup() as tasks:
            for reader in self.readers:
                tasks.create_task(reader.read(parts, self._turns))
        self._narrator.end_progress()
        self._read_before = True
        if not self.errors:
            self._named.check()

    @property
    def now(self) -> datetime:
        """The time of day, by the service's clock where this machine's is wrong."""
        here = self._clock.now()
        return next((reader.now for reader in self.readers if reader.now != here), here)

    @property
    def errors(self) -> list[tuple[RegionReader, ApiError]]:
        """What could not be read the last time, each once."""
        return [
            (reader, error)
            for reader in self.readers
            for error in dict.fromkeys(reader.errors.values())
        ]

    @property
    def is_refused(self) -> bool:
        """The services take no token of this account any more."""
        return any(isinstance(e, TokenRefused | CredentialsRefused) for _, e in self.errors)

    @property
    def is_empty_handed(self) -> bool:
        """Nothing at all of what was asked about could be read, now or before."""
        parts = [kind.part for kind in self.question.kinds]
        return not any(
            reader.snapshot.part(part).fetched is not None
            or (part is Part.NODES and reader.nodes())
            for reader in self.readers
            for part in parts
        )

    def moving(self) -> Iterator[Moving]:
        """Give what is moving among what was asked about."""
        now, text = self.now, self.question.asked.filter
        for reader in self.readers:
            for kind in self.question.kinds:
                yield from kind.moving(reader, text, now)

    # -- telling ------------------------------------------------------------------------------

    def text(self, looks: Looks) -> str:
        """Write the answer, whole.

        Args:
            looks: Where it goes.
        """
        asked = self.question.asked
        if asked.format is Format.TABLE:
            return "".join(f"{line}\n" for line in self.lines(looks))
        from rcv3_tui.oneshot.formats import dumped, written

        listing = self._listing()
        if listing is not None:
            return written(listing, asked.format, header=asked.header, ascii=looks.ascii)
        from rcv3_tui.oneshot.summary import as_json, figures, summarize

        summary = summarize(self.readers, self._profile, self.now)
        if asked.format is Format.CSV:
            return written(figures(summary), Format.CSV, header=asked.header, ascii=looks.ascii)
        compact = asked.format is Format.NDJSON
        return dumped(as_json(summary), ascii=looks.ascii, compact=compact) + "\n"

    def lines(self, looks: Looks) -> list[str]:
        """Write the answer as the lines of a table or of the summary.

        Args:
            looks: Where they go.
        """
        asked = self.question.asked
        listing = self._listing()
        if listing is None:
            from rcv3_tui.oneshot.summary import lines, summarize

            summary = summarize(self.readers, self._profile, self.now)
            return lines(summary, looks, header=asked.header)
        from rcv3_tui.oneshot.tables import painted, plain

        if looks.is_terminal:
            return painted(listing, looks, header=asked.header)
        return plain(listing, header=asked.header, ascii=looks.ascii).splitlines()

    def _listing(self) -> Listing | None:
        kind = self.question.kind
        if kind is None:
            return None
        listing = kind.listing(self.readers, self.question.asked, self.now)
        if not listing.rows and not self.errors:
            with_filter = " that pass the filter" if self.question.asked.filter else ""
            self._narrator.say_once(f"there are no {kind.part.value}{with_filter}")
        return listing

    def trouble(self) -> list[str]:
        """Give what could not be read, a line each."""
        several = len(self.readers) > 1
        lines: list[str] = []
        for reader in self.readers:
            where = f"{reader.name}: " if several else ""
            errors = dict.fromkeys(reader.errors.values())
            lines += [f"{where}{error.one_line()}{_advice(error)}" for error in errors]
            for part, state in reader.snapshot.parts.items():
                if state.skipped and state.error is None:
                    many = len(state.skipped)
                    lines.append(
                        f"{where}{many} of the {part.value} could not be read and "
                        f"{'is' if many == 1 else 'are'} left out: {state.skipped[0]}"
                    )
        return lines

    def tell_trouble(self) -> None:
        """Say what could not be read."""
        for line in self.trouble():
            self._narrator.say(line)

    def code(self) -> ExitCode:
        """Give the exit code that the answer comes to."""
        if self.is_refused:
            return ExitCode.CREDENTIALS_REFUSED
        errors = [error for _, error in self.errors]
        if any(isinstance(error, NotReached) for error in errors):
            return ExitCode.UNREACHABLE
        skipped = any(s.skipped for reader in self.readers for s in reader.snapshot.parts.values())
        if errors or skipped:
            return ExitCode.SERVICE_ERROR
        return ExitCode.ATTENTION if self._needs_attention() else ExitCode.OK

    def _needs_attention(self) -> bool:
        fail_on = self.question.asked.fail_on
        if fail_on is FailOn.NEVER:
            return False
        from rcv3_tui.model.attention import Severity

        counted = {Severity.FAILED}
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

    def _listed(self) -> set[tuple[str, Part, str]] | None:
        """Give the rows that are listed; None: everything counts."""
        kind = self.question.kind
        if kind is None:
            return None
        rows = kind.listing(self.readers, self.question.asked, self.now).rows
        return {(row.region, row.part, row.key) for row in rows}


def _advice(error: ApiError) -> str:
    """Say what to do about an error, where its own words do not."""
    if isinstance(error, NotReached):
        return "; check the network, proxy and --ca-bundle"
    if isinstance(error, Forbidden):
        return "; the user lacks a role for it"
    if isinstance(error, TokenRefused | CredentialsRefused):
        return "; check user name and key"
    if isinstance(error, ServerFault):
        return "; try again in a moment, and tell Rackspace Support if it stays so"
    return ""
