"""The text exposition format of Prometheus, for node_exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterable

from rcv3_tui.status.metrics import Metric, Sample


def render(metrics: Iterable[Metric]) -> str:
    """Return metrics as text; every line ends in a line feed.

    Args:
        metrics: The metrics; one without a figure is left out.
    """
    return "".join(
        f"# HELP {metric.name} {_escaped_help(metric.help)}\n"
        f"# TYPE {metric.name} gauge\n"
        + "".join(_line(metric.name, sample) for sample in metric.samples)
        for metric in metrics
        if metric.samples
    )


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in sample.labels)
    return f"{name}{{{labels}}} {sample.value:.12g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _escaped_help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
