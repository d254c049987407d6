"""The filter language, as one grammar for the console and for `rcv3-tui status --filter`.

A filter consists of terms separated by spaces; all of them have to match:

    word            the text is anywhere in the row, ignoring case
    "two words"     the same for a text with spaces or special characters
    ~word           the letters occur in this order in one of the row's texts
    /regex/         a regular expression, ignoring case; it may contain spaces
    field:word      the same four in one field only: field:"two words" field:~word field:/regex/
    field:none      the field has no value
    age:<2h         times: younger or older than; s m h d w y, also together (1h30m), < <= > >=
    nodes:>=2       numbers: < <= > >= = or the number alone
    !term           the term does not match

A term about a field that has not been read (`Partial`) matches neither with nor without `!`:
`Filter.evaluate` returns None, and the caller counts such rows. A word without a field is searched
in the fields that have been read.

`parse_filter(text, known=FIELDS_OF[kind])` returns a `Filter`, or None for a filter that every row
passes; `Filter.passes(fields, now)` checks one row. A row is a mapping of field names to values
(`Fields`), made by `server_fields` and the other functions of `fields`. An unfinished term - a lone
`!`, a field without its word, `age:<2` before its unit - is ignored, so that a filter that is being
typed never hides all rows. A mistake is a `FilterError` with the column.
"""

from __future__ import annotations

from rcv3_tui.model.filters.comparisons import FilterError
from rcv3_tui.model.filters.fields import (
    CHANGE_FIELDS,
    FIELDS_OF,
    FINDING_FIELDS,
    OPERATION_FIELDS,
    Fields,
    FieldType,
    Partial,
    Value,
    change_fields,
    finding_fields,
    network_fields,
    node_fields,
    operation_fields,
    pool_fields,
    public_ip_fields,
    server_fields,
    unread_pool_names,
)
from rcv3_tui.model.filters.parser import (
    NONE,
    Filter,
    Row,
    SearchedText,
    parse_filter,
    searched_text,
)

__all__ = [
    "CHANGE_FIELDS",
    "FIELDS_OF",
    "FINDING_FIELDS",
    "NONE",
    "OPERATION_FIELDS",
    "FieldType",
    "Fields",
    "Filter",
    "FilterError",
    "Partial",
    "Row",
    "SearchedText",
    "Value",
    "change_fields",
    "finding_fields",
    "network_fields",
    "node_fields",
    "operation_fields",
    "parse_filter",
    "pool_fields",
    "public_ip_fields",
    "searched_text",
    "server_fields",
    "unread_pool_names",
]
