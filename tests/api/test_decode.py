import json

import pytest

from rcv3_tui.api import records
from rcv3_tui.api.decode import (
    check_json,
    decode_list,
    decode_list_in_slices,
    decode_maybe,
    decode_one,
)
from rcv3_tui.api.errors import BadBody
from rcv3_tui.model.resources import LoadBalancerPool
from rcv3_tui.model.sent import Sent


def pools(*ids: str) -> bytes:
    return json.dumps([{"id": i, "name": f"pool {i}", "status": "ACTIVE"} for i in ids]).encode()


def test_a_list_is_an_array() -> None:
    assert [p.id for p in decode_list(pools("a", "b"), records.pool).items] == ["a", "b"]


@pytest.mark.parametrize("body", [b"", b"  \n", b"null", b"[]", b"\xef\xbb\xbf[]"])
def test_nothing_is_an_empty_list(body: bytes) -> None:
    assert decode_list(body, records.pool).items == ()


def test_one_object_is_a_list_of_one() -> None:
    assert len(decode_list(b' {"id": "a", "status": "ACTIVE"}', records.pool).items) == 1


def test_a_bad_item_costs_that_item_and_says_where_it_was() -> None:
    body = b'[{"id": "a"}, {"name": "x"}, {"id": null}, {"id": "d", "status": 5}, 7, {"id": "f"}]'

    listing = decode_list(body, records.pool)

    assert [pool.id for pool in listing.items] == ["a", "f"]
    assert [reason.split(":")[0] for reason in listing.skipped] == [
        "$[1]", "$[2].id", "$[3].status", "$[4]"
    ]  # fmt: skip


def test_bytes_that_are_no_text_cost_that_item() -> None:
    listing = decode_list(b'[{"id": "a"}, {"id": "\xff"}]', records.pool)

    assert [pool.id for pool in listing.items] == ["a"]
    assert len(listing.skipped) == 1


@pytest.mark.parametrize(
    "body",
    [b'[{"id": "a"}', b"<html>down</html>", b"[1,", b'"text"', b"7", b'{"error": "down"}', b"{}"],
)
def test_what_is_no_list_at_all_is_a_bad_body(body: bytes) -> None:
    with pytest.raises(BadBody):
        decode_list(body, records.pool)


def test_what_did_not_change_is_the_same_object() -> None:
    before = decode_list(pools("a", "b", "c"), records.pool).items

    after = decode_list(pools("a", "x", "c"), records.pool, before).items

    assert after[0] is before[0]
    assert after[1].id == "x"
    assert after[2] is before[2]


def test_what_only_moved_is_the_same_object() -> None:
    before = decode_list(pools("a", "b", "c"), records.pool).items

    after = decode_list(pools("new", "c", "a"), records.pool, before).items

    assert after[1] is before[2]
    assert after[2] is before[0]


def test_what_did_not_change_is_not_decoded() -> None:
    before = decode_list(pools("a", "b"), records.pool).items
    decoded: list[bytes] = []

    def counting(data: bytes, sent: Sent | None = None) -> LoadBalancerPool:
        decoded.append(data)
        return records.pool(data, sent)

    decode_list(pools("a", "b"), counting, before)

    assert decoded == []


async def test_slices_give_the_same() -> None:
    body = pools(*(str(number) for number in range(1000)))

    assert await decode_list_in_slices(body, records.pool) == decode_list(body, records.pool)


@pytest.mark.parametrize("body", [b'{"id": "a"}', b'[{"id": "a"}]'])
def test_show_is_an_object_or_an_array_of_one(body: bytes) -> None:
    assert decode_one(body, records.pool).id == "a"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'[{"id": "a"}, {"id": "b"}]', b"nope"])
def test_show_of_anything_else_is_a_bad_body(body: bytes) -> None:
    with pytest.raises(BadBody):
        decode_one(body, records.pool)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b" { } "])
def test_a_change_may_be_answered_with_nothing(body: bytes) -> None:
    assert decode_maybe(body, records.pool) is None


def test_a_reason_holds_no_controls() -> None:
    listing = decode_list(b'[{"id": "a"}, {"id": "b", "node_counts": "\\u001b"}]', records.pool)

    assert listing.skipped
    assert "\x1b" not in listing.skipped[0]


def test_any_json_will_do_where_the_content_does_not_matter() -> None:
    check_json(b"")
    check_json(b'{"a": 1}')
    with pytest.raises(BadBody, match="web page"):
        check_json(b"<html>")


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
def test_half_a_character_is_kept_as_it_was_written(spelled: str, shown: str) -> None:
    body = f'[{{"id": "n-1", "name": "{spelled}"}}, {{"id": "n-2", "name": "RC-CLOUD"}}]'
    listing = decode_list(body.encode(), records.network)
    assert listing.skipped == ()
    assert [network.name for network in listing.items] == [shown, "RC-CLOUD"]
