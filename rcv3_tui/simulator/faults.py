"""Fault injection: which requests fail, how often, and in what way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

FaultKind = Literal["status", "drop", "cut_off", "wrong_shape", "silence"]
"""How a faulty request ends."""
FaultShape = Literal["object", "array", "null", "string", "bad_item"]
"""A body of the wrong shape; `bad_item` corrupts the first item of a list."""

_METHODS: Final = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"})
_STATUS_BODIES: Final[Mapping[int, str]] = {
    401: "Unauthorized",
    403: "Over the rate limit: 30 requests a minute are allowed.",
    413: '{"overLimit": {"code": 413, "message": "OverLimit Retry...", "details": "..."}}',
    429: "Too Many Requests",
    500: (
        "An unexpected error has occurred. Please contact Support for assistance.  "
        "Request Id: 7a1c0d8e-53a2-4b0f-9a55-0c7d5e1b2f43"
    ),
    503: "Service Unavailable",
}
_PAGE: Final = (
    "<html><head><title>{status} {title}</title></head>"
    "<body><center><h1>{status} {title}</h1></center><hr></body></html>"
)


class DroppedConnectionError(ConnectionError):
    """Raised to a client in the same process in place of a broken socket."""


@dataclass(frozen=True)
class Fault:
    """One fault, and the requests that it applies to.

    Created by the class methods; each takes the same four conditions:

    - `method`: such as POST; None for any.
    - `path`: a regular expression that matches within the path, without the query; "" for any.
    - `times`: the number of requests that fail; None for all.
    - `skip`: the number of matching requests that pass first.
    """

    kind: FaultKind
    method: str | None = None
    path: str = ""
    times: int | None = None
    skip: int = 0
    after: bool = False
    """True applies the request first, and corrupts only its response."""
    code: int = 500
    body: str = ""
    content_type: str = "text/plain;charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    shape: FaultShape = "object"
    seconds: float = 0.0
    late: float | None = None
    """Seconds after the response at which the request is applied all the same; None: never."""

    @classmethod
    def status(
        cls,
        code: int,
        *,
        body: str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        after: bool = False,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Respond with a status.

        Args:
            code: the status, such as 500 or 409.
            body: its text; None for the service's usual text with that status.
            content_type: None for JSON if the body starts like JSON, else plain text.
            headers: further headers, such as Retry-After.
            after: whether the request is applied all the same.
            method: see the class.
            path: see the class.
            times: see the class.
            skip: see the class.
        """
        text = _STATUS_BODIES.get(code, "") if body is None else body
        guessed = "application/json" if text.startswith(("{", "[")) else "text/plain"
        return cls(
            "status",
            method,
            path,
            times,
            skip,
            after,
            code,
            text,
            content_type or f"{guessed};charset=utf-8",
            tuple((headers or {}).items()),
        )

    @classmethod
    def throttle(
        cls,
        retry_after: float | str = 5,
        *,
        code: int = 429,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Respond with 429 (or 413, 503) and `Retry-After`; the request is not applied."""
        return cls.status(
            code,
            headers={"Retry-After": f"{retry_after}"},
            method=method,
            path=path,
            times=times,
            skip=skip,
        )

    @classmethod
    def forbidden(
        cls,
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Respond with 403 for a missing role."""
        text = "403 Forbidden: Access was denied to this resource."
        return cls.status(403, body=text, method=method, path=path, times=times, skip=skip)

    @classmethod
    def html(
        cls,
        code: int = 502,
        title: str = "Bad Gateway",
        *,
        after: bool = False,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Respond with a proxy's page; with code 200 it replaces the JSON."""
        page = _PAGE.format(status=code, title=title)
        return cls.status(
            code,
            body=page,
            content_type="text/html",
            after=after,
            method=method,
            path=path,
            times=times,
            skip=skip,
        )

    @classmethod
    def drop(
        cls,
        *,
        after: bool = False,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Close the connection without a response, before or after the request is applied."""
        return cls("drop", method, path, times, skip, after)

    @classmethod
    def cut_off(
        cls,
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Apply the request and send half of the response's body."""
        return cls("cut_off", method, path, times, skip, after=True)

    @classmethod
    def wrong_shape(
        cls,
        shape: FaultShape = "object",
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Apply the request and respond with JSON of another structure."""
        return cls("wrong_shape", method, path, times, skip, after=True, shape=shape)

    @classmethod
    def silence(
        cls,
        seconds: float,
        *,
        after: bool = False,
        method: str | None = None,
        path: str = "",
        times: int | None = None,
        skip: int = 0,
    ) -> Fault:
        """Delay the response, then continue as usual.

        Args:
            seconds: the delay; waited for by `Faults.sleep`.
            after: whether the request is applied before the delay.
            method: see the class.
            path: see the class.
            times: see the class.
            skip: see the class.
        """
        return cls("silence", method, path, times, skip, after, seconds=seconds)

    def applied_late(self, seconds: float) -> Fault:
        """Apply the request this many seconds after its response, or after its lack."""
        return replace(self, late=seconds)

    def matches(self, method: str, path: str) -> bool:
        """Return whether the fault applies to a request."""
        if self.method is not None and self.method.upper() != method.upper():
            return False
        return re.search(self.path, path) is not None


@dataclass(slots=True)
class _Armed:
    fault: Fault
    skip: int
    left: int | None


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


@dataclass
class Faults:
    """The enabled faults. The first one that matches a request applies to it."""

    sleep: Callable[[float], Awaitable[object]] = _sleep
    """Waits for a delay; tests replace it by one that takes no time."""
    drop_error: Callable[[], Exception] = lambda: DroppedConnectionError(
        "the connection was closed without an answer"
    )
    """Creates the exception of a client in the same process for a dropped connection."""
    happened: list[tuple[Fault, str, str]] = field(default_factory=list)
    """The applied faults: (fault, method, path)."""
    _armed: list[_Armed] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Enable faults."""
        self._armed.extend(_Armed(fault, fault.skip, fault.times) for fault in faults)

    def clear(self) -> None:
        """Disable all faults."""
        self._armed.clear()

    def __len__(self) -> int:
        """Return the number of faults that can still apply."""
        return sum(armed.left != 0 for armed in self._armed)

    def __bool__(self) -> bool:
        """Always true, even when no fault is enabled."""
        return True

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that applies to a request, and count it."""
        for armed in self._armed:
            if armed.left == 0 or not armed.fault.matches(method, path):
                continue
            if armed.skip > 0:
                armed.skip -= 1
                continue
            if armed.left is not None:
                armed.left -= 1
            self.happened.append((armed.fault, method, path))
            return armed.fault
        return None


def parse_fault(text: str) -> Fault:
    r"""Parse a fault from one line of words.

    The first word names the fault, the others select the requests, in any order::

        WHAT [METHOD] [/PATH] [xN] [skipN] [after | lateN]

    - `WHAT`: a status (`500`, `401`, `403`, `409`, `429`), `drop` (the connection is closed
      without a response), `cut` (half a body), `html` (502 with a proxy's page), `object`,
      `array`, `null`, `string` or `bad-item` (JSON of the wrong shape), `role` (403 for a missing
      role), `silence=SECONDS`.
    - `METHOD`: GET, POST, PATCH, DELETE; any when left out.
    - `/PATH`: a regular expression that matches within the path; begins with a slash.
    - `xN`: applies N times; without it, always.
    - `skipN`: the first N matching requests pass.
    - `after`: the request is applied, and the response is corrupted.
    - `lateN`: the response is corrupted, and the request is applied N seconds later.

    Examples::

        500 GET /public_ips x3
        drop POST /public_ips$ after x1
        silence=30 GET /load_balancer_pools
        429 skip5

    Args:
        text: the line.

    Returns:
        The fault.

    Raises:
        ValueError: a word is invalid; the message names it.
    """
    words = text.split()
    if not words:
        raise ValueError("a fault needs a first word, such as 500 or drop")
    fault = _what(words[0])
    for word in words[1:]:
        lowered = word.lower()
        if word.startswith("/"):
            try:
                re.compile(word)
            except re.error as error:
                raise ValueError(f"{word!r} is not a regular expression: {error}") from error
            fault = replace(fault, path=word)
        elif word.upper() in _METHODS:
            fault = replace(fault, method=word.upper())
        elif lowered == "after":
            fault = replace(fault, after=True)
        elif re.fullmatch(r"late\d+", lowered):
            fault = replace(fault, late=float(lowered[4:]))
        elif re.fullmatch(r"x\d+", lowered):
            fault = replace(fault, times=int(lowered[1:]))
        elif re.fullmatch(r"skip\d+", lowered):
            fault = replace(fault, skip=int(lowered[4:]))
        else:
            raise ValueError(
                f"{word!r} is no part of a fault (METHOD, /PATH, xN, skipN, after, lateN)"
            )
    return fault


def _what(word: str) -> Fault:
    lowered = word.lower()
    if re.fullmatch(r"[2-5]\d\d", lowered):
        code = int(lowered)
        return Fault.throttle(code=code) if code in {413, 429} else Fault.status(code)
    if match := re.fullmatch(r"silence=(\d+(?:\.\d+)?)s?", lowered):
        return Fault.silence(float(match[1]))
    simple: dict[str, Fault] = {
        "drop": Fault.drop(),
        "cut": Fault.cut_off(),
        "html": Fault.html(),
        "role": Fault.forbidden(),
        "object": Fault.wrong_shape("object"),
        "array": Fault.wrong_shape("array"),
        "null": Fault.wrong_shape("null"),
        "string": Fault.wrong_shape("string"),
        "bad-item": Fault.wrong_shape("bad_item"),
    }
    if lowered not in simple:
        raise ValueError(
            f"{word!r} is no kind of fault; there are a status such as 500, silence=SECONDS, "
            + ", ".join(simple)
        )
    return simple[lowered]
