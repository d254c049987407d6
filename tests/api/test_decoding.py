import json

import pytest

from rcv3_tui.api import converters
from rcv3_tui.api.decoding import (
    decode_list,
    decode_list_in_slices,
    decode_one,
    decode_optional,
    require_json,
)
from rcv3_tui.api.errors import MalformedResponse
from rcv3_tui.model.resources import LoadBalancerPool


def pools(*ids: str) -> bytes:
    return json.dumps([{"id": i, "name": f"pool {i}", "status": "ACTIVE"} for i in ids]).encode()


def test_list_is_array() -> None:
    assert [p.id for p in decode_list(pools("a", "b"), converters.to_pool).items] == ["a", "b"]


@pytest.mark.parametrize("body", [b"", b"  \n", b"null", b"[]", b"\xef\xbb\xbf[]"])
def test_nothing_is_empty_list(body: bytes) -> None:
    assert decode_list(body, converters.to_pool).items == ()


def test_one_object_is_list_of_one() -> None:
    assert len(decode_list(b' {"id": "a", "status": "ACTIVE"}', converters.to_pool).items) == 1


def test_invalid_item_is_skipped_with_its_position() -> None:
    body = b'[{"id": "a"}, {"name": "x"}, {"id": null}, {"id": "d", "status": 5}, 7, {"id": "f"}]'

    listing = decode_list(body, converters.to_pool)

    assert [pool.id for pool in listing.items] == ["a", "f"]
    assert [reason.split(":")[0] for reason in listing.skipped] == [
        "$[1]", "$[2].id", "$[3].status", "$[4]"
    ]  # fmt: skip


def test_bytes_that_are_no_text_cost_that_item() -> None:
    listing = decode_list(b'[{"id": "a"}, {"id": "\xff"}]', converters.to_pool)

    assert [pool.id for pool in listing.items] == ["a"]
    assert len(listing.skipped) == 1


@pytest.mark.parametrize(
    "body",
    [b'[{"id": "a"}', b"<html>down</html>", b"[1,", b'"text"', b"7", b'{"error": "down"}', b"{}"],
)
def test_body_without_list_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponse):
        decode_list(body, converters.to_pool)


def test_unchanged_item_is_same_object() -> None:
    before = decode_list(pools("a", "b", "c"), converters.to_pool).items

    after = decode_list(pools("a", "x", "c"), converters.to_pool, before).items

    assert after[0] is before[0]
    assert after[1].id == "x"
    assert after[2] is before[2]


def test_item_at_new_position_is_same_object() -> None:
    before = decode_list(pools("a", "b", "c"), converters.to_pool).items

    after = decode_list(pools("new", "c", "a"), converters.to_pool, before).items

    assert after[1] is before[2]
    assert after[2] is before[0]


def test_unchanged_item_is_not_decoded() -> None:
    before = decode_list(pools("a", "b"), converters.to_pool).items
    decoded: list[bytes] = []

    def counting(data: bytes, raw: bytes | None = None) -> LoadBalancerPool:
        decoded.append(data)
        return converters.to_pool(data, raw)

    decode_list(pools("a", "b"), counting, before)

    assert decoded == []


async def test_slices_give_same() -> None:
    body = pools(*(str(number) for number in range(1000)))

    assert await decode_list_in_slices(body, converters.to_pool) == decode_list(
        body, converters.to_pool
    )


@pytest.mark.parametrize("body", [b'{"id": "a"}', b'[{"id": "a"}]'])
def test_show_is_object_or_array_of_one(body: bytes) -> None:
    assert decode_one(body, converters.to_pool).id == "a"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'[{"id": "a"}, {"id": "b"}]', b"nope"])
def test_show_of_anything_else_is_bad_body(body: bytes) -> None:
    with pytest.raises(MalformedResponse):
        decode_one(body, converters.to_pool)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b" { } "])
def test_change_may_be_answered_with_nothing(body: bytes) -> None:
    assert decode_optional(body, converters.to_pool) is None


def test_reason_holds_no_controls() -> None:
    listing = decode_list(
        b'[{"id": "a"}, {"id": "b", "node_counts": "\\u001b"}]', converters.to_pool
    )

    assert listing.skipped
    assert "\x1b" not in listing.skipped[0]


def test_any_json_will_do_where_content_does_not_matter() -> None:
    require_json(b"")
    require_json(b'{"a": 1}')
    with pytest.raises(MalformedResponse, match="web page"):
        require_json(b"<html>")


@pytest.mark.parametrize(
    ("spelled", "shown"),
    [
        (r"\ud800", r"\ud800"),
        (r"\udc00 tail", r"\udc00 tail"),
        (r"\\\ud83d", r"\\ud83d"),
        (r"\ud83d\ude00", "\N{GRINNING FACE}"),
        (r"\\ud800", r"\ud800"),
        (r"\ud83d\ude00\ude00", "\N{GRINNING FACE}" + r"\ude00"),
    ],
)
def test_lone_surrogate_is_preserved(spelled: str, shown: str) -> None:
    body = f'[{{"id": "n-1", "name": "{spelled}"}}, {{"id": "n-2", "name": "RC-CLOUD"}}]'
    listing = decode_list(body.encode(), converters.to_network)
    assert listing.skipped == ()
    assert [network.name for network in listing.items] == [shown, "RC-CLOUD"]
