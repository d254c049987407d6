"""What a noun is: its items, its columns, its fields for the filter, and the listing made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Generic

from msgspec import Struct

from rcv3_tui.model.resources import Resource
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase
from rcv3_tui.oneshot.asked import Asked, Format, NotPossible, Noun
from rcv3_tui.oneshot.columns import Column, ItemT, Natural, choose
from rcv3_tui.oneshot.listing import Cell, Head, Listing, Row
from rcv3_tui.oneshot.reading import RegionReader

if TYPE_CHECKING:
    from rcv3_tui.model.filters import Fields, Filter

REGION = "region"
"""The column that names a row's region."""

_FIELD = re.compile(r"(?<![\w:])([a-z_-]+):", re.IGNORECASE)


class Moving(Struct, frozen=True):
    """Something whose status will change by itself."""

    region: str
    part: Part
    item: Resource
    title: str
    """What it is called in a message."""
    status: str
    since: datetime | None
    """Since when it may have had that status; None: not known."""


class Kind(Struct, Generic[ItemT], frozen=True):
    """One noun."""

    noun: Noun
    part: Part
    items: Callable[[RegionReader], Sequence[ItemT]]
    """Gives what was listed, in the service's order."""
    order: Callable[[RegionReader, ItemT], tuple[Natural, ...]]
    """Gives what rows of a table are ordered by."""
    columns: tuple[Column[ItemT], ...]
    fields: Callable[[RegionReader, ItemT], Fields]
    """Gives what a filter asks about."""
    phase: Callable[[ItemT], Phase]
    """Gives where in its life cycle an item stands."""
    status: Callable[[ItemT], str]
    """Gives an item's status, empty where there is none."""
    since: Callable[[ItemT], datetime | None]
    """Gives since when an item may have had its status."""
    title: Callable[[RegionReader, ItemT], str]
    """Names an item in a message."""
    joined: Mapping[str, frozenset[Part]] = {}
    """Fields of the filter that need more than the noun's own list; `""`: words without a
    field."""

    # -- before anything is read --------------------------------------------------------------

    def parts(self, asked: Asked) -> frozenset[Part]:
        """Find out which parts have to be read.

        Args:
            asked: Columns, filter, format.

        Raises:
            NotPossible: There is no such column, or the filter is wrong.
        """
        needs = {self.part}
        for column in self._chosen(asked):
            needs |= column.needs
        if asked.filter:
            self.filter(asked.filter)
            named = {name.casefold() for name in _FIELD.findall(asked.filter)}
            for name in (named & self.joined.keys()) | {""}:
                needs |= self.joined.get(name, frozenset())
        return frozenset(needs)

    def filter(self, text: str) -> Filter:
        """Read a filter line.

        Raises:
            NotPossible: It is wrong, or leaves everything in.
        """
        from rcv3_tui.model.filters import FIELDS_OF, FilterError, parse_filter

        try:
            found = parse_filter(text, FIELDS_OF[self.part])
        except FilterError as error:
            raise NotPossible(f"--filter: {error}") from error
        if found is None:
            raise NotPossible("--filter: there is nothing finished in it to filter by")
        return found

    # -- when it has been read ----------------------------------------------------------------

    def listing(self, readers: Sequence[RegionReader], asked: Asked, now: datetime) -> Listing:
        """Make the listing.

        Args:
            readers: The regions, read.
            asked: Which columns, which rows, in which format.
            now: The time of day, for ages.

        Returns:
            A row an item, in the service's order for JSON, else by name.
        """
        several = len(readers) > 1
        columns = self._chosen(asked)
        heads = [Head(c.name, c.label, c.field, c.right, c.rank, c.least) for c in columns]
        place = _region_place(asked, several)
        if place is not None:
            heads.insert(place, Head(REGION, "REGION", rank=1, least=6))
        rows = []
        for reader in readers:
            for item in self._ordered(reader, asked, now):
                cells = [_cell(column, reader, item, now) for column in columns]
                if place is not None:
                    cells.insert(place, Cell(reader.name))
                rows.append(Row(reader.name, self.part, item.key, tuple(cells), item.raw))
        return Listing(tuple(heads), tuple(rows), bool(asked.columns), several_regions=several)

    def moving(self, reader: RegionReader, filter_text: str, now: datetime) -> Iterator[Moving]:
        """Give what is moving among the items that a filter lets pass."""
        for item in self._passing(reader, filter_text, now):
            if self.phase(item) is Phase.MOVING:
                yield Moving(
                    reader.name,
                    self.part,
                    item,
                    self.title(reader, item),
                    self.status(item),
                    self.since(item),
                )

    def _ordered(self, reader: RegionReader, asked: Asked, now: datetime) -> list[ItemT]:
        items = list(self._passing(reader, asked.filter, now))
        if asked.format in (Format.TABLE, Format.CSV):
            items.sort(key=lambda item: self.order(reader, item))
        return items

    def _passing(self, reader: RegionReader, text: str, now: datetime) -> Iterator[ItemT]:
        if not text:
            yield from self.items(reader)
            return
        filter_ = self.filter(text)
        for item in self.items(reader):
            if filter_.passes(self.fields(reader, item), now):
                yield item

    def _chosen(self, asked: Asked) -> tuple[Column[ItemT], ...]:
        if asked.columns:
            names = [name for each in asked.columns for name in each.split(",")]
            return choose(self.noun, self.columns, [n for n in names if n.strip() != REGION])
        if asked.format is Format.TABLE:
            return tuple(column for column in self.columns if column.usual)
        if asked.format is Format.CSV:
            # All but those that cost a request a pool.
            return tuple(c for c in self.columns if Part.NODES not in c.needs)
        return ()


def _region_place(asked: Asked, several: bool) -> int | None:
    """Give where the region's column stands, None where there is none."""
    names = [name.strip() for each in asked.columns for name in each.split(",")]
    if names:
        return names.index(REGION) if REGION in names else None
    return 0 if several and asked.format in (Format.TABLE, Format.CSV) else None


def _cell(column: Column[ItemT], reader: RegionReader, item: ItemT, now: datetime) -> Cell:
    value = column.value(reader, item)
    is_unread = any(reader.snapshot.part(part).fetched is None for part in column.needs)
    age = None
    if column.is_age and isinstance(value, datetime):
        age = max(0.0, (now - value).total_seconds())
    return Cell(
        value,
        age=age,
        phase=None if column.phase is None else column.phase(item),
        note=column.note(item, now),
        unknown=is_unread and value in (None, ()),
    )
