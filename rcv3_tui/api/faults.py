"""From an answer that is not a success to the error of the tree that it stands for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from rcv3_tui.api import errors
from rcv3_tui.api.dates import http_date
from rcv3_tui.model.text import clean
from rcv3_tui.settings import Secret

LONGEST = 300
"""Characters of a service's text that are kept."""

_MOST_TEXTS = 500
_SHORTEST_SECRET = 6
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_REQUEST_ID = re.compile(rf"Request Id:\s*({_UUID.pattern})", re.IGNORECASE)
_NAMED_SECRET = re.compile(
    r"(x-(?:auth|subject)-token|tokens?|api[-_ ]?key|pass(?:word|code)|secret)"
    r"(\"?'?\s*[:=]\s*\"?'?)[^\s\"',;}&<]+",
    re.IGNORECASE,
)
_LONG_RUN = re.compile(r"[A-Za-z0-9_=+-]{24,}")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|!--|html|head|body|title|h1|p|div)\b", re.IGNORECASE
)
_SPEAKS_OF_LIMITS = re.compile(
    r"limit|\brates?\b|\brequests\b|too many|throttl|quota", re.IGNORECASE
)
_SPEAKS_OF_RETAINED = re.compile(r"retain", re.IGNORECASE)
_REQUEST_ID_HEADERS = ("x-compute-request-id", "x-openstack-request-id", "x-request-id")


def safe_text(text: str, longest: int = LONGEST) -> str:
    """Make a service's words fit to be shown: no controls, nothing like a token, not too long.

    Args:
        text: As the service sent it.
        longest: How many characters may stay.

    Returns:
        One line.
    """
    line = " ".join(text[: longest * 8].split())
    line = _NAMED_SECRET.sub(r"\1\2[removed]", line)
    line = _LONG_RUN.sub(_drop_token, line)
    line = clean(line)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _drop_token(found: re.Match[str]) -> str:
    run = found.group()
    rest = _UUID.sub("", run)
    # Hexadecimal and such in one piece, or base64: long names have neither.
    pieces = [piece for piece in re.split(r"[-_]", rest) if len(piece) >= 24]
    solid = any(sum(c.isdigit() for c in piece) >= 3 for piece in pieces)
    mixed = len(rest) >= 32 and re.search(r"[a-z]", rest) and re.search(r"[A-Z]", rest)
    return "[removed]" if solid or (mixed and re.search(r"\d", rest)) else run


def without(body: bytes, *secrets: Secret | None) -> bytes:
    """Take secrets that a service sent back out of what it said.

    Args:
        body: An error's body.
        secrets: What was sent with the request; texts too short to be told apart stay.

    Returns:
        The body without them.
    """
    for secret in secrets:
        if secret is not None and len(secret.reveal()) >= _SHORTEST_SECRET:
            body = body.replace(secret.reveal().encode(), b"[removed]")
    return body


def texts_of(body: bytes) -> tuple[str, ...]:
    """Read every text of an error's body, whatever its Content-Type says.

    The order of trying is that of the RackConnect API reference, section 9.

    Args:
        body: The answer's bytes.

    Returns:
        The texts, safe to show; nothing when there is none.
    """
    raw = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not raw:
        return ()
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        text = raw.decode("utf-8", "replace")
        found: tuple[str, ...] = (_html_text(text) if _LOOKS_LIKE_HTML.match(text) else text,)
    else:
        found = tuple(_texts_of_value(value))
    safe = (safe_text(text.strip().strip("\"'")) for text in found[:_MOST_TEXTS])
    return tuple(text for text in safe if text)


def _texts_of_value(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield _html_text(value) if _LOOKS_LIKE_HTML.match(value) else value
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of_value(item)
    elif isinstance(value, dict):
        several = value.get("errors")
        if isinstance(several, list) and several:
            for item in several:
                yield from _texts_of_value(item)
        elif text := _fault_text(value):
            yield text


def _fault_text(value: Mapping[str, object]) -> str:
    for inner in value.values():
        if isinstance(inner, dict) and (text := _own_text(inner)):
            return text
    if text := _own_text(value):
        return text
    error = value.get("error")
    return error if isinstance(error, str) else ""


def _own_text(value: Mapping[str, object]) -> str:
    message = value.get("message")
    if isinstance(message, str) and message.strip():
        return message
    parts = [value.get("title"), value.get("description")]
    worded = [part for part in parts if isinstance(part, str) and part.strip()]
    if worded:
        return ": ".join(worded)
    details = value.get("details")
    return details if isinstance(details, str) else ""


def _html_text(text: str) -> str:
    import html  # only outage pages need it

    for form in (_TITLE, _HEADING):
        if (found := form.search(text)) and (title := _TAG.sub(" ", found.group(1)).strip()):
            return html.unescape(title)
    return html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))


def status_phrase(status: int) -> str:
    """Give the words that HTTP has for a status."""
    from http import HTTPStatus  # only errors need it

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def request_id_of(headers: Mapping[str, str], texts: tuple[str, ...]) -> str | None:
    """Find the service's id of a request.

    RackConnect writes it into the text of a 500 (reference, section 7), Cloud Servers into a
    header (section 8.5).

    Args:
        headers: The answer's headers; looked up without regard to case.
        texts: The texts of its body.

    Returns:
        The id, None where there is none.
    """
    for name in _REQUEST_ID_HEADERS:
        if value := headers.get(name):
            return safe_text(value, 80)
    for text in texts:
        if found := _REQUEST_ID.search(text):
            return found.group(1)
    return None


def retry_after_of(headers: Mapping[str, str], body: bytes, now: datetime) -> float | None:
    """Read how long the service wants to be left alone.

    Args:
        headers: `Retry-After` in seconds or as a date.
        body: `retryAt` of a Cloud Servers overLimit fault is the same as a time (section 8.5).
        now: The service's time of day.

    Returns:
        Seconds, never less than 0; None when it does not say.
    """
    header = (headers.get("retry-after") or "").strip()
    if header:
        try:
            seconds = float(header)
        except ValueError:
            pass
        else:
            return max(0.0, seconds) if math.isfinite(seconds) else None
        try:
            return _seconds_until(http_date(header), now)
        except ValueError:
            return None
    if found := re.search(rb'"retryAt"\s*:\s*"([^"]{1,40})"', body):
        try:
            return _seconds_until(datetime.fromisoformat(found.group(1).decode()), now)
        except ValueError:
            return None
    return None


def _seconds_until(moment: datetime, now: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def error_for(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    operation: str,
    target: str,
    now: datetime,
) -> errors.ApiError:
    """Build the error that an answer stands for.

    Args:
        status: The answer's status, not a 2xx.
        headers: Its headers.
        body: Its body.
        operation: What was tried.
        target: What it was tried on.
        now: The service's time of day, for a Retry-After that is a date.

    Returns:
        The narrowest error of the tree, to be raised.
    """
    texts = texts_of(body)
    message = texts[0] if len(texts) == 1 else safe_text("; ".join(texts))
    message = message or status_phrase(status)
    error: errors.ApiError
    if _is_throttling(status, headers, body, texts):
        retry_after = retry_after_of(headers, body, now)
        is_certain = status != 403 or bool(texts) or retry_after is not None
        error = errors.Throttled(message, retry_after=retry_after, is_certain=is_certain)
    elif status in (409, 422):
        # Imported here: only changes meet it.
        from rcv3_tui.api.conflicts import parse_conflict

        texts = texts or (message,)
        error = errors.Conflict(texts, tuple(parse_conflict(text) for text in texts))
    else:
        error = _kind_of(status)(message)
    error.operation = operation
    error.target = target
    error.status = status
    error.request_id = request_id_of(headers, texts)
    return error


def _is_throttling(
    status: int, headers: Mapping[str, str], body: bytes, texts: tuple[str, ...]
) -> bool:
    """Tell whether an answer means "too fast" (RackConnect API reference, section 7)."""
    if status in (413, 429):
        return True
    if status == 503:
        return "retry-after" in headers
    if status != 403:
        return False
    if not body.strip() or "retry-after" in headers:
        return True
    return any(
        _SPEAKS_OF_LIMITS.search(text) and not _SPEAKS_OF_RETAINED.search(text) for text in texts
    )


def _kind_of(status: int) -> type[errors.ApiError]:
    exact: dict[int, type[errors.ApiError]] = {
        401: errors.TokenRefused,
        403: errors.Forbidden,
        404: errors.NotFound,
        405: errors.NotSupported,
        # A gateway that gave up waiting says nothing about what the service did.
        408: errors.ServerFault,
        410: errors.NotFound,
        501: errors.NotSupported,
    }
    if status in exact:
        return exact[status]
    if status >= 500:
        return errors.ServerFault
    return errors.BadRequest if status >= 400 else errors.BadBody
