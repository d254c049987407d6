"""Diagnostics: the rules that say what needs attention in an account, and what to do next.

Each rule checks one resource of a snapshot and returns findings: their severity, their subject,
the problem in words and the next step. The start view of the console, its `!` filter, the count
in its header and `rcv3-tui status` all use these findings.

- `diagnose(snapshot, now)` returns every finding of a snapshot, the worst first. `thresholds` and
  `since` make "longer than usual" exact if status changes of the account were recorded.
- `DiagnosticsIndex` keeps the same answer up to date by the deltas between snapshots, without
  checking resources that did not change.
- `worst(findings)` returns the severity that decides an exit code. A `Severity.NOTE` needs no
  action; the others do.

The first two are in `rcv3_tui.model.diagnostics.index`, which is imported with the first snapshot.

A resource in transition is no finding unless its transition takes longer than usual.
"""

from __future__ import annotations

from rcv3_tui.model.diagnostics.findings import (
    Finding,
    ResourceRef,
    Rule,
    Severity,
    sort_findings,
    worst,
)
from rcv3_tui.model.diagnostics.thresholds import DEFAULTS, TransitionThresholds

__all__ = [
    "DEFAULTS",
    "Finding",
    "ResourceRef",
    "Rule",
    "Severity",
    "TransitionThresholds",
    "sort_findings",
    "worst",
]
