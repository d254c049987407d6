"""The results of measurements, as values, as a table and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct, to_builtins


class Figure(Struct, frozen=True):
    """One row: a value, its reference and its goal."""

    row: str
    """The name of the benchmark, as in `--only`."""
    figure: str
    this: float
    unit: str
    reference: float | None = None
    what: str = ""
    """What the reference is."""
    goal: float | None = None
    """The largest allowed ratio; without a reference, the largest allowed value."""
    processor: float | None = None
    """The ratio of processor time, which other work on the machine disturbs less."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return the value divided by the reference."""
        return self.this / self.reference if self.reference else None

    @property
    def is_reached(self) -> bool | None:
        """Return whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return (self.this if self.ratio is None else self.ratio) <= self.goal


def median(values: Iterable[float | None]) -> float:
    """Return the median of the known values; NaN if there are none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else float("nan")


def percentile(values: Iterable[float | None], share: float) -> float:
    """Return the value that a share of the known values do not exceed."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return float("nan")
    return known[min(len(known) - 1, int(share * len(known)))]


_HEADS = ("figure", "this", "reference", "ratio", "goal", "", "CPU ratio")


def table(figures: Sequence[Figure]) -> str:
    """Return figures as a text table."""
    rows = [_HEADS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column in (0, 2, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio, reached = figure.ratio, figure.is_reached
    unit = "" if figure.reference is None else " x"
    return (
        figure.figure,
        f"{_number(figure.this)} {figure.unit}".rstrip(),
        ""
        if figure.reference is None
        else f"{_number(figure.reference)} {figure.unit} {figure.what}".rstrip(),
        "" if ratio is None else f"{ratio:.2f}",
        "" if figure.goal is None else f"<= {figure.goal:g}{unit}",
        "" if reached is None else "ok" if reached else "MISSED",
        "" if figure.processor is None else f"{figure.processor:.2f}",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write figures to a JSON file."""
    shown = [{**to_builtins(f), "ratio": f.ratio, "is_reached": f.is_reached} for f in figures]
    path.write_text(json.dumps(shown, indent=1) + "\n")
