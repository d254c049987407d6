"""Builds the error that a response without success means, with the service's messages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus

import msgspec

from rcv3_tui.api import errors
from rcv3_tui.api.conflicts import parse_conflict
from rcv3_tui.api.decoding import decode_lenient
from rcv3_tui.api.rate_limit import ONE_MINUTE
from rcv3_tui.api.redaction import UUID, redact, sanitize
from rcv3_tui.api.retry_after import parse_retry_after
from rcv3_tui.settings import Secret

_MAX_MESSAGES = 500
_MAX_BYTES = 64 * 1024
"""Bytes of an error's body that are searched for messages."""

_MAX_DEPTH = 12
"""Nesting depth of objects that are searched for messages."""

_MESSAGE_FIELDS = (
    "title",
    "message",
    "errormessage",
    "description",
    "errordescription",
    "detail",
    "details",
    "messagedetail",
    "exceptionmessage",
    "faultstring",
    "reason",
    "error",
    "errors",
)
"""Members that contain messages, in display order; without case and separators."""

_OTHER_FIELDS = frozenset(
    {
        "code",
        "errorcode",
        "faultcode",
        "status",
        "statuscode",
        "type",
        "exceptiontype",
        "instance",
        "stacktrace",
        "traceid",
        "timestamp",
        "created",
        "path",
        "href",
        "link",
        "links",
        "retryafter",
        "retryat",
        "xmlns",
    }
)
"""Members without messages."""

_BY_FIELD = frozenset({"errors", "modelstate"})
"""Members that may contain messages by the name of the wrong field."""

_REQUEST_ID = re.compile(rf"Request Id:\s*({UUID.pattern})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|!--|html|head|body|title|h1|p|div)\b", re.IGNORECASE
)
_LOOKS_LIKE_XML = re.compile(r"\s*<[a-z?][^<>]*>.*(?:</[^<>]+>|/>)\s*$", re.IGNORECASE | re.DOTALL)
_NAMES_THE_LIMIT = re.compile(
    r"\brate[-\s]?limit|\bover[-\s]?limit|\bthrottl|\btoo (?:many|fast)\b"
    r"|\blimit\w*\W+(?:\w+\W+){0,3}?(?:requests?|calls?|rate)\b"
    r"|\b(?:requests?|calls?|rate|quota)\W+(?:\w+\W+){0,3}?(?:limit\w*|exceeded|exhausted)\b"
    r"|\b(?:requests?|calls?)\W+(?:per|an?|each)\W+(?:second|minute|hour|day)\b",
    re.IGNORECASE,
)
_NAMES_A_PERMISSION = re.compile(
    r"\broles?\b|permi(?:t|ssion)|\bauthori[sz]|\bpolicy\b|\bprivileg|\bden(?:y|ied)\b|not allowed",
    re.IGNORECASE,
)
_REQUEST_ID_HEADERS = ("x-compute-request-id", "x-openstack-request-id", "x-request-id")


def extract_messages(body: bytes, *secrets: Secret | None) -> tuple[str, ...]:
    """Return every message in an error's body, whatever its Content-Type.

    The order is that of the RackConnect API reference, section 9. Names of members match in any
    letter case. An object without a known name yields all its strings, so that no message is lost.

    Args:
        body: The response's bytes.
        secrets: Secrets of the request, which must not be shown.

    Returns:
        The messages, safe to show; empty without any.
    """
    return _safe((text for text, _ in _messages_of(body, secrets)), secrets)


def _safe(texts: Iterable[str], secrets: tuple[Secret | None, ...]) -> tuple[str, ...]:
    """Make messages safe to show, without duplicates."""
    found: dict[str, None] = {}
    for text in texts:
        if safe := sanitize(redact(text, *secrets).strip().strip("\"'")):
            found[safe] = None
        if len(found) >= _MAX_MESSAGES:
            break
    return tuple(found)


def _messages_of(body: bytes, secrets: tuple[Secret | None, ...]) -> list[tuple[str, bool]]:
    """Return the messages of a body, and whether each is an item of an `errors` list."""
    raw = body[:_MAX_BYTES].removeprefix(b"\xef\xbb\xbf").strip()
    # Redacted before decoding, since a password may contain what looks like a tag, and after.
    text = redact(raw.decode("utf-8", "replace"), *secrets)
    try:
        value = decode_lenient(msgspec.json.decode, text.encode())
    except (msgspec.DecodeError, RecursionError):
        return [(_plain(text), False)] if text else []
    return list(_messages(value))


def _messages(
    value: object, *, is_item: bool = False, depth: int = 0
) -> Iterator[tuple[str, bool]]:
    """Yield the messages of decoded JSON, the outermost first."""
    if isinstance(value, str):
        yield _plain(value), is_item
    elif isinstance(value, list):
        for item in value:
            yield from _messages(item, is_item=is_item, depth=depth)
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        members = {_name(key): member for key, member in value.items()}
        own = [members[name] for name in _MESSAGE_FIELDS if isinstance(members.get(name), str)]
        text = ": ".join(dict.fromkeys(text.strip() for text in own if text.strip()))
        found = [(_plain(text), is_item)] if text else []
        for name, member in members.items():
            if name not in _OTHER_FIELDS and isinstance(member, dict | list):
                items = is_item or (name == "errors" and isinstance(member, list))
                if name in _BY_FIELD and isinstance(member, dict):
                    member = [_of_field(field, value) for field, value in member.items()]
                found += _messages(member, is_item=items, depth=depth + 1)
        if not found:
            texts = (members[name] for name in members if name not in _OTHER_FIELDS)
            found = [(_plain(text), is_item) for text in texts if isinstance(text, str)]
        yield from found


def _of_field(field: object, value: object) -> object:
    """Prefix messages with the name of the wrong field."""
    name = _name(field)
    if name in ("", *_MESSAGE_FIELDS) or (name in _OTHER_FIELDS and not isinstance(value, list)):
        return {field: value}
    if isinstance(value, list):
        return [f"{field}: {each}" if isinstance(each, str) else each for each in value]
    return f"{field}: {value}" if isinstance(value, str) else value


def _name(key: object) -> str:
    return re.sub(r"[\W_]", "", str(key)).lower()


def _plain(text: str) -> str:
    """Extract the text of a web page or of XML; any other text stays."""
    if _LOOKS_LIKE_HTML.match(text) or _LOOKS_LIKE_XML.match(text):
        return _html_text(text)
    return text


def _html_text(text: str) -> str:

    for form in (_TITLE, _HEADING):
        if (found := form.search(text)) and (title := _TAG.sub(" ", found.group(1)).strip()):
            return html.unescape(title)
    return html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))


def status_phrase(status: int) -> str:
    """Return HTTP's reason phrase for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def find_request_id(headers: Mapping[str, str], texts: tuple[str, ...]) -> str | None:
    """Return the service's id of a request.

    RackConnect writes it into the message of a 500 (reference, section 7), Cloud Servers into a
    header (section 8.5).

    Args:
        headers: The response's headers, by lower-case name.
        texts: The messages of its body.

    Returns:
        The id; None without one.
    """
    for name in _REQUEST_ID_HEADERS:
        if value := headers.get(name):
            return sanitize(value, 80)
    for text in texts:
        if found := _REQUEST_ID.search(text):
            return found.group(1)
    return None


def error_from_response(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    operation: str,
    target: str,
    now: datetime,
    secrets: tuple[Secret | None, ...] = (),
    limits_by_403: bool = True,
) -> errors.ApiError:
    """Return the error that a response means.

    Args:
        status: The response's status, not a 2xx.
        headers: Its headers.
        body: Its body.
        operation: What was tried.
        target: What it was tried on.
        now: The service's time of day, for a Retry-After that is a date.
        secrets: Secrets of the request, which must not be shown.
        limits_by_403: Whether the service also responds with 403 above its rate limit, as
            RackConnect does (RackConnect API reference, section 7).

    Returns:
        The narrowest error of the tree, to be raised.
    """
    words = _messages_of(body, secrets)
    texts = _safe((text for text, _ in words), secrets)
    message = texts[0] if len(texts) == 1 else sanitize("; ".join(texts))
    message = message or status_phrase(status)
    error: errors.ApiError
    if (throttled := _throttling(status, headers, body, texts, now, limits_by_403)) is not None:
        retry_after, is_certain = throttled
        error = errors.Throttled(message, retry_after=retry_after, is_certain=is_certain)
    elif status in (409, 422):
        # A sentence above the list would be one more unknown message.
        items = _safe((text for text, is_item in words if is_item), secrets)
        texts = items or texts or (message,)
        error = errors.Conflict(texts, tuple(parse_conflict(text) for text in texts))
    else:
        error = _error_class(status)(message)
    error.operation = operation
    error.target = target
    error.status = status
    error.request_id = find_request_id(headers, texts)
    return error


def _throttling(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    texts: tuple[str, ...],
    now: datetime,
    limits_by_403: bool,
) -> tuple[float | None, bool] | None:
    """Return whether a response means "too many requests" (reference, section 7).

    Returns:
        The seconds to wait (None when none are named) and whether nothing else can be meant; None
        when it means something else.
    """
    retry_after = parse_retry_after(headers, body, now)
    if status in (413, 429) or (status == 503 and "retry-after" in headers):
        return retry_after, True
    if status != 403:
        return None
    about_permission = any(_NAMES_A_PERMISSION.search(text) for text in texts)
    names_the_limit = any(_NAMES_THE_LIMIT.search(text) for text in texts)
    if retry_after is not None or (names_the_limit and not about_permission):
        return retry_after, True
    # No message proves a missing role: the gateway's message for the limit is not documented.
    return (ONE_MINUTE, False) if limits_by_403 or not texts else None


def _error_class(status: int) -> type[errors.ApiError]:
    exact: dict[int, type[errors.ApiError]] = {
        401: errors.TokenRefused,
        403: errors.Forbidden,
        404: errors.NotFound,
        405: errors.OperationNotSupported,
        # A gateway that timed out does not know what the service did.
        408: errors.ServerError,
        410: errors.NotFound,
        501: errors.OperationNotSupported,
    }
    if status in exact:
        return exact[status]
    if status >= 500:
        return errors.ServerError
    return errors.BadRequest if status >= 400 else errors.MalformedResponse
