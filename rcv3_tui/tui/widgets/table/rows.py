"""The rows: items by id, filtered and in order, kept so by each difference.

A refresh that changed one row in 10,000 costs that row: its old place is found by bisection, its
new place is too, and nothing else is compared.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, Generic, TypeAlias

from .cells import ItemT, SortKey

Entry: TypeAlias = tuple[bool, SortKey, int, str]
"""Whether it has no key, its key, sequence number (ties stay in the order of arrival), id."""

Filter: TypeAlias = Callable[[ItemT], bool]
Order: TypeAlias = Callable[[ItemT], SortKey | None]

_NO_KEY: Final[SortKey] = 0

_MERGE_SHARE: Final = 32
"""Above one changed row in so many, to sort what is in order but for these is cheaper than to
place each."""


class Rows(Generic[ItemT]):
    """Items by id, of which those that pass a filter stand in order."""

    def __init__(self) -> None:
        self._items: dict[str, ItemT] = {}
        self._sequence: dict[str, int] = {}
        self._next = 0
        self._entries: dict[str, Entry] = {}
        # Both ascending; a reversed order reads the first from its end. Rows without a key have
        # a list of their own, as they come last either way.
        self._keyed: list[Entry] = []
        self._keyless: list[Entry] = []
        self._order: Order[ItemT] | None = None
        self._reverse = False
        self._filter: Filter[ItemT] | None = None

    def __len__(self) -> int:
        """How many rows pass the filter."""
        return len(self._keyed) + len(self._keyless)

    def __contains__(self, row_id: object) -> bool:
        """Whether a row is there and passes the filter."""
        return row_id in self._entries

    def __iter__(self) -> Iterator[str]:
        """Ids in the order they are shown."""
        for entry in reversed(self._keyed) if self._reverse else self._keyed:
            yield entry[3]
        for entry in self._keyless:
            yield entry[3]

    @property
    def total(self) -> int:
        """How many rows there are, with those that the filter hides."""
        return len(self._items)

    @property
    def items(self) -> Mapping[str, ItemT]:
        """All items by id, with those that the filter hides."""
        return self._items

    def id_at(self, index: int) -> str:
        """Tell which row is shown at a place.

        Args:
            index: Place from the top, 0 first.

        Returns:
            The row's id.

        Raises:
            IndexError: Where there is no such place.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        keyed = len(self._keyed)
        if index >= keyed:
            return self._keyless[index - keyed][3]
        return self._keyed[keyed - 1 - index if self._reverse else index][3]

    def index_of(self, row_id: str) -> int | None:
        """Tell at which place a row is shown; `None` where it is not."""
        entry = self._entries.get(row_id)
        if entry is None:
            return None
        keyed = len(self._keyed)
        if entry[0]:
            return keyed + bisect_left(self._keyless, entry)
        place = bisect_left(self._keyed, entry)
        return keyed - 1 - place if self._reverse else place

    def apply(self, changed: Mapping[str, ItemT], removed: Collection[str] = ()) -> set[str]:
        """Take in a difference.

        Args:
            changed: Items that are new or differ. Those equal to what is there cost a comparison.
            removed: Ids of the rows that are gone; unknown ones are passed over.

        Returns:
            The ids of all rows that really changed, came or went.
        """
        items = self._items
        really = {
            row_id
            for row_id, item in changed.items()
            if row_id not in items or not _same(items[row_id], item)
        }
        gone = {row_id for row_id in removed if row_id in items and row_id not in changed}
        together = (len(really) + len(gone)) * _MERGE_SHARE > len(items)
        if together:
            self._take_out_together(really | gone)
        for row_id in gone:
            self._take_out(row_id)
            del items[row_id]
            del self._sequence[row_id]
        # Ties of a sort column must not stand otherwise at each start, as sets of ids do.
        for row_id in changed if self._order is None else sorted(really):
            if row_id not in really:
                continue
            item = changed[row_id]
            items[row_id] = item
            if row_id not in self._sequence:
                self._sequence[row_id] = self._next
                self._next += 1
            if together:
                self._append(row_id, item)
            else:
                self._place(row_id, item)
        if together:
            self._sort()
        return really | gone

    def replace(self, items: Mapping[str, ItemT]) -> set[str]:
        """Make these the rows, as a difference to what is there.

        Args:
            items: All items by id. Without a sort column, theirs is the order.

        Returns:
            The ids of all rows that changed, came or went.
        """
        really = self.apply(items, [row_id for row_id in self._items if row_id not in items])
        if self._order is None and list(self._items) != list(items):
            self._items = {row_id: self._items[row_id] for row_id in items}
            self._sequence = {row_id: place for place, row_id in enumerate(items)}
            self._next = len(items)
            self._rebuild()
        return really

    def set_filter(self, predicate: Filter[ItemT] | None) -> None:
        """Show only the rows whose item passes; all with `None`."""
        self._filter = predicate
        self._rebuild()

    def set_order(self, order: Order[ItemT] | None, *, reverse: bool = False) -> None:
        """Order by a key; by arrival with `None`. Rows whose key is `None` come last either way."""
        self._order = order
        self._reverse = reverse
        self._rebuild()

    def _entry(self, row_id: str, item: ItemT) -> Entry | None:
        """Make a row's entry; `None` where the filter hides it."""
        if self._filter is not None and not self._filter(item):
            return None
        sequence = self._sequence[row_id]
        key = None if self._order is None else self._order(item)
        if key is None:
            return (True, _NO_KEY, sequence, row_id)
        # Read from the end, ties would turn around as well, were their numbers not turned before.
        return (False, key, -sequence if self._reverse else sequence, row_id)

    def _list_of(self, entry: Entry) -> list[Entry]:
        """Tell in which list an entry stands."""
        return self._keyless if entry[0] else self._keyed

    def _place(self, row_id: str, item: ItemT) -> None:
        """Put one row where it belongs, out of where it was."""
        entry = self._entry(row_id, item)
        if entry is not None and self._entries.get(row_id) == entry:
            return
        self._take_out(row_id)
        if entry is not None:
            insort(self._list_of(entry), entry)
            self._entries[row_id] = entry

    def _take_out(self, row_id: str) -> None:
        """Take one row out of the order, where it is in."""
        entry = self._entries.pop(row_id, None)
        if entry is not None:
            where = self._list_of(entry)
            del where[bisect_left(where, entry)]

    def _take_out_together(self, row_ids: Collection[str]) -> None:
        """Take many rows out of the order, as far as they are in."""
        there = len(self._entries)
        for row_id in row_ids:
            self._entries.pop(row_id, None)
        if len(self._entries) < there:
            self._keyed = [entry for entry in self._keyed if entry[3] in self._entries]
            self._keyless = [entry for entry in self._keyless if entry[3] in self._entries]

    def _append(self, row_id: str, item: ItemT) -> None:
        """Put one row, which is not in the order, at its end; what follows is to sort."""
        entry = self._entry(row_id, item)
        if entry is not None:
            self._list_of(entry).append(entry)
            self._entries[row_id] = entry

    def _sort(self) -> None:
        self._keyed.sort()
        self._keyless.sort()

    def _rebuild(self) -> None:
        """Filter and sort all rows afresh."""
        self._keyed = []
        self._keyless = []
        self._entries = {}
        for row_id, item in self._items.items():
            self._append(row_id, item)
        self._sort()


def _same(old: ItemT, new: ItemT) -> bool:
    """Whether two items are the same, asking the cheap question first."""
    return old is new or old == new
