"""JSON as toned lines: laid out, spelled as the service spelled it, safe to draw."""

from __future__ import annotations

import json
import re

from rcv3_tui.model.text import clean
from rcv3_tui.tui.screens.lines import Line, Span

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)'
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
    r"|(?P<constant>\b(?:true|false|null)\b)"
)
_INDENT = 2


def json_lines(raw: bytes) -> list[Line]:
    """Lay out JSON in lines.

    Args:
        raw: As the service sent it; what is not JSON is shown as it is.

    Returns:
        Lines with the tones `key`, `string`, `number` and `constant`.
    """
    text = raw.decode("utf-8", "replace")
    try:
        text = json.dumps(json.loads(text), indent=_INDENT, ensure_ascii=False)
    except (ValueError, RecursionError):
        return [Line(clean(line)) for line in text.splitlines()]
    return [_toned(clean(line)) for line in text.split("\n")]


def _toned(text: str) -> Line:
    spans = tuple(
        Span(found.start(), found.end(), found.lastgroup)
        for found in _TOKEN.finditer(text)
        if found.lastgroup is not None
    )
    indent = len(text) - len(text.lstrip(" "))
    return Line(text, spans, hang=indent + _INDENT)
