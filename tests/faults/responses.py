"""Every response other than the documented success, before, after and long before its change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rcv3_tui.api.http_client import total_timeout
from rcv3_tui.simulator import Fault, messages
from tests.faults.cases import (
    ADD_NODE,
    REMOVE_NODE,
    REMOVE_NODES,
    Case,
)
from tests.faults.stage import TIMEOUT
from tests.faults.verdicts import DONE, REFUSED, UNKNOWN

Maker = Callable[..., Fault]

WHOLE_CALL: Final = total_timeout(TIMEOUT) or 0.0
"""Seconds after which a client gives an answer up."""

_JOB: Final = '{"id": "11111111-2222-4333-8444-555555555555", "status": "QUEUED"}'


def _status(code: int, body: str | None = None, **headers: str) -> Maker:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda **on: Fault.status(code, body=body, headers=named, **on)


def _html(code: int, title: str) -> Maker:
    return lambda **on: Fault.html(code, title, **on)


TRANSIENT: Final[Mapping[str, Maker]] = {
    "drop": Fault.drop,
    "timeout": lambda **on: Fault.silence(10 * WHOLE_CALL, **on),
    "401": _status(401),
    "403-limit": _status(403),
    "403-role": _status(403, "Access was denied to this resource."),
    "413": _status(413, Retry_After="5"),
    "429": _status(429, Retry_After="5"),
    "429-without-a-time": _status(429),
    "500": _status(500),
    "502": _html(502, "Bad Gateway"),
    "503": _status(503),
    "503-retry-after": _status(503, Retry_After="5"),
    "504": _html(504, "Gateway Timeout"),
    "408": _status(408),
    "200-html": _html(200, "Maintenance"),
    "200-cut-off": _status(200, '{"id": "'),
    "200-wrong-shape": _status(200, '{"unexpected": true}'),
}
"""What does not say that the service will not do it."""

FINAL: Final[Mapping[str, Maker]] = {
    "302": _status(302, "", Location="https://example.com/"),
    "400": _status(400, messages.BAD_FORMAT),
    "404": _status(404, ""),
    "404-html": _html(404, "Not Found"),
    "405": _status(405, ""),
    "409-unknown": _status(409, "The moon is not in an ACTIVE state"),
    "415": _status(415, ""),
    "422": _status(422, "unprocessable"),
    "501": _status(501, ""),
}
"""What may say so, or come from a gateway."""

TAKEN: Final[Mapping[str, Maker]] = {
    "202-empty": _status(202, ""),
    "202-job": _status(202, _JOB),
    "202-null": _status(202, "null"),
}
"""The documented success, with less in it than documented."""

WHENS: Final = ("before", "after", "late-3s", "late-10s")
"""When the service carries the request out: not at all, before its answer, or seconds after it."""


@dataclass(frozen=True)
class Answer:
    """One answer at one time."""

    name: str
    when: str
    make: Maker
    ends: tuple[str, ...]
    most_sends: int

    def fault(self, method: str, path: str) -> Fault:
        """Make the fault that gives the answer once."""
        fault = self.make(method=method, path=path, times=1, after=self.when == "after")
        if self.when.startswith("late"):
            seconds = float(self.when.removeprefix("late-").removesuffix("s"))
            waited = WHOLE_CALL if self.name == "timeout" else 0.0
            fault = fault.applied_late(waited + seconds)
        return fault

    @property
    def is_applied(self) -> bool:
        """Whether the request that is answered so is carried out at some time."""
        return self.when != "before"


def answers_of(case: Case) -> Iterator[Answer]:
    """Give every answer at every time, with what has to come of it."""
    for when in WHENS:
        for name, make in {**TRANSIENT, **FINAL, **TAKEN}.items():
            ends: tuple[str, ...] = (DONE,)
            sends = 1
            if when == "before":
                ends, sends = _not_applied(case, name)
            yield Answer(name, when, make, ends, sends)


def _not_applied(case: Case, name: str) -> tuple[tuple[str, ...], int]:
    """Say how an operation ends whose request was not carried out, after how many requests."""
    # What the answer to a removal holds does not matter.
    if name in TAKEN or (name == "200-wrong-shape" and case.method == "DELETE"):
        return (REFUSED, UNKNOWN), 1
    bulk_removal = case is REMOVE_NODES
    if name in TRANSIENT:
        broken = name in {"500", "502", "503", "504", "408"}
        return (DONE,), 4 if bulk_removal and broken else 2
    if name in ("404", "404-html") and case.method == "DELETE":
        return (DONE,), 4 if bulk_removal else 2
    if name in ("400", "415") and bulk_removal:
        return (DONE,), 4
    if name in ("405", "501") and case in (ADD_NODE, REMOVE_NODE, REMOVE_NODES):
        return (DONE,), 4 if bulk_removal else 2
    if name == "302":
        # No such answer is documented: it is looked up like any that cannot be read.
        return (DONE,), 2
    return (REFUSED,), 1
