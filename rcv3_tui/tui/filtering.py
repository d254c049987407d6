"""The filter line of a pane: words that have to be there, `!word` that must not, `field:word`.

It is read anew with every letter that is typed, so what is not finished yet - a lone `!`, a field
without its word, an expression without its closing slash - must not make all rows disappear.
"""

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
        text: Words, apart by spaces; all have to hold. An expression between slashes may hold
            spaces; one that is not closed reaches to the end.

    Returns:
        What tells whether a row passes; None for an empty line, which every row passes.

    Raises:
        FilterError: A regular expression is wrong.
    """
    tests = [test for word in _WORD.findall(text) if (test := _test_of(word)) is not None]
    if not tests:
        return None

    def passes(item: Item) -> bool:
        found = fields(item)
        return all(test(found) for test in tests)

    return passes


_WORD = re.compile(r"!?/(?:.*?/(?=\s|$)|.*$)|\S+")
"""An expression up to its closing slash, or else up to the end; or a word."""

_ID_FROM = 8
"""Letters from which on a word is looked for in ids too: any two are in one by chance."""


def _test_of(word: str) -> _Test | None:
    """Read one word; None for one that is not finished and leaves everything in."""
    if word.startswith("!"):
        test = _test_of(word[1:])
        return None if test is None else lambda found: not test(found)
    if word.startswith("/"):
        return _expression(word)
    field, colon, value = word.partition(":")
    if colon and field.casefold() in _FIELDS:
        name, wanted = field.casefold(), value.casefold()
        return (lambda found: wanted in found.get(name, "").casefold()) if wanted else None
    plain = word.casefold()
    if not plain:
        return None
    return lambda found: any(
        plain in text.casefold()
        for name, text in found.items()
        if name != "id" or len(plain) >= _ID_FROM
    )


def _expression(word: str) -> _Test | None:
    inner = word[1:-1] if len(word) > 1 and word.endswith("/") else word[1:]
    if not inner:
        return None
    try:
        pattern = re.compile(inner, re.IGNORECASE)
    except re.error as error:
        raise FilterError(f"{word}: {error}") from error
    return lambda found: any(pattern.search(text) for name, text in found.items() if name != "id")


_FIELDS = frozenset({"name", "server", "status", "ip", "pool", "retain", "detail", "region", "id"})
