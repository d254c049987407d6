"""What needs attention: the one place with the rules that say what is wrong and what to do next.

Every rule looks at one resource of a picture and gives findings: how bad it is, what it is about,
what is wrong in words, and the next step. The console's start view, its `!` filter and its
header's count, and `rcv3-tui status` all read these.

How to use it:

- `find(snapshot, now)` gives every finding of a picture, the worst first. `usual` and `since` make
  "longer than usual" exact where a history of observed status changes is at hand.
- `Watch` keeps the same answer true from picture to picture by their diffs, without looking at
  rows that did not change, and tells at once whether a row needs attention.
- `worst(findings)` gives the severity that an exit code can go by. `Severity.NOTE` is worth a mark
  and costs nobody's sleep; the others need somebody.

Both are in `rcv3_tui.model.attention.watch`, which is imported when there is a picture to judge.

A resource that moves is not a finding; one that moves for longer than usual is.
"""

from __future__ import annotations

from rcv3_tui.model.attention.findings import Finding, Row, Rule, Severity, in_order, worst
from rcv3_tui.model.attention.usual import DEFAULTS, Usual

__all__ = [
    "DEFAULTS",
    "Finding",
    "Row",
    "Rule",
    "Severity",
    "Usual",
    "in_order",
    "worst",
]
