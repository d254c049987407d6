"""What the service sent is kept small and given back word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.model.sent import TOGETHER, Bundle, Packer, Sent


@given(st.lists(st.binary(max_size=300), max_size=3 * TOGETHER))
def test_every_record_comes_back_byte_for_byte(records: list[bytes]) -> None:
    packer = Packer()
    kept = [packer.keep(record) for record in records]
    assert [sent.data for sent in kept] == records
    packer.finish()
    assert [sent.data for sent in kept] == records


def test_records_are_equal_where_their_bytes_are() -> None:
    packer = Packer()
    first, again, other = packer.keep(b"{}"), packer.keep(b"{}"), packer.keep(b"{ }")
    packer.finish()
    assert first == again == Sent.of(b"{}")
    assert hash(first) == hash(again)
    assert first != other
    assert first != b"{}"


def test_a_packed_bundle_takes_no_more() -> None:
    bundle = Bundle()
    sent = bundle.add(b"{}")
    bundle.pack()
    bundle.pack()
    assert sent.data == b"{}"
    with pytest.raises(ValueError, match="packed"):
        bundle.add(b"[]")
