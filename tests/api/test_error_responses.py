import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.api import errors
from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.error_responses import (
    error_from_response,
    extract_messages,
    find_request_id,
)
from rcv3_tui.api.redaction import sanitize
from rcv3_tui.api.retry_after import parse_retry_after

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
UUID = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"


def failure(status: int, body: bytes = b"", **headers: str) -> errors.ApiError:
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return error_from_response(status, named, body, operation="add node", target="web-01", now=NOW)


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"errors": ["one", "two"]}', ("one", "two")),
        (b'{"errors": [{"message": "one"}, "two"]}', ("one", "two")),
        (b'{"itemNotFound": {"code": 404, "message": "gone"}}', ("gone",)),
        (b'{"overLimit": {"code": 413, "details": "slow down"}}', ("slow down",)),
        (b'{"code": 400, "message": "Invalid JSON request body"}', ("Invalid JSON request body",)),
        (b'{"title": "Over", "description": "too fast"}', ("Over: too fast",)),
        (b'{"error": "no"}', ("no",)),
        (b'{"error": {"message": "no way"}}', ("no way",)),
        (b'"a JSON string"', ("a JSON string",)),
        (b"plain text", ("plain text",)),
        (b'\xef\xbb\xbf{"message": "with a mark"}', ("with a mark",)),
        (
            b"<!DOCTYPE html>\n<html><head><title>503 Service\n Unavailable</title></head></html>",
            ("503 Service Unavailable",),
        ),
        (b"<html><body><h1>Bad &amp; worse</h1><p>x</p></body></html>", ("Bad & worse",)),
        (b'{"Message": "No HTTP resource was found."}', ("No HTTP resource was found.",)),
        (
            b'{"Message": "An error has occurred.", "MessageDetail": "No action matches."}',
            ("An error has occurred.: No action matches.",),
        ),
        (
            b'{"Message": "The request is invalid.", "ModelState": {"cloud_server.id": ["Not a'
            b' UUID."], "retain": ["Not a boolean."]}}',
            ("The request is invalid.", "cloud_server.id: Not a UUID.", "retain: Not a boolean."),
        ),
        (
            b'{"title": "Invalid", "errors": {"retain": ["No boolean.", "Too long."], "x": "No."}}',
            ("Invalid", "retain: No boolean.", "retain: Too long.", "x: No."),
        ),
        (b'{"errors": {"detail": ["one"], "code": "7"}}', ("one",)),
        (b'{"errors": {"": ["one"]}}', ("one",)),
        (b'{"errors": {"type": ["Not known."], "code": 7}}', ("type: Not known.",)),
        (b'{"Errors": ["one", "two"]}', ("one", "two")),
        (b'{"ERRORS": {"message": "one"}}', ("one",)),
        (b'{"errors": "one"}', ("one",)),
        (
            b'{"type": "about:blank", "title": "Bad input", "status": 400, "detail": "Frozen"}',
            ("Bad input: Frozen",),
        ),
        (b'{"title": "Same", "detail": "Same"}', ("Same",)),
        (b'{"Fault": {"Detail": {"conflict": {"Message": "deep"}}}}', ("deep",)),
        (b'{"error": {"code": 5, "message": "no", "details": "why"}}', ("no: why",)),
        (b'{"unauthorized": "words without a name"}', ("words without a name",)),
        (b'{"code": 400, "anything": {"else": ["at all"]}}', ("at all",)),
        (b'{"message": "half \\ud83d of it"}', ("half \\ud83d of it",)),
        (b"<?xml version='1.0'?><fault><message>Slow down</message></fault>", ("Slow down",)),
        (b"<web-01> is unprocessable", ("<web-01> is unprocessable",)),
        (b"<html><style>p{}</style><p>down</p></html>", ("down",)),
        (b"", ()),
        (b"  \n", ()),
        (b"{}", ()),
        (b"\xff\xfe broken", ("\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} broken",)),
    ],
)
def test_every_form_of_error_is_read(body: bytes, texts: tuple[str, ...]) -> None:
    assert extract_messages(body) == texts


def test_body_without_text_is_worded_by_its_status() -> None:
    assert failure(502).message == "Bad Gateway"
    assert failure(599).message == "HTTP status 599"


def test_texts_lose_controls_and_are_cut() -> None:
    text = sanitize("a\x1b[31mb" + "x" * 1000)

    assert "\x1b" not in text
    assert len(text) == 300


@pytest.mark.parametrize(
    "text",
    [
        "0123456789abcdef0123456789abcdef",
        "X-Auth-Token: abc",
        'your "token": "abc"',
        "password=abc",
        "AADabcdefghij-klmnopqrst_uvw0123456789XYZabcdefgh",
    ],
)
def test_text_like_token_is_redacted(text: str) -> None:
    shown = sanitize(f"refused {text} here")

    assert "[removed]" in shown
    assert "abc" not in shown


@pytest.mark.parametrize(
    "text",
    [
        f"Cloud Server {UUID} does not exist",
        "No valid token provided. Please use the 'X-Auth-Token' header with a valid token.",
        "web-production-frontend-application-server-0123456789 is busy",
        f"Networks ({UUID},{UUID}) required but missing",
    ],
)
def test_text_resembling_token_is_unchanged(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"The input was not in the correct format.", errors.BadRequest),
        (401, b"", errors.TokenRefused),
        (403, b"", errors.Throttled),
        (403, b"Over the rate limit", errors.Throttled),
        (
            403,
            b'{"forbidden": {"message": "Access was denied to this resource."}}',
            errors.Throttled,
        ),
        (403, b"The limit of retained addresses is reached", errors.Throttled),
        (404, b"", errors.NotFound),
        (405, b"", errors.OperationNotSupported),
        (408, b"", errors.ServerError),
        (409, b"no", errors.Conflict),
        (410, b"", errors.NotFound),
        (413, b"", errors.Throttled),
        (415, b"", errors.BadRequest),
        (422, b"no", errors.Conflict),
        (429, b"", errors.Throttled),
        (500, b"", errors.ServerError),
        (501, b"", errors.OperationNotSupported),
        (503, b"", errors.ServerError),
        (302, b"", errors.MalformedResponse),
    ],
)
def test_each_status_is_its_error(status: int, body: bytes, kind: type[errors.ApiError]) -> None:
    error = failure(status, body)

    assert type(error) is kind
    assert error.status == status
    assert error.operation == "add node"
    assert error.target == "web-01"


def test_503_with_retry_after_is_throttling() -> None:
    error = failure(503, b"", retry_after="7")

    assert isinstance(error, errors.Throttled)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("status", "body", "certain"),
    [(403, b"", False), (403, b"Over the limit of requests", True), (413, b"", True)],
)
def test_403_without_word_is_no_certain_throttling(status: int, body: bytes, certain: bool) -> None:
    error = failure(status, body)

    assert isinstance(error, errors.Throttled)
    assert error.is_certain is certain


@pytest.mark.parametrize(
    "text",
    [
        "Your role does not permit requests at this rate plan",
        "Access was denied to this resource: role rackconnect:requests is missing",
        "The limit of retained public IPs is reached",
        "Policy doesn't allow rate limit changes to be performed.",
        "Forbidden",
    ],
)
def test_words_of_403_that_do_not_name_limit_leave_both_meanings_open(text: str) -> None:
    error = failure(403, text.encode())

    assert isinstance(error, errors.Throttled)
    assert not error.is_certain
    assert error.message == text


@pytest.mark.parametrize(
    "text",
    [
        "Over the rate limit: 30 requests a minute are allowed.",
        "Rate limit exceeded",
        "This request was rate-limited.",
        "Too many requests",
        "OverLimit Retry...",
        "You are being throttled",
        "Over the limit of requests a minute.",
        "Only 30 requests per minute",
    ],
)
def test_403_that_names_limit_is_throttling(text: str) -> None:
    error = failure(403, text.encode())

    assert isinstance(error, errors.Throttled)
    assert error.is_certain


def test_403_of_service_that_limits_otherwise_is_refusal() -> None:
    error = error_from_response(
        403,
        {},
        b'{"forbidden": {"message": "Policy does not allow it"}}',
        operation="list servers",
        target="",
        now=NOW,
        limits_by_403=False,
    )

    assert type(error) is errors.Forbidden


def test_sentence_above_list_of_conflict_is_no_conflict_of_its_own() -> None:
    body = f'{{"message": "Refused", "errors": ["Cloud Server {UUID} does not exist"]}}'
    error = failure(409, body.encode())

    assert isinstance(error, errors.Conflict)
    assert error.texts == (f"Cloud Server {UUID} does not exist",)


_KEYS = st.text(alphabet="abcdeMessage_-", min_size=1, max_size=10)


@given(
    words=st.text(alphabet="abcdefgh ", min_size=3, max_size=40).filter(str.strip),
    path=st.lists(st.one_of(_KEYS, st.none()), max_size=6),
)
def test_words_are_found_under_any_keys(words: str, path: list[str | None]) -> None:
    value: object = words
    for key in path:
        value = [value] if key is None else {key: value}

    assert extract_messages(json.dumps(value).encode()) == (" ".join(words.split()),)


@given(st.binary(max_size=300))
def test_no_body_breaks_reading_of_errors(body: bytes) -> None:
    for status in (400, 403, 409, 429, 503):
        assert failure(status, body).message


@given(st.text(max_size=60), st.binary(max_size=120))
def test_every_named_wait_is_between_second_and_hour(header: str, body: bytes) -> None:
    wait = parse_retry_after({"retry-after": header}, body, NOW)

    assert wait is None or 1 <= wait <= 3600


@given(st.floats(allow_nan=True) | st.integers(-(10**12), 10**12), st.booleans())
def test_numbers_to_wait_are_believed_up_to_hour(number: float, in_body: bool) -> None:
    text = str(number)
    body = f'{{"overLimit": {{"retryAfter": "{text}"}}}}'.encode() if in_body else b""
    wait = parse_retry_after({} if in_body else {"Retry-After".lower(): text}, body, NOW)

    assert wait == (max(1, float(number)) if 0 < number <= 3600 else 60)


def test_every_text_of_conflict_is_there_parsed() -> None:
    error = failure(409, f'{{"errors": ["Cloud Server {UUID} is unprocessable", "Else"]}}'.encode())

    assert isinstance(error, errors.Conflict)
    assert error.texts == (f"Cloud Server {UUID} is unprocessable", "Else")
    assert [c.kind for c in error.conflicts] == [ConflictKind.UNPROCESSABLE, ConflictKind.OTHER]


def test_empty_conflict_is_one_unknown_text() -> None:
    error = failure(409)

    assert isinstance(error, errors.Conflict)
    assert error.texts == ("Conflict",)
    assert error.conflicts[0].kind is ConflictKind.OTHER


def test_request_id_is_read_from_text_or_header() -> None:
    text = f"An unexpected error has occurred.  Request Id: {UUID}"

    assert failure(500, text.encode()).request_id == UUID
    assert failure(500, b"", x_compute_request_id="req-1").request_id == "req-1"
    assert find_request_id({}, ("nothing",)) is None


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("12", b"", 12),
        ("0", b"", 60),
        ("-3", b"", 60),
        ("0.2", b"", 1),
        ("3600", b"", 3600),
        ("3601", b"", 60),
        ("1e400", b"", 60),
        ("nan", b"", 60),
        ("5, 5", b"", 5),
        ("12 s", b"", 12),
        ("Wed, 02 Jan 2030 03:04:35 GMT", b"", 30),
        ("Wed, 02 Jan 2030 03:04:00 GMT", b"", 60),
        ("Wed, 02 Jan 99999999999 03:04:00 GMT", b"", 60),
        ("soon", b"", 60),
        ("soon", b'{"overLimit": {"retryAfter": "7"}}', 7),
        ("", b'{"overLimit": {"retryAt": "2030-01-02T03:05:05Z"}}', 60),
        ("", b'{"overLimit": {"retryAt": "2030-01-02T03:04:00"}}', 60),
        ("", b'{"overLimit": {"retryAfter": "2030-01-02T03:04:10Z"}}', 5),
        ("", b'{"overLimit": {"retryAt": "2030-01-02T03:04:10UTC"}}', 5),
        ("", b'{"overLimit": {"retryAt": "Wed, 02 Jan 2030 03:04:10 GMT"}}', 5),
        ("", b'{"overLimit": {"retryAfter": "54"}}', 54),
        ("", b'{"OverLimit": {"RetryAfter": 54}}', 54),
        ("", b'{"a": [{"b": {"retry_after": 5.5}}]}', 5.5),
        ("", b'<overLimit code="413" retryAfter="2030-01-02T03:04:10Z"/>', 5),
        ("", b"<overLimit><retryAfter>9</retryAfter></overLimit>", 9),
        ("", b'{"retryAfter": null}', 60),
        ("", b'{"retryAfter": 0}', 60),
        ("", b'{"retryAfter": -1}', 60),
        ("", b'{"retryAfter": 86400}', 60),
        ("", b'{"overLimit": {"retryAt": "later"}}', 60),
        ("", b'{"message": "try later"}', None),
        ("", b"", None),
    ],
)
def test_retry_after_in_every_form(header: str, body: bytes, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": header}, body, NOW) == seconds


def test_error_is_described_in_one_line() -> None:
    error = failure(500, b"Boom", x_compute_request_id="req-1")

    assert error.one_line() == "add node web-01: Boom (HTTP 500, request id req-1)"
    assert str(error) == error.one_line()
    assert "Boom" in repr(error)


def test_only_answers_that_prove_nothing_do_not_prove_that_nothing_happened() -> None:
    assert failure(409, b"x").is_definitely_not_applied
    assert failure(403, b"").is_definitely_not_applied
    assert errors.ConnectionFailed("connection refused", sent=False).is_definitely_not_applied
    assert not errors.ConnectionFailed("connection broken", sent=True).is_definitely_not_applied
    assert not failure(500).is_definitely_not_applied
    assert not failure(302).is_definitely_not_applied


def test_missing_region_names_those_there_are() -> None:
    assert errors.RegionUnavailable("SYD", ("DFW", "IAD")).one_line() == (
        "find the endpoint: this account has no RackConnect v3.0 in SYD; "
        "regions that have it: DFW, IAD"
    )
    assert "no region has it" in errors.RegionUnavailable("SYD").one_line()
