"""The Cloud Servers client (RackConnect API reference, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from msgspec import Struct

from rcv3_tui.api import converters, decoding
from rcv3_tui.api.decoding import ListDecoder, ListResult, OnPartial, decode_lenient
from rcv3_tui.api.errors import ApiError, BadRequest, MalformedResponse
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.model.resources import Server

PAGE_SIZE = 1000
"""Requested page size; the service may return fewer (section 8.2)."""

_MAX_PAGES = 200
"""Pages of one list; 10,000 servers are 100 pages of 100."""

_LIST = "list servers"
_SHOW = "show server"


class WireServerPage(Struct):
    """One page of the server list (8.2)."""

    servers: list[msgspec.Raw] | None
    servers_links: Any = None


class WireServerResponse(Struct):
    """The response to "show server" (8.1)."""

    server: msgspec.Raw


_page = msgspec.json.Decoder(WireServerPage)
_server_response = msgspec.json.Decoder(WireServerResponse)


class CloudServersClient:
    """One account's cloud servers in one region.

    Args:
        client: The authenticated client for that region's Cloud Servers.
    """

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    @property
    def client(self) -> ServiceClient:
        """The service client that sends the requests."""
        return self._client

    async def list(
        self,
        *,
        previous: Sequence[Server] = (),
        priority: Priority = Priority.BACKGROUND,
        page_size: int = PAGE_SIZE,
        on_partial: OnPartial[Server] | None = None,
    ) -> ListResult[Server]:
        """List every server, page by page.

        Args:
            previous: Servers of the previous read; those with unchanged bytes are reused.
            priority: The order of waiting requests.
            page_size: Servers per page, at most.
            on_partial: Receives batches of a long list before the rest is read.

        Returns:
            Each server once, even when it was on two pages.

        Raises:
            MalformedResponse: A page is not a list of servers, or the pages never end.
            ApiError: A page could not be read.
        """
        try:
            return await self._pages(previous, priority, page_size, on_partial)
        except BadRequest as error:
            if not _marker_is_gone(error):
                raise
        # The last server of a page was deleted in the meantime: start over, once (8.2).
        return await self._pages(previous, priority, page_size, None)

    async def show(self, server_id: str, *, priority: Priority = Priority.OPERATION) -> Server:
        """Show one server.

        Args:
            server_id: Its id.
            priority: The order of waiting requests.

        Returns:
            The server.
        """
        reply = await self._client.request(
            "GET", ("servers", server_id), operation=_SHOW, target=server_id, priority=priority
        )
        try:
            decoding.require_json(reply.body)
            try:
                body = bytes(decode_lenient(_server_response.decode, reply.body).server)
            except msgspec.DecodeError:
                raise MalformedResponse("the answer holds no server") from None
            return decoding.decode_one(body, converters.to_server)
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(_SHOW, server_id) from None

    async def _pages(
        self,
        previous: Sequence[Server],
        priority: Priority,
        page_size: int,
        on_partial: OnPartial[Server] | None,
    ) -> ListResult[Server]:
        reader = ListDecoder(
            converters.to_server, previous, prefix="$.servers", on_partial=on_partial
        )
        query = urlencode({"limit": page_size})
        requested: set[str] = set()
        seen: set[str] = set()
        while query not in requested:
            requested.add(query)
            reply = await self._client.request(
                "GET", ("servers", "detail"), query=query, operation=_LIST, priority=priority
            )
            try:
                raws, following = _read_page(reply.body)
            except MalformedResponse as error:
                error.status = reply.status
                raise error.with_context(_LIST) from None
            start, skipped = len(reader.items), len(reader.skipped)
            await reader.read_in_slices(raws)
            # A last page that is just full has a link to an empty one (8.2).
            if not raws or following is None:
                await yield_to_loop()
                return _once_each(reader.listing())
            query = following
            fresh = {server.key for server in reader.items[start:]} - seen
            seen |= fresh
            # Markers may differ forever; a page without a new server means a loop.
            if len(requested) >= _MAX_PAGES or not (fresh or len(reader.skipped) > skipped):
                break
        raise MalformedResponse(
            "the pages of the server list never end", operation=_LIST, status=200
        )


def _read_page(body: bytes) -> tuple[Sequence[msgspec.Raw], str | None]:
    """Split a page.

    Args:
        body: The body of the response.

    Returns:
        The servers' JSON, and the query of the next page.

    Raises:
        MalformedResponse: The body is not a page of servers.
    """
    bare = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        page = decode_lenient(_page.decode, bare)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        decoding.require_json(bare)
        raise MalformedResponse("the answer holds no list of servers") from None
    return page.servers or (), _next_query(page.servers_links)


def _next_query(links: object) -> str | None:
    """Return the next page's query; the rest of a link may be wrong (section 8.2)."""
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


def _once_each(listing: ListResult[Server]) -> ListResult[Server]:
    """Drop duplicates, keeping the later server: pages shift while they are read (8.2)."""
    if len({server.id.lower() for server in listing.items}) == len(listing.items):
        return listing
    by_key = {server.key: server for server in listing.items}
    return ListResult(tuple(by_key.values()), listing.skipped)


def _marker_is_gone(error: ApiError) -> bool:
    return error.status == 400 and "marker" in error.message.lower()
