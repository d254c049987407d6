"""The rows: items by id, filtered and sorted.

Differences are applied in place: a refresh that changes one row in 10,000 costs two bisections,
and no other row is compared.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, Generic, TypeAlias

from rcv3_tui.views.column import ItemT, SortKey

Entry: TypeAlias = tuple[bool, SortKey, int, str]
"""Whether it has no key, its key, its sequence number (for ties), its id."""

Filter: TypeAlias = Callable[[ItemT], bool | None]
"""Returns whether an item is shown; None: unknown, so it is hidden."""
Decisions: TypeAlias = tuple[Mapping[str, ItemT], Mapping[str, bool | None]]
"""Items by id, and what a filter returned for them."""
Order: TypeAlias = Callable[[ItemT], SortKey | None]

_NO_KEY: Final[SortKey] = 0

_MERGE_SHARE: Final = 32
"""If more than one row in so many changed, sorting all is cheaper than inserting each."""


class Rows(Generic[ItemT]):
    """Items by id, all of them sorted; a filter selects those that are shown."""

    def __init__(self) -> None:
        self._items: dict[str, ItemT] = {}
        self._sequence: dict[str, int] = {}
        self._next = 0
        self._entries: dict[str, Entry] = {}
        # All rows, ascending; a reversed order reads the first list backward. Rows without a key
        # have a list of their own, because they come last in both orders.
        self._keyed: list[Entry] = []
        self._keyless: list[Entry] = []
        # Those that are shown; without a filter they are the same two lists. Setting or clearing
        # a filter therefore neither computes a key nor sorts.
        self._shown_keyed = self._keyed
        self._shown_keyless = self._keyless
        self._order: Order[ItemT] | None = None
        self._reverse = False
        self._filter: Filter[ItemT] | None = None
        self._hidden: set[str] = set()
        self._undecided: set[str] = set()

    def __len__(self) -> int:
        """How many rows pass the filter."""
        return len(self._shown_keyed) + len(self._shown_keyless)

    def __contains__(self, row_id: object) -> bool:
        """Whether a row is there and passes the filter."""
        return row_id in self._entries and row_id not in self._hidden

    def __iter__(self) -> Iterator[str]:
        """Ids in the order they are shown."""
        for entry in reversed(self._shown_keyed) if self._reverse else self._shown_keyed:
            yield entry[3]
        for entry in self._shown_keyless:
            yield entry[3]

    @property
    def total(self) -> int:
        """How many rows there are, including those that the filter hides."""
        return len(self._items)

    @property
    def undecided(self) -> int:
        """How many rows are hidden because the filter cannot say yet whether they pass."""
        return len(self._undecided)

    @property
    def predicate(self) -> Filter[ItemT] | None:
        """The filter in force; None: every row passes."""
        return self._filter

    @property
    def items(self) -> Mapping[str, ItemT]:
        """All items by id, including those that the filter hides."""
        return self._items

    def may_pass(self, row_id: str) -> bool:
        """Return whether a row passes the filter, or is undecided."""
        return row_id not in self._hidden or row_id in self._undecided

    def id_at(self, index: int) -> str:
        """Return the id of the row at an index.

        Raises:
            IndexError: There is no such row.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        keyed = len(self._shown_keyed)
        if index >= keyed:
            return self._shown_keyless[index - keyed][3]
        return self._shown_keyed[keyed - 1 - index if self._reverse else index][3]

    def index_of(self, row_id: str) -> int | None:
        """Return the index of a row; `None` if it is not shown."""
        entry = self._entries.get(row_id)
        if entry is None or row_id in self._hidden:
            return None
        keyed = len(self._shown_keyed)
        if entry[0]:
            return keyed + bisect_left(self._shown_keyless, entry)
        place = bisect_left(self._shown_keyed, entry)
        return keyed - 1 - place if self._reverse else place

    def apply(self, changed: Mapping[str, ItemT], removed: Collection[str] = ()) -> set[str]:
        """Apply a difference.

        Args:
            changed: Items that are new or differ; equal ones cost a comparison.
            removed: Ids of the rows that are gone; unknown ones are ignored.

        Returns:
            The ids of all rows that differ, are new or are gone.
        """
        items = self._items
        really = {
            row_id
            for row_id, item in changed.items()
            if row_id not in items or not _same(items[row_id], item)
        }
        gone = {row_id for row_id in removed if row_id in items and row_id not in changed}
        together = (len(really) + len(gone)) * _MERGE_SHARE > len(items)
        for row_id in gone:
            if not together:
                self._remove(row_id)
            self._entries.pop(row_id, None)
            self._hidden.discard(row_id)
            self._undecided.discard(row_id)
            del items[row_id]
            del self._sequence[row_id]
        moved: list[Entry] = []
        # Sets have no fixed order: ties must sort the same way in every run.
        for row_id in changed if self._order is None else sorted(really):
            if row_id not in really:
                continue
            item = changed[row_id]
            items[row_id] = item
            if row_id not in self._sequence:
                self._sequence[row_id] = self._next
                self._next += 1
            if not together:
                self._place(row_id, item)
                continue
            entry = self._entry(row_id, item)
            if self._entries.get(row_id) != entry:
                self._entries[row_id] = entry
                moved.append(entry)
            if self._filter is not None:
                self._note(row_id, self._filter(item))
        if together:
            self._sort(moved)
        return really | gone

    def replace(self, items: Mapping[str, ItemT]) -> set[str]:
        """Replace all rows.

        Args:
            items: All items by id. Without a sort column, theirs is the order.

        Returns:
            The ids of all rows that differ, are new or are gone.
        """
        really = self.apply(items, [row_id for row_id in self._items if row_id not in items])
        if self._order is None and list(self._items) != list(items):
            self._items = {row_id: self._items[row_id] for row_id in items}
            self._sequence = {row_id: place for place, row_id in enumerate(items)}
            self._next = len(items)
            self._reorder()
        return really

    def set_filter(
        self, predicate: Filter[ItemT] | None, decided: Decisions[ItemT] | None = None
    ) -> None:
        """Show only the rows whose item passes.

        Args:
            predicate: Whether an item is shown; `None`: all are.
            decided: What it returned for items; it is called for all others.
        """
        self._filter = predicate
        self._hidden, self._undecided = set(), set()
        if predicate is not None:
            seen, results = decided or ({}, {})
            for row_id, item in self._items.items():
                is_decided = seen.get(row_id) is item
                passes = results[row_id] if is_decided else predicate(item)
                if not passes:
                    self._hidden.add(row_id)
                    if passes is None:
                        self._undecided.add(row_id)
        self._select()

    def set_order(self, order: Order[ItemT] | None, *, reverse: bool = False) -> None:
        """Sort by a key; `None`: by arrival. Rows whose key is `None` always come last."""
        self._order = order
        self._reverse = reverse
        self._reorder()

    def _note(self, row_id: str, passes: bool | None) -> bool:
        """Record what the filter returned for a row; return whether it is shown."""
        if passes:
            self._hidden.discard(row_id)
        else:
            self._hidden.add(row_id)
        if passes is None:
            self._undecided.add(row_id)
        else:
            self._undecided.discard(row_id)
        return passes is True

    def _entry(self, row_id: str, item: ItemT) -> Entry:
        """Return a row's entry."""
        sequence = self._sequence[row_id]
        key = None if self._order is None else self._order(item)
        if key is None:
            return (True, _NO_KEY, sequence, row_id)
        # Negated, because a list that is read backward reverses ties as well.
        return (False, key, -sequence if self._reverse else sequence, row_id)

    def _lists_of(self, entry: Entry, *, shown: bool) -> Iterator[list[Entry]]:
        """Yield the lists that an entry belongs to."""
        yield self._keyless if entry[0] else self._keyed
        if shown and self._shown_keyed is not self._keyed:
            yield self._shown_keyless if entry[0] else self._shown_keyed

    def _place(self, row_id: str, item: ItemT) -> None:
        """Move one row to its place in the order."""
        entry = self._entry(row_id, item)
        passes = True if self._filter is None else self._filter(item)
        if self._entries.get(row_id) == entry and (row_id in self) == (passes is True):
            self._note(row_id, passes)
            return
        # Before the result is recorded: the row is in the lists of its old state.
        self._remove(row_id)
        for where in self._lists_of(entry, shown=self._note(row_id, passes)):
            insort(where, entry)
        self._entries[row_id] = entry

    def _remove(self, row_id: str) -> None:
        """Remove one row from the order."""
        entry = self._entries.get(row_id)
        if entry is not None:
            for where in self._lists_of(entry, shown=row_id not in self._hidden):
                del where[bisect_left(where, entry)]

    def _sort(self, moved: Collection[Entry]) -> None:
        """Sort all rows by their entries.

        Args:
            moved: The entries that are new or differ. Those in order come before them, because
                merging two lists is faster than sorting both.
        """
        entries, keyed, keyless = self._entries, self._keyed, self._keyless
        if len(entries) < len(keyed) + len(keyless) + len(moved):
            # Rows are gone, or had another entry before.
            keyed = [entry for entry in keyed if entries.get(entry[3]) is entry]
            keyless = [entry for entry in keyless if entries.get(entry[3]) is entry]
        for entry in sorted(moved):
            (keyless if entry[0] else keyed).append(entry)
        keyed.sort()
        keyless.sort()
        self._keyed, self._keyless = keyed, keyless
        self._select()

    def _select(self) -> None:
        """Select the rows that are shown."""
        self._shown_keyed, self._shown_keyless = self._keyed, self._keyless
        if self._filter is not None:
            hidden = self._hidden
            self._shown_keyed = [entry for entry in self._keyed if entry[3] not in hidden]
            self._shown_keyless = [entry for entry in self._keyless if entry[3] not in hidden]

    def _reorder(self) -> None:
        """Compute all keys, and sort."""
        self._entries = {row_id: self._entry(row_id, item) for row_id, item in self._items.items()}
        self._sort(self._entries.values())


def _same(old: ItemT, new: ItemT) -> bool:
    """Return whether two items are equal, with the cheap check first."""
    return old is new or old == new
