"""The resources that `status` lists: their columns, rows and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Generic

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters import FIELDS_OF, Filter, FilterError, parse_filter, unread_pool_names
from rcv3_tui.model.resources import CloudNetwork, Resource, Server
from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.status.options import Format, InvalidOption, Noun, StatusOptions
from rcv3_tui.status.reader import RegionReader
from rcv3_tui.status.table_data import Cell, Header, Row, TableData
from rcv3_tui.suggest import closest_match, quote_value
from rcv3_tui.views.field import Field, RowT, View
from rcv3_tui.views.networks import NETWORKS
from rcv3_tui.views.pool_nodes import POOL_NODES
from rcv3_tui.views.pools import POOLS
from rcv3_tui.views.public_ips import PUBLIC_IPS
from rcv3_tui.views.rows import NetworkRow, NodeRow, PoolRow, PublicIPRow, RowBuilder, ServerRow
from rcv3_tui.views.servers import SERVERS

REGION = "region"
"""The column that names a row's region."""

_FIELD = re.compile(r"(?<![\w:])([a-z_-]+):", re.IGNORECASE)
_POOL_MEMBERS = frozenset({ResourceKind.POOLS, ResourceKind.NODES})


class Transition(Struct, frozen=True):
    """A resource in a transitional status."""

    region: str
    kind: ResourceKind
    item: Resource
    title: str
    """Its name in a message."""
    status: str
    since: datetime | None
    """The time from which it may have had that status; None: unknown."""


ResourceTest = Callable[[Resource], bool]
"""Returns whether a resource is of interest, before a row is made of it."""


def _every(resource: Resource) -> bool:
    del resource
    return True


def _is_transitional(resource: Resource) -> bool:
    match resource:
        case Server():
            stage = server_phase(resource.status, resource.task_state)
        case CloudNetwork():
            return False
        case _:
            stage = phase(resource.status)
    return stage is Phase.TRANSITIONING


class ResourceView(Struct, Generic[RowT], frozen=True):
    """A noun of the command line: a view, and where its rows come from."""

    noun: Noun
    kind: ResourceKind
    view: View[RowT]
    rows: Callable[[RegionReader, ResourceTest], Sequence[RowT]]
    """Returns a row for each resource that passes a test, in the service's order."""
    joined: Mapping[str, frozenset[ResourceKind]] = {}
    """Fields of the filter that need more than the noun's own list; `""`: words without a
    field."""

    # -- before reading -----------------------------------------------------------------------

    def needed_kinds(self, options: StatusOptions) -> frozenset[ResourceKind]:
        """Return the kinds of resources that have to be read.

        Args:
            options: Columns, filter, format.

        Raises:
            InvalidOption: A column does not exist, or the filter is invalid.
        """
        needs = {self.kind}
        for column in self._chosen(options):
            needs |= column.needs
        if options.filter:
            self.filter(options.filter)
            named = {name.casefold() for name in _FIELD.findall(options.filter)}
            for name in (named & self.joined.keys()) | {""}:
                needs |= self.joined.get(name, frozenset())
        return frozenset(needs)

    def filter(self, text: str) -> Filter:
        """Parse a filter.

        Raises:
            InvalidOption: It is invalid, or matches everything.
        """
        try:
            found = parse_filter(text, FIELDS_OF[self.kind])
        except FilterError as error:
            raise InvalidOption(f"--filter: {error}") from error
        if found is None:
            raise InvalidOption("--filter: incomplete filter expression")
        return found

    # -- after reading ------------------------------------------------------------------------

    def table(
        self, readers: Sequence[RegionReader], options: StatusOptions, now: datetime
    ) -> TableData:
        """Return the rows and columns that were requested.

        Args:
            readers: The regions, after reading.
            options: The requested columns, rows and format.
            now: The current time, for ages.

        Returns:
            A row for each resource, in the service's order for JSON, otherwise by name.
        """
        several = len(readers) > 1
        columns = self._chosen(options)
        heads = [header_of(column) for column in columns]
        place = region_place(options, several)
        if place is not None:
            heads.insert(place, Header(REGION, "REGION", rank=1, least=6))
        rows = []
        for reader in readers:
            for row, resource in self._ordered(reader, options, now):
                cells = [_cell(column, reader, row, now) for column in columns]
                if place is not None:
                    cells.insert(place, Cell(reader.name))
                rows.append(Row(reader.name, self.kind, resource.key, tuple(cells), resource.raw))
        return TableData(tuple(heads), tuple(rows), bool(options.columns), several_regions=several)

    def transitions(
        self, reader: RegionReader, filter_text: str, now: datetime
    ) -> Iterator[Transition]:
        """Yield the resources in transition among those that match a filter."""
        view = self.view
        for row, resource in self._passing(reader, filter_text, now, _is_transitional):
            yield Transition(
                reader.name,
                self.kind,
                resource,
                view.subject(row),
                view.status(row),
                view.since(row),
            )

    def _ordered(
        self, reader: RegionReader, options: StatusOptions, now: datetime
    ) -> list[tuple[RowT, Resource]]:
        found = list(self._passing(reader, options.filter, now))
        if options.format in (Format.TABLE, Format.CSV):
            found.sort(key=lambda each: self.view.order(each[0]))
        return found

    def _passing(
        self, reader: RegionReader, text: str, now: datetime, test: ResourceTest = _every
    ) -> Iterator[tuple[RowT, Resource]]:
        wanted = self.filter(text) if text else None
        for row in self.rows(reader, test):
            resource = self.view.resource(row)
            if resource is None:
                continue
            if wanted is None or self._evaluate(wanted, reader, row, now):
                yield row, resource

    def _evaluate(
        self, wanted: Filter, reader: RegionReader, row: RowT, now: datetime
    ) -> bool | None:
        values = self.view.filter_values(row, lambda region: unread_pool_names(reader.snapshot))
        return wanted.evaluate(values, now)

    def undecided(self, reader: RegionReader, text: str, now: datetime) -> int:
        """Count the rows for which a filter cannot decide, because something was not read.

        Args:
            reader: The region, after reading.
            text: The filter; without one, every row matches.
            now: The current time, for ages.
        """
        if not text:
            return 0
        wanted = self.filter(text)
        return sum(
            self._evaluate(wanted, reader, row, now) is None for row in self.rows(reader, _every)
        )

    def _chosen(self, options: StatusOptions) -> tuple[Field[RowT], ...]:
        columns = tuple(field for field in self.view.fields if field.table is not None)
        if options.columns:
            names = [name for each in options.columns for name in each.split(",")]
            return select_columns(self.noun, columns, [n for n in names if n.strip() != REGION])
        if options.format is Format.TABLE:
            return tuple(c for c in columns if c.table is not None and c.table.is_default)
        if options.format is Format.CSV:
            # Without columns that need a request per pool.
            return tuple(c for c in columns if ResourceKind.NODES not in c.needs)
        return ()


def select_columns(
    noun: str, columns: Sequence[Field[RowT]], names: Sequence[str]
) -> tuple[Field[RowT], ...]:
    """Return the columns that were requested, in that order.

    Args:
        noun: For the message.
        columns: All columns of the noun.
        names: The names as typed, of columns or of the API's fields.

    Raises:
        InvalidOption: There is no such column; the text suggests the closest one.
    """
    by_name = {column.api_name.casefold(): column for column in columns if column.api_name}
    by_name.update({column.name: column for column in columns})
    chosen: list[Field[RowT]] = []
    for name in (name.strip() for name in names):
        column = by_name.get(name.casefold()) or by_name.get(name.casefold().replace("-", "_"))
        if column is None:
            near = closest_match(name.casefold(), by_name)
            known = ", ".join(column.name for column in columns)
            raise InvalidOption(
                f"-c: {noun} have no column {quote_value(name)}"
                + (f'; did you mean "{near}"?' if near else f"; there are {known}")
            )
        if column not in chosen:
            chosen.append(column)
    return tuple(chosen)


def header_of(column: Field[RowT]) -> Header:
    """Return the header of a column; the field has a place in a table."""
    place = column.table
    if place is None:
        raise ValueError(f"{column.name} has no place in a table")
    return Header(
        column.name,
        column.title,
        column.api_name,
        column.align == "right",
        place.rank,
        place.least,
    )


def region_place(options: StatusOptions, several: bool) -> int | None:
    """Return the index of the region's column, None if there is none."""
    names = [name.strip() for each in options.columns for name in each.split(",")]
    if names:
        return names.index(REGION) if REGION in names else None
    return 0 if several and options.format in (Format.TABLE, Format.CSV) else None


def _cell(column: Field[RowT], reader: RegionReader, row: RowT, now: datetime) -> Cell:
    value = column.value(row)
    is_unread = any(reader.snapshot.fetch_state(kind).fetched is None for kind in column.needs)
    if ResourceKind.NODES in column.needs and reader.unread_pools:
        # The nodes of some pools may be read, but a list of these alone is incomplete.
        is_unread = True
    age = None
    if column.is_age and isinstance(value, datetime):
        age = max(0.0, (now - value).total_seconds())
    return Cell(
        value,
        age=age,
        phase=None if column.phase is None else column.phase(row),
        note=column.note(row, now),
        unknown=(
            (is_unread and (value is None or isinstance(value, tuple)))
            or (column.is_count and value is None)
        ),
    )


AnyResourceView = (
    ResourceView[ServerRow]
    | ResourceView[PublicIPRow]
    | ResourceView[PoolRow]
    | ResourceView[NodeRow]
    | ResourceView[NetworkRow]
)

RESOURCE_VIEWS: Mapping[Noun, AnyResourceView] = {
    Noun.SERVERS: ResourceView(
        Noun.SERVERS,
        ResourceKind.SERVERS,
        SERVERS,
        lambda reader, test: list(
            map(RowBuilder(reader.snapshot).server, filter(test, reader.servers))
        ),
        joined={
            "": frozenset({ResourceKind.PUBLIC_IPS, ResourceKind.NETWORKS}),
            "pool": _POOL_MEMBERS,
            "pools": _POOL_MEMBERS,
            "drained": _POOL_MEMBERS,
        },
    ),
    Noun.IPS: ResourceView(
        Noun.IPS,
        ResourceKind.PUBLIC_IPS,
        PUBLIC_IPS,
        lambda reader, test: list(
            map(RowBuilder(reader.snapshot).public_ip, filter(test, reader.public_ips))
        ),
    ),
    Noun.POOLS: ResourceView(
        Noun.POOLS,
        ResourceKind.POOLS,
        POOLS,
        lambda reader, test: list(
            map(RowBuilder(reader.snapshot).pool, filter(test, reader.pools))
        ),
        joined={"not_active": _POOL_MEMBERS, "not-active": _POOL_MEMBERS},
    ),
    Noun.NODES: ResourceView(
        Noun.NODES,
        ResourceKind.NODES,
        POOL_NODES,
        lambda reader, test: list(
            map(RowBuilder(reader.snapshot).node, filter(test, reader.nodes()))
        ),
    ),
    Noun.NETWORKS: ResourceView(
        Noun.NETWORKS,
        ResourceKind.NETWORKS,
        NETWORKS,
        lambda reader, test: list(
            map(RowBuilder(reader.snapshot).network, filter(test, reader.networks))
        ),
    ),
}
"""Each noun by its name."""
