"""Decodes the body of a response to values of the model.

It is lenient where live responses need it (RackConnect API reference, sections 4.0 and 11): a bad
item of a list loses that item only. `rcv3_tui.api.converters` makes a single resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from rcv3_tui.api.errors import MalformedResponse
from rcv3_tui.api.redaction import sanitize
from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.model.resources import Resource

T = TypeVar("T", bound=Resource)
AnyT = TypeVar("AnyT")
MadeT = TypeVar("MadeT", bound=Resource, covariant=True)


class Decoder(Protocol[MadeT]):
    """Decodes a resource from its own JSON."""

    def __call__(self, data: bytes, raw: bytes | None = None, /) -> MadeT:
        """Decode a resource.

        Args:
            data: Its JSON.
            raw: The JSON as the service sent it, if `data` is a repaired form of it.

        Raises:
            msgspec.ValidationError: It is not a resource; names the path.
        """
        ...


OnPartial = Callable[[Sequence[T]], None]
"""Receives the items of a long list decoded since the last call, until the list ends."""

FIRST_BATCH = 200
"""Items in the first call of `OnPartial`: more than a screen shows."""

BATCH = 500
"""Items in each further call: the receiver handles them within some milliseconds."""

_RECORDS_PER_STEP = 100
"""Items decoded before the event loop runs again: about a millisecond."""

_CHUNK = 1 << 16
"""Bytes of a long body that are split at once."""

_MAX_CUTS = 16
"""Positions tried for the end of a chunk; a record itself contains commas between objects."""

_BETWEEN = re.compile(rb"\}\s*,\s*(?=\{)")

_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a whole surrogate pair, or half of one."""

_items = msgspec.json.Decoder(list[msgspec.Raw])
_anything = msgspec.json.Decoder()


class ListResult(Struct, Generic[T], frozen=True):
    """The result of a list request: the items, and why some could not be decoded."""

    items: tuple[T, ...] = ()
    skipped: tuple[str, ...] = ()
    """One reason for each skipped item: `$[3].status: expected str, got int`."""
    has_no_body: bool = False
    """The response had no body: an empty list for some requests, possibly an outage."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Why the items may be incomplete."""
        return (*self.skipped, "the answer is empty") if self.has_no_body else self.skipped


class PreviousItems(Generic[T]):
    """The items of the previous read, found again by their bytes.

    Args:
        previous: In their order.
    """

    def __init__(self, previous: Sequence[T]) -> None:
        self._previous = previous
        self._at = 0
        """The likely position of the next item."""
        self._by_raw: dict[bytes, int] | None = None

    def find(self, data: bytes) -> T | None:
        """Return the object that was decoded from the same bytes; None without one.

        Args:
            data: The next item's own JSON.
        """
        at, previous = self._at, self._previous
        self._at += 1
        if not previous:
            return None
        if at < len(previous) and previous[at].raw == data:
            return previous[at]
        if self._by_raw is None:
            self._by_raw = {item.raw: place for place, item in enumerate(previous) if item.raw}
        found = self._by_raw.get(data)
        if found is None:
            return None
        # The items after it have most likely moved with it.
        self._at = found + 1
        return previous[found]


class ListDecoder(Generic[T]):
    """Decodes items one by one, across pages, and collects the reasons of the skipped ones.

    Args:
        decoder: Decodes one resource.
        previous: Items of the previous read.
        prefix: The name of the list in reasons: `$`, `$.servers`.
        on_partial: Receives the items of a long list that is read in slices, the first ones
            soon; not those that come last.
    """

    def __init__(
        self,
        decoder: Decoder[T],
        previous: Sequence[T] = (),
        *,
        prefix: str = "$",
        on_partial: OnPartial[T] | None = None,
    ) -> None:
        self.items: list[T] = []
        self.skipped: list[str] = []
        self._decoder = decoder
        self._reuse = PreviousItems(previous)
        self._prefix = prefix
        self._so_far = on_partial
        self._reported = 0
        self._report_at = FIRST_BATCH
        self._index = 0

    def read(self, raws: Sequence[msgspec.Raw]) -> Iterator[None]:
        """Decode the items of a list, in short steps.

        Args:
            raws: The items' JSON.

        Yields:
            After every step.
        """
        for raw in raws:
            data = bytes(raw)
            item = self._reuse.find(data)
            if item is None:
                item = self._decoded(data)
            if item is not None:
                self.items.append(item)
            self._index += 1
            if self._index % _RECORDS_PER_STEP == 0:
                yield

    async def read_in_slices(self, raws: Sequence[msgspec.Raw]) -> None:
        """Decode the items of a list; the event loop runs after every step.

        Args:
            raws: The items' JSON.
        """
        for _ in self.read(raws):
            if self._so_far is not None and len(self.items) >= self._report_at:
                self._so_far(self.items[self._reported :])
                self._reported = len(self.items)
                self._report_at = self._reported + BATCH
            await yield_to_loop()

    def _decoded(self, data: bytes) -> T | None:
        try:
            return decode_lenient(lambda mended: self._decoder(mended, data), data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self.skipped.append(_reason(f"{self._prefix}[{self._index}]", error))
            return None

    def listing(self) -> ListResult[T]:
        """Return what has been decoded."""
        return ListResult(tuple(self.items), tuple(self.skipped))


def decode_list(body: bytes, decoder: Decoder[T], previous: Sequence[T] = ()) -> ListResult[T]:
    """Decode a list.

    Args:
        body: An array; also nothing, `null`, or a single object (reference, section 4.0).
        decoder: Decodes one resource.
        previous: Items of the previous read; those with unchanged bytes are reused.

    Returns:
        The items; unchanged ones are the same objects as before.

    Raises:
        MalformedResponse: The body is not JSON, or neither list nor object.
    """
    reader = ListDecoder(decoder, previous)
    for raws in _chunks(body):
        for _ in reader.read(raws):
            pass
    return _checked(body, reader)


async def decode_list_in_slices(
    body: bytes,
    decoder: Decoder[T],
    previous: Sequence[T] = (),
    on_partial: OnPartial[T] | None = None,
) -> ListResult[T]:
    """Decode a list like `decode_list`; the event loop runs every few milliseconds.

    Args:
        body: See `decode_list`.
        decoder: See `decode_list`.
        previous: See `decode_list`.
        on_partial: Receives items of a long list before the rest is decoded; see `ListDecoder`.

    Returns:
        See `decode_list`.

    Raises:
        MalformedResponse: See `decode_list`.
    """
    reader = ListDecoder(decoder, previous, on_partial=on_partial)
    for raws in _chunks(body):
        await reader.read_in_slices(raws)
    return _checked(body, reader)


def _checked(body: bytes, reader: ListDecoder[T]) -> ListResult[T]:
    if reader.skipped and not reader.items and _bare(body).startswith(b"{"):
        # An object that is not a resource is an error message, not an empty list.
        raise MalformedResponse(f"the answer has another shape than expected: {reader.skipped[0]}")
    listing = reader.listing()
    return listing if body.strip() else ListResult(listing.items, listing.skipped, has_no_body=True)


def decode_one(body: bytes, decoder: Decoder[T]) -> T:
    """Decode a single resource: an object or an array of one.

    Args:
        body: The body of the response.
        decoder: Decodes the resource.

    Returns:
        The resource.

    Raises:
        MalformedResponse: There is no resource, or it cannot be decoded.
    """
    found = decode_optional(body, decoder)
    if found is None:
        raise MalformedResponse("the answer is empty")
    return found


def decode_optional(body: bytes, decoder: Decoder[T]) -> T | None:
    """Decode the resource in the response to a change, if there is one.

    Args:
        body: An object, an array of one, or nothing.
        decoder: Decodes the resource.

    Returns:
        The resource; None for an empty body, `null`, `[]` and `{}`.

    Raises:
        MalformedResponse: The body is not JSON, or has another structure.
    """
    raws = _split(body)
    if not raws or bytes(raws[0]).translate(None, b" \t\r\n") == b"{}":
        return None
    if len(raws) > 1:
        raise MalformedResponse(f"the response holds {len(raws)} records, but one was requested")
    try:
        data = bytes(raws[0])
        return decode_lenient(lambda mended: decoder(mended, data), data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedResponse(
            f"the answer has another shape than expected: {_reason('$', error)}"
        ) from None


def decode_lenient(decode: Callable[[bytes], AnyT], data: bytes) -> AnyT:
    """Decode JSON strings that may contain lone surrogates.

    JSON allows one half of a surrogate pair in a name. It is not a character, and the decoder
    rejects it; such a half stays as the six characters of its escape.

    Args:
        decode: The decoder.
        data: The JSON.

    Returns:
        The decoded value.

    Raises:
        msgspec.DecodeError: The data is not JSON, or has another structure.
    """
    try:
        return decode(data)
    except msgspec.DecodeError:
        mended = _ESCAPES.sub(lambda m: b"\\" + m[0] if m["half"] else m[0], data)
        if mended == data:
            raise
        return decode(mended)


def require_json(body: bytes) -> None:
    """Check that a response whose content does not matter is not a proxy's page.

    Args:
        body: Nothing, or any JSON.

    Raises:
        MalformedResponse: The body is something else.
    """
    bare = _bare(body)
    if not bare:
        return
    try:
        decode_lenient(_anything.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json_error(bare) from None


def not_json_error(body: bytes) -> MalformedResponse:
    """Return the error for a body that is not JSON."""
    kind = "a web page" if body[:200].lstrip().startswith(b"<") else "not JSON"
    cut = body[:1] in (b"[", b"{")
    return MalformedResponse(
        f"the response is {'cut off or ' if cut else ''}{kind}, {len(body)} bytes"
    )


def _bare(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf").strip()


def _chunks(body: bytes) -> Iterator[Sequence[msgspec.Raw]]:
    """Split a list, a long one chunk by chunk: ten megabytes at once would take too long.

    A chunk may end at any comma between two objects. If the chunk decodes as a list, the comma is
    the list's own: one inside an object or a string would leave something open.

    Raises:
        MalformedResponse: See `_split`; the items before the error have been yielded.
    """
    bare = _bare(body)
    if len(bare) < 2 * _CHUNK or not bare.startswith(b"["):
        yield _split(bare)
        return
    at, last = 1, len(bare) - _CHUNK
    while at < last and (chunk := _chunk(bare, at)) is not None:
        raws, at = chunk
        yield raws
    yield _split(b"[" + bare[at:])


def _chunk(bare: bytes, begin: int) -> tuple[Sequence[msgspec.Raw], int] | None:
    """Split some items off a list; return them, and the position of the next one."""
    at = begin + _CHUNK
    for _ in range(_MAX_CUTS):
        cut = _BETWEEN.search(bare, at)
        if cut is None:
            return None
        try:
            return _items.decode(b"[" + bare[begin : cut.start() + 1] + b"]"), cut.end()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            at = cut.end()
    return None


def _split(body: bytes) -> Sequence[msgspec.Raw]:
    """Split a list without decoding its items."""
    bare = _bare(body)
    if not bare or bare == b"null":
        return ()
    try:
        if bare.startswith(b"["):
            return decode_lenient(_items.decode, bare)
        decode_lenient(_anything.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json_error(bare) from None
    if bare.startswith(b"{"):
        return (msgspec.Raw(bare),)
    raise MalformedResponse("the answer is neither a list nor an object")


def _reason(where: str, error: Exception) -> str:
    what, at, path = str(error).rpartition(" - at `$")
    if not at:
        what, path = path, ""
    if not isinstance(error, msgspec.DecodeError):
        what = "cannot be read"
    return sanitize(f"{where}{path.rstrip('`')}: {what[:1].lower()}{what[1:]}")
