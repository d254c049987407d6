from datetime import UTC, datetime

import httpx
import pytest

from rcv3_tui.api import errors
from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.faults import error_for, request_id_of, retry_after_of, safe_text, texts_of

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
UUID = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"


def failure(status: int, body: bytes = b"", **headers: str) -> errors.ApiError:
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return error_for(status, named, body, operation="add node", target="web-01", now=NOW)


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
        (b"<html><style>p{}</style><p>down</p></html>", ("down",)),
        (b"", ()),
        (b"  \n", ()),
        (b"{}", ()),
        (b"\xff\xfe broken", ("\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} broken",)),
    ],
)
def test_every_form_of_an_error_is_read(body: bytes, texts: tuple[str, ...]) -> None:
    assert texts_of(body) == texts


def test_a_body_without_a_text_is_worded_by_its_status() -> None:
    assert failure(502).message == "Bad Gateway"
    assert failure(599).message == "HTTP status 599"


def test_texts_lose_controls_and_are_cut() -> None:
    text = safe_text("a\x1b[31mb" + "x" * 1000)

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
def test_what_looks_like_a_token_is_dropped(text: str) -> None:
    shown = safe_text(f"refused {text} here")

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
def test_what_only_resembles_a_token_stays(text: str) -> None:
    assert safe_text(text) == text


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
            errors.Forbidden,
        ),
        (403, b"The limit of retained addresses is reached", errors.Forbidden),
        (404, b"", errors.NotFound),
        (405, b"", errors.NotSupported),
        (408, b"", errors.ServerFault),
        (409, b"no", errors.Conflict),
        (410, b"", errors.NotFound),
        (413, b"", errors.Throttled),
        (415, b"", errors.BadRequest),
        (422, b"no", errors.Conflict),
        (429, b"", errors.Throttled),
        (500, b"", errors.ServerFault),
        (501, b"", errors.NotSupported),
        (503, b"", errors.ServerFault),
        (302, b"", errors.BadBody),
    ],
)
def test_each_status_is_its_error(status: int, body: bytes, kind: type[errors.ApiError]) -> None:
    error = failure(status, body)

    assert type(error) is kind
    assert error.status == status
    assert error.operation == "add node"
    assert error.target == "web-01"


def test_a_503_with_retry_after_is_throttling() -> None:
    error = failure(503, b"", retry_after="7")

    assert isinstance(error, errors.Throttled)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("status", "body", "certain"),
    [(403, b"", False), (403, b"Over the limit of requests", True), (413, b"", True)],
)
def test_a_403_without_a_word_is_no_certain_throttling(
    status: int, body: bytes, certain: bool
) -> None:
    error = failure(status, body)

    assert isinstance(error, errors.Throttled)
    assert error.is_certain is certain


def test_every_text_of_a_conflict_is_there_parsed() -> None:
    error = failure(409, f'{{"errors": ["Cloud Server {UUID} is unprocessable", "Else"]}}'.encode())

    assert isinstance(error, errors.Conflict)
    assert error.texts == (f"Cloud Server {UUID} is unprocessable", "Else")
    assert [c.kind for c in error.conflicts] == [ConflictKind.UNPROCESSABLE, ConflictKind.OTHER]


def test_an_empty_conflict_is_one_unknown_text() -> None:
    error = failure(409)

    assert isinstance(error, errors.Conflict)
    assert error.texts == ("Conflict",)
    assert error.conflicts[0].kind is ConflictKind.OTHER


def test_the_request_id_comes_from_the_text_or_a_header() -> None:
    text = f"An unexpected error has occurred.  Request Id: {UUID}"

    assert failure(500, text.encode()).request_id == UUID
    assert failure(500, b"", x_compute_request_id="req-1").request_id == "req-1"
    assert request_id_of({}, ("nothing",)) is None


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("12", b"", 12),
        ("-3", b"", 0),
        ("nan", b"", None),
        ("Wed, 02 Jan 2030 03:04:35 GMT", b"", 30),
        ("soon", b"", None),
        ("", b'{"overLimit": {"retryAt": "2030-01-02T03:05:05Z"}}', 60),
        ("", b'{"overLimit": {"retryAt": "2030-01-02T03:04:00"}}', 0),
        ("", b'{"overLimit": {"retryAt": "later"}}', None),
        ("", b"", None),
    ],
)
def test_retry_after_in_every_form(header: str, body: bytes, seconds: float | None) -> None:
    assert retry_after_of({"retry-after": header}, body, NOW) == seconds


def test_an_error_says_everything_in_one_line() -> None:
    error = failure(500, b"Boom", x_compute_request_id="req-1")

    assert error.one_line() == "add node web-01: Boom (HTTP 500, request id req-1)"
    assert str(error) == error.one_line()
    assert "Boom" in repr(error)


def test_only_answers_that_prove_nothing_do_not_prove_that_nothing_happened() -> None:
    assert failure(409, b"x").proves_not_applied
    assert failure(403, b"").proves_not_applied
    assert errors.NotReached("connection refused", sent=False).proves_not_applied
    assert not errors.NotReached("connection broken", sent=True).proves_not_applied
    assert not failure(500).proves_not_applied
    assert not failure(302).proves_not_applied


def test_a_missing_region_names_those_there_are() -> None:
    assert errors.NoSuchRegion("SYD", ("DFW", "IAD")).one_line() == (
        "find the endpoint: this account has no RackConnect v3.0 in SYD; "
        "regions that have it: DFW, IAD"
    )
    assert "no region has it" in errors.NoSuchRegion("SYD").one_line()
