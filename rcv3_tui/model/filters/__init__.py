"""The filter language, as one grammar for the console and for `rcv3-tui status --filter`.

A filter is made of terms apart by spaces; all of them have to hold:

    word            the text is somewhere in the row, letter case aside
    "two words"     the same for a text with spaces or signs of this language in it
    ~word           the letters come in this order in one of the row's texts
    /regex/         a regular expression, letter case aside; it may hold spaces
    field:word      the same four, in one field only: field:"two words" field:~word field:/regex/
    age:<2h         times: younger or older than; s m h d w y, also together (1h30m), < <= > >=
    nodes:>=2       numbers: < <= > >= = or the number alone
    !term           leaves out what the term finds

How to use it: `parse_filter(text, known=FIELDS_OF[part])` gives a `Filter`, or None for a filter
that every row passes; `Filter.passes(fields, now)` asks about one row. A row is a mapping of
field name to value (`Fields`); `server_fields` and its sisters in `fields` make it. What is not
finished yet - a lone `!`, a field without its word, `age:<2` before its unit - is left out, so a
filter that is being typed never hides all rows. A mistake is a `FilterError`, with the column.
"""

from __future__ import annotations

from rcv3_tui.model.filters.errors import FilterError
from rcv3_tui.model.filters.fields import (
    FIELDS_OF,
    FINDING_FIELDS,
    OPERATION_FIELDS,
    Fields,
    FieldType,
    Value,
    fields_in,
    finding_fields,
    network_fields,
    node_fields,
    operation_fields,
    pool_fields,
    public_ip_fields,
    server_fields,
)
from rcv3_tui.model.filters.language import Filter, parse_filter

__all__ = [
    "FIELDS_OF",
    "FINDING_FIELDS",
    "OPERATION_FIELDS",
    "FieldType",
    "Fields",
    "Filter",
    "FilterError",
    "Value",
    "fields_in",
    "finding_fields",
    "network_fields",
    "node_fields",
    "operation_fields",
    "parse_filter",
    "pool_fields",
    "public_ip_fields",
    "server_fields",
]
