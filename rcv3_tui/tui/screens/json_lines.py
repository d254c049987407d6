"""JSON as styled lines: indented, with the service's spelling, safe to draw."""

from __future__ import annotations

import json
import re

from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.tui.widgets.styled_lines import Span, StyledLine

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)'
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
    r"|(?P<constant>\b(?:true|false|null)\b)"
)
_INDENT = 2


def json_lines(raw: bytes) -> list[StyledLine]:
    """Return JSON as indented lines.

    Args:
        raw: The service's JSON; invalid JSON is shown unchanged.

    Returns:
        Lines with the tones `key`, `string`, `number` and `constant`.
    """
    text = raw.decode("utf-8", "replace")
    try:
        text = json.dumps(json.loads(text), indent=_INDENT, ensure_ascii=False)
    except (ValueError, RecursionError):
        return [StyledLine(escape_controls(line)) for line in text.splitlines()]
    return [_toned(escape_controls(line)) for line in text.split("\n")]


def _toned(text: str) -> StyledLine:
    spans = tuple(
        Span(found.start(), found.end(), found.lastgroup)
        for found in _TOKEN.finditer(text)
        if found.lastgroup is not None
    )
    indent = len(text) - len(text.lstrip(" "))
    return StyledLine(text, spans, hang=indent + _INDENT)
