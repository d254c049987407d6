"""What the service sent of a resource, word for word, in a tenth of the room.

Forty thousand records of 800 bytes each would be the larger part of all that the program holds,
for a key that is pressed now and then. So they are packed, several of a list together, because
each repeats nearly all of the one before.
"""

from __future__ import annotations

from array import array
from functools import lru_cache

from msgspec import Struct

TOGETHER = 32
"""Records that are packed into one piece: more of them take little less room, and longer to
unpack."""

_FASTEST = 1
"""zlib's level; the records are so alike that more effort gains a hundredth."""


class Bundle:
    """Records of a list, packed together once there are enough of them."""

    __slots__ = ("_ends", "_packed", "_parts", "marks")

    def __init__(self) -> None:
        self.marks = array("q")
        """Of each record, what `mark_of` gives."""
        self._ends = array("L")
        self._parts: list[bytes] | None = []
        self._packed = b""

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def is_packed(self) -> bool:
        """Whether it takes no more records."""
        return self._parts is None

    def add(self, data: bytes) -> Sent:
        """Put a record in.

        Args:
            data: Its JSON.

        Returns:
            What gives it back.

        Raises:
            ValueError: It takes no more.
        """
        if self._parts is None:
            raise ValueError("the bundle has been packed")
        self._parts.append(data)
        self._ends.append(len(data) + (self._ends[-1] if self._ends else 0))
        self.marks.append(mark_of(data))
        return Sent(self, len(self._ends) - 1)

    def pack(self) -> None:
        """Take no more records, and little room."""
        if self._parts is None:
            return
        import zlib

        self._packed = zlib.compress(b"".join(self._parts), _FASTEST)
        self._parts = None
        # Appending has left room behind.
        self.marks, self._ends = self.marks[:], self._ends[:]

    def data(self, place: int) -> bytes:
        """Give a record's JSON.

        Args:
            place: As it was put in, 0 first.
        """
        if self._parts is not None:
            return self._parts[place]
        begin = self._ends[place - 1] if place else 0
        return _unpacked(self._packed)[begin : self._ends[place]]


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> bytes:
    """Unpack a bundle; whoever reads record after record finds the next ones here."""
    import zlib

    return zlib.decompress(packed)


class Sent(Struct, frozen=True, gc=False, eq=False):
    """A resource's JSON as the service sent it; equal where the bytes are."""

    bundle: Bundle
    place: int

    @classmethod
    def of(cls, data: bytes) -> Sent:
        """Keep the JSON of one resource alone."""
        bundle = Bundle()
        sent = bundle.add(data)
        bundle.pack()
        return sent

    @property
    def data(self) -> bytes:
        """The very bytes."""
        return self.bundle.data(self.place)

    @property
    def mark(self) -> int:
        """What `mark_of` gives of the bytes."""
        return self.bundle.marks[self.place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sent):
            return NotImplemented
        return self is other or self.mark == other.mark

    def __hash__(self) -> int:
        return self.mark


class Packer:
    """Keeps the JSON of record after record."""

    def __init__(self) -> None:
        self._bundle = Bundle()

    def keep(self, data: bytes) -> Sent:
        """Keep one more record.

        Args:
            data: Its JSON.
        """
        if len(self._bundle) >= TOGETHER:
            self._bundle.pack()
            self._bundle = Bundle()
        return self._bundle.add(data)

    def finish(self) -> None:
        """Pack the last ones as well; what comes then begins anew."""
        if len(self._bundle):
            self._bundle.pack()
            self._bundle = Bundle()


def mark_of(data: bytes) -> int:
    """Give 64 bits that are others for other bytes.

    Python's own hash of bytes: SipHash, with a key that each run of the program chooses, so that
    two records of one account meet in it once in 10^11 years of refreshes, and nobody can make
    them.
    """
    return hash(data)
