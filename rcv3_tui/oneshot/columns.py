"""What a column is: its name, where its value comes from, and how much it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase
from rcv3_tui.oneshot.asked import NotPossible
from rcv3_tui.oneshot.listing import Value
from rcv3_tui.oneshot.reading import RegionReader

ItemT = TypeVar("ItemT", Server, PublicIP, LoadBalancerPool, PoolNode, CloudNetwork)

NOTHING: frozenset[Part] = frozenset()


class Column(Struct, Generic[ItemT], frozen=True):
    """One column of a noun."""

    name: str
    """What it is called on the command line and in CSV."""
    label: str
    """What it is called above a table."""
    value: Callable[[RegionReader, ItemT], Value]
    field: str = ""
    """Where the API has it, as a path: `cloud_server.name`; empty: worked out from several."""
    usual: bool = True
    """It is in the table without being asked for."""
    needs: frozenset[Part] = NOTHING
    """What has to be read for it besides the noun's own list."""
    phase: Callable[[ItemT], Phase] | None = None
    """The life cycle that its colour and sign on a terminal come from."""
    note: Callable[[ItemT, datetime], str] = lambda item, now: ""
    """What a terminal shows behind the value: how long it has been moving."""
    is_age: bool = False
    """The value is a moment, and what is shown is how long ago that was."""
    right: bool = False
    rank: int = 5
    """On a terminal that is too narrow, columns of the highest rank go first."""
    least: int = 8
    """Cells that it needs to say anything."""


def choose(
    noun: str, columns: Sequence[Column[ItemT]], names: Sequence[str]
) -> tuple[Column[ItemT], ...]:
    """Find the columns that were asked for.

    Args:
        noun: For the message.
        columns: All there are.
        names: As typed: names of columns or of the API's fields.

    Returns:
        The columns in the order asked for.

    Raises:
        NotPossible: There is no such column; the text has the nearest one.
    """
    by_name = {column.field.casefold(): column for column in columns if column.field}
    by_name.update({column.name: column for column in columns})
    chosen: list[Column[ItemT]] = []
    for name in (name.strip() for name in names):
        column = by_name.get(name.casefold()) or by_name.get(name.casefold().replace("-", "_"))
        if column is None:
            from rcv3_tui.spelling import nearest, shown

            near = nearest(name.casefold(), by_name)
            known = ", ".join(column.name for column in columns)
            raise NotPossible(
                f"-c: {noun} have no column {shown(name)}"
                + (f'; did you mean "{near}"?' if near else f"; there are {known}")
            )
        chosen.append(column)
    return tuple(dict.fromkeys(chosen))


Natural = tuple[str | int, ...]
"""A text taken apart into words and numbers, to be ordered by."""

_DIGITS = re.compile(r"([0-9]{1,18})")


def natural(text: str | None) -> Natural:
    """Give what names are ordered by: `web-2` before `web-10`, letter case aside."""
    parts = _DIGITS.split((text or "").casefold())
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))
