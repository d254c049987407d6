"""The values of a row by name, for programs that an operator runs on it.

Names are those of `status -c` and of the filter language. Where both have one, addresses come from
the filter, whose values distinguish "not read yet" from "none".
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters.fields import FIELDS_OF, OTHER_NAMES, Partial
from rcv3_tui.views.export import plain_text
from rcv3_tui.views.field import UnreadPools
from rcv3_tui.views.registry import view_of_kind
from rcv3_tui.views.rows import AnyRow

_FROM_FILTER = frozenset({"ip", "private", "public", "region"})
"""Names whose values come from the filter, also where the view has a field of that name."""

_SHORT_NAMES = {"private_ip": "private", "public_ip": "public"}

_OWN_NAMES: Mapping[ResourceKind, Mapping[str, str]] = {
    # The filter finds an address without a server as "unassigned", and a pool by its port.
    ResourceKind.PUBLIC_IPS: {"name": "server"},
    ResourceKind.NODES: {"name": "server"},
    ResourceKind.POOLS: {"ip": "address"},
}


class FieldValue(Struct, frozen=True):
    """The value of a field of a row, as a text for a program."""

    text: str
    """Empty: there is none, or it is not known."""
    is_unread: bool = False
    """It has not been read yet."""


def placeholder_names(kind: ResourceKind) -> frozenset[str]:
    """Return the names of the values that rows of a kind have."""
    names = {field.name for field in view_of_kind(kind).fields} | set(FIELDS_OF[kind])
    others = {**OTHER_NAMES, **_SHORT_NAMES}
    return frozenset(names | {name for name, target in others.items() if target in names})


def field_value(
    row: AnyRow, kind: ResourceKind, name: str, unread_pools: UnreadPools
) -> FieldValue:
    """Return a value of a row.

    Args:
        row: The row.
        kind: What it shows.
        name: One of `placeholder_names`.
        unread_pools: Returns the pools of a region whose nodes have not been read.
    """
    view = view_of_kind(kind)
    name = _SHORT_NAMES.get(name, name)
    name = _OWN_NAMES.get(kind, {}).get(name, name)
    has_field = any(field.name == name for field in view.fields)
    has_filter = name in FIELDS_OF[kind]
    if not has_field and not has_filter:
        return field_value(row, kind, OTHER_NAMES[name], unread_pools)
    searched = view.filter_values(row, unread_pools)
    if has_filter and (name in _FROM_FILTER or not has_field):
        found = searched.get(name)
        if isinstance(found, Partial):
            return FieldValue("", is_unread=True)
        if name == "ip" and isinstance(found, tuple):
            return FieldValue(found[0] if found else "")
        return FieldValue(plain_text(found, separator=","))
    value = view.field(name).value(row)
    may_be_partial = value is None or isinstance(value, tuple)
    is_unread = may_be_partial and isinstance(searched.get(name), Partial)
    return FieldValue("" if is_unread else plain_text(value, separator=","), is_unread)
