"""The filter line of a pane: words that have to be there, `!word` that must not, `field:word`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rcv3_tui.tui.items import (
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)


class FilterError(ValueError):
    """The filter cannot be read; the text says where."""


def fields(item: Item) -> Mapping[str, str]:
    """Give what a row can be found by, field by field."""
    match item:
        case ServerItem():
            record = item.record
            return {
                "name": item.server.name,
                "status": f"{item.server.status} {record.status if record else ''}",
                "ip": " ".join(
                    text for text in (item.private_ip, record.address if record else None) if text
                ),
                "pool": " ".join(item.pools),
                "region": item.region,
                "id": item.server.key,
            }
        case PublicIPItem():
            link = item.record.server
            return {
                "name": item.server_name or "unassigned",
                "server": item.server_name or "unassigned",
                "status": item.record.status,
                "ip": " ".join(
                    t for t in (item.record.address, link.private_ip if link else None) if t
                ),
                "retain": "yes" if item.record.retain else "no",
                "detail": item.record.status_detail or "",
                "region": item.region,
                "id": item.record.key,
            }
        case PoolItem():
            return {
                "name": item.pool.name,
                "pool": item.pool.name,
                "status": item.pool.status,
                "ip": item.pool.endpoint,
                "region": item.region,
                "id": item.pool.key,
            }
        case NodeItem():
            return {
                "name": item.server_name,
                "server": item.server_name,
                "status": item.node.status,
                "ip": item.private_ip or "",
                "detail": item.node.status_detail or "",
                "region": item.region,
                "id": item.node.key,
            }
        case NetworkItem():
            return {
                "name": item.network.name,
                "ip": item.network.cidr or "",
                "region": item.region,
                "id": item.network.key,
            }
        case OperationItem():
            operation = item.operation
            return {
                "name": operation.request.sentence,
                "status": operation.state.value,
                "detail": operation.detail,
                "region": operation.request.region,
                "id": operation.id,
            }


_Test = Callable[[Mapping[str, str]], bool]


def parse_filter(text: str) -> Callable[[Item], bool] | None:
    """Read a filter line.

    Args:
        text: Words, apart by spaces; all have to hold.

    Returns:
        What tells whether a row passes; None for an empty line, which every row passes.

    Raises:
        FilterError: A regular expression is wrong.
    """
    tests = [_test_of(word) for word in text.split()]
    if not tests:
        return None

    def passes(item: Item) -> bool:
        found = fields(item)
        return all(test(found) for test in tests)

    return passes


def _test_of(word: str) -> _Test:
    if word.startswith("!") and len(word) > 1:
        test = _test_of(word[1:])
        return lambda found: not test(found)
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        try:
            pattern = re.compile(word[1:-1], re.IGNORECASE)
        except re.error as error:
            raise FilterError(f"{word}: {error}") from error
        return lambda found: any(pattern.search(text) for text in found.values())
    field, colon, value = word.partition(":")
    wanted = value.casefold()
    if colon and field in _FIELDS and wanted:
        return lambda found: wanted in found.get(field, "").casefold()
    plain = word.casefold()
    return lambda found: any(plain in text.casefold() for text in found.values())


_FIELDS = frozenset({"name", "server", "status", "ip", "pool", "retain", "detail", "region", "id"})
