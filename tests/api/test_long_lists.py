"""Lists too long to be taken apart at once, and those of which most is known already."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcv3_tui.api import converters, decoding
from rcv3_tui.api.decoding import decode_list, decode_list_in_slices
from rcv3_tui.api.errors import MalformedResponse
from rcv3_tui.model.resources import LoadBalancerPool, PublicIP

MANY = 2000
"""Records of a list of several pieces."""


def address(number: int, name: str = "web") -> dict[str, object]:
    link = {"id": f"s-{number}", "name": name, "cloud_network": {"id": "n", "tags": [{}, {}]}}
    notes = [{"a": "}, {"}, {"b": "]},{["}]
    return {"id": f"ip-{number}", "status": "ACTIVE", "cloud_server": link, "notes": notes}


def body(numbers: Sequence[int], indent: int | None = None) -> bytes:
    return json.dumps([address(number) for number in numbers], indent=indent).encode()


@pytest.mark.parametrize("indent", [None, 0, 4])
def test_list_in_pieces_is_whole_list_word_for_word(indent: int | None) -> None:
    listing = decode_list(body(range(MANY), indent), converters.to_public_ip)
    assert [item.id for item in listing.items] == [f"ip-{number}" for number in range(MANY)]
    assert listing.skipped == ()
    assert json.loads(listing.items[1234].raw) == address(1234)
    assert listing.items[1234].raw in body(range(MANY), indent)


def test_long_list_without_room_between_its_items_is_read_too() -> None:
    text = json.dumps([address(number) for number in range(MANY)], separators=(",", ":"))
    assert len(decode_list(text.encode(), converters.to_public_ip).items) == MANY


def test_text_like_end_of_item_does_not_end_it() -> None:
    items = [{"id": "a", "name": '"}, {' * 40_000}, *({"id": f"p-{n}"} for n in range(MANY))]
    listing = decode_list(json.dumps(items).encode(), converters.to_pool)
    assert len(listing.items) == MANY + 1


@pytest.mark.parametrize("cut", [100_000, -1, -2, -50])
def test_long_list_that_is_cut_off_is_bad_body(cut: int) -> None:
    with pytest.raises(MalformedResponse, match="cut off"):
        decode_list(body(range(MANY))[:cut], converters.to_public_ip)


def test_text_after_long_list_is_malformed() -> None:
    with pytest.raises(MalformedResponse):
        decode_list(body(range(MANY)) + b"]", converters.to_public_ip)


def test_bad_item_of_long_list_is_named_by_its_place() -> None:
    items = [address(number) for number in range(MANY)]
    items[1500]["status"] = 5
    listing = decode_list(json.dumps(items).encode(), converters.to_public_ip)
    assert len(listing.items) == MANY - 1
    assert listing.skipped[0].startswith("$[1500].status")


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), unique=True, max_size=60), st.randoms())
def test_items_that_moved_came_or_went_leave_all_others_very_same(
    numbers: list[int], random: object
) -> None:
    before = decode_list(body(range(40)), converters.to_public_ip).items
    known = {item.id: item for item in before}
    after = decode_list(body(numbers), converters.to_public_ip, before).items
    assert [item.id for item in after] == [f"ip-{number}" for number in numbers]
    assert all(item is known[item.id] for item in after if item.id in known)


def test_cached_items_are_decoded_again_for_their_json() -> None:
    before = [PublicIP(id="ip-1", status="ACTIVE")]
    after = decode_list(body([1]), converters.to_public_ip, before).items
    assert json.loads(after[0].raw) == address(1)


def test_memberships_of_one_server_share_what_they_say_of_it() -> None:
    first, second = decode_list(body([7, 7]), converters.to_public_ip).items
    assert first.server is second.server
    renamed = json.dumps([address(7, "db")]).encode()
    assert decode_list(renamed, converters.to_public_ip).items[0].server != first.server


async def test_others_have_their_turn_while_long_list_is_decoded() -> None:
    decoded: list[int] = [0]
    most = 0

    def counting(data: bytes, sent: object = None) -> LoadBalancerPool:
        decoded[0] += 1
        return converters.to_pool(data)

    async def others() -> None:
        nonlocal most
        while True:
            before = decoded[0]
            await asyncio.sleep(0)
            most = max(most, decoded[0] - before)

    pools = [{"id": f"p-{number}", "name": "x"} for number in range(MANY)]
    looking = asyncio.create_task(others())
    await decode_list_in_slices(json.dumps(pools).encode(), counting)
    looking.cancel()
    assert decoded[0] == MANY
    assert 0 < most <= decoding._RECORDS_PER_STEP


async def test_long_list_is_published_in_parts_from_its_start() -> None:
    collected: list[Sequence[PublicIP]] = []
    listing = await decode_list_in_slices(
        body(range(MANY)), converters.to_public_ip, on_partial=collected.append
    )
    assert len(listing.items) == MANY
    records = tuple(chain.from_iterable(collected))
    assert records == listing.items[: len(records)]
    assert len(records) > MANY - decoding.BATCH - decoding._RECORDS_PER_STEP
    assert (
        decoding.FIRST_BATCH
        <= len(collected[0])
        < decoding.FIRST_BATCH + decoding._RECORDS_PER_STEP
    )
    assert len(collected) > 2
    assert all(len(some) >= decoding.BATCH for some in collected[1:])
