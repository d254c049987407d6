"""The list of cloud servers (RackConnect API reference, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from rcv3_tui.api import decode, records, wire
from rcv3_tui.api.budget import Priority
from rcv3_tui.api.decode import ItemReader, Listing, SoFar
from rcv3_tui.api.errors import ApiError, BadBody, BadRequest
from rcv3_tui.api.transport import Transport
from rcv3_tui.model.resources import Server
from rcv3_tui.turns import stand_aside

PAGE_SIZE = 1000
"""Asked for; the service may give fewer (section 8.2)."""

_MOST_PAGES = 1000
_LIST = "list servers"
_SHOW = "show server"

_page = msgspec.json.Decoder(wire.WireServerPage)
_answer = msgspec.json.Decoder(wire.WireServerAnswer)


class CloudServers:
    """One account's cloud servers in one region.

    Args:
        transport: The authenticated client for that region's Cloud Servers.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def transport(self) -> Transport:
        """The client that the calls go through."""
        return self._transport

    async def list(
        self,
        *,
        previous: Sequence[Server] = (),
        priority: Priority = Priority.BACKGROUND,
        page_size: int = PAGE_SIZE,
        so_far: SoFar[Server] | None = None,
    ) -> Listing[Server]:
        """List every server, page by page.

        Args:
            previous: Servers of the read before; those whose bytes did not change are reused.
            priority: How urgent it is.
            page_size: Servers a page, at most.
            so_far: Told servers of many, bit by bit, before the others have been asked for.

        Returns:
            Each server once, even when it came on two pages.

        Raises:
            BadBody: A page is no list of servers, or the pages go round in a circle.
            ApiError: A page could not be read.
        """
        try:
            return await self._pages(previous, priority, page_size, so_far)
        except BadRequest as error:
            if not _marker_is_gone(error):
                raise
        # The server that a page ended with was deleted meanwhile: start over, once (8.2).
        return await self._pages(previous, priority, page_size, None)

    async def show(self, server_id: str, *, priority: Priority = Priority.OPERATION) -> Server:
        """Show one server.

        Args:
            server_id: Its id.
            priority: How urgent it is.

        Returns:
            The server.
        """
        reply = await self._transport.call(
            "GET", ("servers", server_id), operation=_SHOW, target=server_id, priority=priority
        )
        try:
            decode.check_json(reply.body)
            try:
                body = bytes(decode.leniently(_answer.decode, reply.body).server)
            except msgspec.DecodeError:
                raise BadBody("the answer holds no server") from None
            return decode.decode_one(body, records.server)
        except BadBody as error:
            error.status = reply.status
            raise error.about(_SHOW, server_id) from None

    async def _pages(
        self,
        previous: Sequence[Server],
        priority: Priority,
        page_size: int,
        so_far: SoFar[Server] | None,
    ) -> Listing[Server]:
        reader = ItemReader(records.server, previous, prefix="$.servers", so_far=so_far)
        query = urlencode({"limit": page_size})
        asked: set[str] = set()
        while query not in asked:
            asked.add(query)
            reply = await self._transport.call(
                "GET", ("servers", "detail"), query=query, operation=_LIST, priority=priority
            )
            try:
                raws, following = _read_page(reply.body)
            except BadBody as error:
                error.status = reply.status
                raise error.about(_LIST) from None
            await reader.read_in_slices(raws)
            # A last page that is just full has a link to an empty one (8.2).
            if not raws or following is None:
                await stand_aside()
                return _once_each(reader.listing())
            query = following
            if len(asked) >= _MOST_PAGES:
                break
        raise BadBody("the pages of the server list never end", operation=_LIST, status=200)


def _read_page(body: bytes) -> tuple[Sequence[msgspec.Raw], str | None]:
    """Take a page apart.

    Args:
        body: The answer.

    Returns:
        The servers' JSON, and the query of the next page.

    Raises:
        BadBody: It is no page of servers.
    """
    bare = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        page = decode.leniently(_page.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        decode.check_json(bare)
        raise BadBody("the answer holds no list of servers") from None
    return page.servers or (), _next_query(page.servers_links)


def _next_query(links: object) -> str | None:
    """Find the next page's query; all else of a link may be wrong (section 8.2)."""
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, dict) or link.get("rel") != "next":
            continue
        href = link.get("href")
        if isinstance(href, str):
            try:
                query = parse_qsl(urlsplit(href).query, keep_blank_values=True)
            except ValueError:
                continue
            return urlencode(query) or None
    return None


def _once_each(listing: Listing[Server]) -> Listing[Server]:
    """Keep the last of servers that came twice: pages shift while they are read (8.2)."""
    if len({server.id.lower() for server in listing.items}) == len(listing.items):
        return listing
    by_key = {server.key: server for server in listing.items}
    return Listing(tuple(by_key.values()), listing.skipped)


def _marker_is_gone(error: ApiError) -> bool:
    return error.status == 400 and "marker" in error.message.lower()
