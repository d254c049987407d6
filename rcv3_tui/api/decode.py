"""From the bytes of an answer to values of the model.

Tolerant where live answers need it (RackConnect API reference, sections 4.0 and 11): one bad
item of a list costs that item. What makes a single resource is in `rcv3_tui.api.records`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from rcv3_tui.api.errors import BadBody
from rcv3_tui.api.faults import safe_text
from rcv3_tui.model.resources import Resource
from rcv3_tui.model.sent import Packer, Sent, mark_of
from rcv3_tui.turns import Slice, stand_aside

T = TypeVar("T", bound=Resource)
MadeT = TypeVar("MadeT", bound=Resource, covariant=True)
AnyT = TypeVar("AnyT")


class Decoder(Protocol[MadeT]):
    """Makes a resource of its own JSON."""

    def __call__(self, data: bytes, sent: Sent | None = None, /) -> MadeT:
        """Decode a resource.

        Args:
            data: Its JSON.
            sent: What keeps the JSON as it was sent; None: that is the same.

        Raises:
            msgspec.ValidationError: It is none; names the path.
        """
        ...


SoFar = Callable[[Sequence[T]], None]
"""Hears what has been read of a long list since it heard last, until the list ends."""

FIRST = 200
"""Items that a long list begins with: more than a screen shows."""

MORE = 250
"""Items after which the listener hears of a long list again: taken in within some milliseconds."""

_MOST_IN_A_SLICE = 200
"""Items that are decoded before others get their turn, however fast that goes."""

_PIECE = 1 << 16
"""Bytes of a long body that are taken apart at once."""

_MOST_CUTS = 16
"""Places where a piece may end that are tried; a record has some commas between objects itself."""

_BETWEEN = re.compile(rb"\}\s*,\s*(?=\{)")

_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a whole surrogate pair, or half of one."""

_items = msgspec.json.Decoder(list[msgspec.Raw])
_anything = msgspec.json.Decoder()


class Listing(Struct, Generic[T], frozen=True):
    """What a list call gave: the items, and why some could not be read."""

    items: tuple[T, ...] = ()
    skipped: tuple[str, ...] = ()
    """One reason for each item left out: `$[3].status: expected str, got int`."""


class Reuse(Generic[T]):
    """The items of the read before, found again by their bytes.

    Args:
        previous: In the order in which they came.
    """

    def __init__(self, previous: Sequence[T]) -> None:
        self._previous = previous
        self._at = 0
        """Where the next item most likely stood before."""
        self._by_mark: dict[int, int] | None = None

    def find(self, data: bytes) -> T | None:
        """Give the very object that was made of the same bytes, None where there is none.

        Args:
            data: The next item's own JSON.
        """
        at, previous = self._at, self._previous
        self._at += 1
        if not previous:
            return None
        mark = mark_of(data)
        if at < len(previous):
            item = previous[at]
            sent = item.sent
            if sent is not None and sent.mark == mark:
                return item
        if self._by_mark is None:
            self._by_mark = {
                sent.mark: place
                for place, item in enumerate(previous)
                if (sent := item.sent) is not None
            }
        found = self._by_mark.get(mark)
        if found is None:
            return None
        # Those after it have most likely moved along with it.
        self._at = found + 1
        return previous[found]


class ItemReader(Generic[T]):
    """Decodes item after item, across pages, and keeps count of what was bad.

    Args:
        decoder: Makes one resource.
        previous: Items of the read before.
        prefix: How reasons name the list: `$`, `$.servers`.
        so_far: Told the items of a long list that is read in slices bit by bit, the first ones
            soon; not those that come last.
    """

    def __init__(
        self,
        decoder: Decoder[T],
        previous: Sequence[T] = (),
        *,
        prefix: str = "$",
        so_far: SoFar[T] | None = None,
    ) -> None:
        self.items: list[T] = []
        self.skipped: list[str] = []
        self._decoder = decoder
        self._reuse = Reuse(previous)
        self._packer = Packer()
        self._prefix = prefix
        self._so_far = so_far
        self._told = 0
        self._tell_at = FIRST
        self._index = 0
        self._time = Slice()

    def read(self, raws: Sequence[msgspec.Raw]) -> Iterator[None]:
        """Take the items of a list; gives way now and then.

        Args:
            raws: The items' JSON.

        Yields:
            After every slice that took some time.
        """
        time, count = self._time, 0
        for raw in raws:
            data = bytes(raw)
            item = self._reuse.find(data)
            if item is None:
                item = self._decoded(data)
                count += 1
            if item is not None:
                self.items.append(item)
            self._index += 1
            if count == _MOST_IN_A_SLICE or time.is_over():
                yield
                count = 0
                time.begin()

    async def read_in_slices(self, raws: Sequence[msgspec.Raw]) -> None:
        """Take the items of a list, letting the event loop run after every slice.

        Args:
            raws: The items' JSON.
        """
        for _ in self.read(raws):
            if self._so_far is not None and len(self.items) >= self._tell_at:
                self._so_far(self.items[self._told :])
                self._told = len(self.items)
                self._tell_at = self._told + MORE
            await stand_aside()

    def _decoded(self, data: bytes) -> T | None:
        sent = self._packer.keep(data)
        try:
            return leniently(lambda mended: self._decoder(mended, sent), data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self.skipped.append(_reason(f"{self._prefix}[{self._index}]", error))
            return None

    def listing(self) -> Listing[T]:
        """Give what has been read."""
        self._packer.finish()
        return Listing(tuple(self.items), tuple(self.skipped))


def decode_list(body: bytes, decoder: Decoder[T], previous: Sequence[T] = ()) -> Listing[T]:
    """Decode a list.

    Args:
        body: An array; also nothing, `null`, or a single object (reference, section 4.0).
        decoder: Makes one resource.
        previous: Items of the read before; those whose bytes did not change are reused.

    Returns:
        The items, unchanged ones being the same objects as before.

    Raises:
        BadBody: It is not JSON, or something else altogether.
    """
    reader = ItemReader(decoder, previous)
    for raws in _pieces(body):
        for _ in reader.read(raws):
            pass
    return _checked(body, reader)


async def decode_list_in_slices(
    body: bytes,
    decoder: Decoder[T],
    previous: Sequence[T] = (),
    so_far: SoFar[T] | None = None,
) -> Listing[T]:
    """Do what `decode_list` does, letting the event loop run every few milliseconds.

    Args:
        body: See `decode_list`.
        decoder: See `decode_list`.
        previous: See `decode_list`.
        so_far: Told items of a long list before the others have been decoded; see `ItemReader`.

    Returns:
        See `decode_list`.

    Raises:
        BadBody: See `decode_list`.
    """
    reader = ItemReader(decoder, previous, so_far=so_far)
    for raws in _pieces(body):
        await reader.read_in_slices(raws)
    return _checked(body, reader)


def _checked(body: bytes, reader: ItemReader[T]) -> Listing[T]:
    if reader.skipped and not reader.items and _bare(body).startswith(b"{"):
        # An object that is no resource is a fault in disguise, not an empty list.
        raise BadBody(f"the answer has another shape than expected: {reader.skipped[0]}")
    return reader.listing()


def decode_one(body: bytes, decoder: Decoder[T]) -> T:
    """Decode a single resource: an object or an array of one.

    Args:
        body: The answer.
        decoder: Makes the resource.

    Returns:
        The resource.

    Raises:
        BadBody: There is none in it, or it cannot be read.
    """
    found = decode_maybe(body, decoder)
    if found is None:
        raise BadBody("the answer is empty")
    return found


def decode_maybe(body: bytes, decoder: Decoder[T]) -> T | None:
    """Decode the resource that a change is answered with, when it is.

    Args:
        body: An object, an array of one, or nothing.
        decoder: Makes the resource.

    Returns:
        The resource; None for an empty answer, `null`, `[]` and `{}`.

    Raises:
        BadBody: It is not JSON, or of another shape.
    """
    raws = _split(body)
    if not raws or bytes(raws[0]).translate(None, b" \t\r\n") == b"{}":
        return None
    if len(raws) > 1:
        raise BadBody(f"the answer holds {len(raws)} records where one was asked for")
    try:
        data = bytes(raws[0])
        sent = Sent.of(data)
        return leniently(lambda mended: decoder(mended, sent), data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(
            f"the answer has another shape than expected: {_reason('$', error)}"
        ) from None


def check_json(body: bytes) -> None:
    """Make sure that an answer whose content does not matter is none of a proxy's pages.

    Args:
        body: Nothing, or any JSON.

    Raises:
        BadBody: It is something else.
    """
    bare = _bare(body)
    if not bare:
        return
    try:
        leniently(_anything.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json(bare) from None


def leniently(decode: Callable[[bytes], AnyT], data: bytes) -> AnyT:
    """Decode JSON in which a text may hold half a character.

    JSON lets a name hold one half of a surrogate pair, which is no character and which the
    decoder refuses; such a half is kept as the six signs that it was written with.

    Args:
        decode: The decoder.
        data: The JSON.

    Returns:
        What the decoder makes of it.

    Raises:
        msgspec.DecodeError: It is no JSON, or of another shape.
    """
    try:
        return decode(data)
    except msgspec.DecodeError:
        mended = _ESCAPES.sub(lambda m: b"\\" + m[0] if m["half"] else m[0], data)
        if mended == data:
            raise
        return decode(mended)


def not_json(body: bytes) -> BadBody:
    """Say what came in place of JSON."""
    looks = "a web page" if body[:200].lstrip().startswith(b"<") else "not JSON"
    cut = body[:1] in (b"[", b"{")
    return BadBody(f"the answer is {'cut off or ' if cut else ''}{looks}, {len(body)} bytes")


def _bare(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf").strip()


def _pieces(body: bytes) -> Iterator[Sequence[msgspec.Raw]]:
    """Take a list apart, a long one piece by piece: ten megabytes at once would take too long.

    A piece may end wherever a comma stands between two objects. That it could be read as a list
    proves that the comma is the list's own: inside an object or a text, something is left open.

    Raises:
        BadBody: See `_split`; what came before the mistake has been given then.
    """
    bare = _bare(body)
    if len(bare) < 2 * _PIECE or not bare.startswith(b"["):
        yield _split(bare)
        return
    at, last = 1, len(bare) - _PIECE
    while at < last and (piece := _piece(bare, at)) is not None:
        raws, at = piece
        yield raws
    yield _split(b"[" + bare[at:])


def _piece(bare: bytes, begin: int) -> tuple[Sequence[msgspec.Raw], int] | None:
    """Take some items out of the middle of a list; give them, and where the next one begins."""
    at = begin + _PIECE
    for _ in range(_MOST_CUTS):
        cut = _BETWEEN.search(bare, at)
        if cut is None:
            return None
        try:
            return _items.decode(b"[" + bare[begin : cut.start() + 1] + b"]"), cut.end()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            at = cut.end()
    return None


def _split(body: bytes) -> Sequence[msgspec.Raw]:
    """Take a list apart without reading its items."""
    bare = _bare(body)
    if not bare or bare == b"null":
        return ()
    try:
        if bare.startswith(b"["):
            return leniently(_items.decode, bare)
        leniently(_anything.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json(bare) from None
    if bare.startswith(b"{"):
        return (msgspec.Raw(bare),)
    raise BadBody("the answer is neither a list nor an object")


def _reason(where: str, error: Exception) -> str:
    what, at, path = str(error).rpartition(" - at `$")
    if not at:
        what, path = path, ""
    if not isinstance(error, msgspec.DecodeError):
        what = "cannot be read"
    return safe_text(f"{where}{path.rstrip('`')}: {what[:1].lower()}{what[1:]}")
