"""The filter language itself: what each term asks of a row, and where a mistake is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rcv3_tui.model.filters import (
    FIELDS_OF,
    OPERATION_FIELDS,
    Fields,
    FilterError,
    fields_in,
    network_fields,
    operation_fields,
    parse_filter,
)
from rcv3_tui.model.snapshot import Part
from tests.unit.pictures import two_servers
from tests.unit.rows import network_row, operation

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

ROW: Fields = {
    "name": "web-01 blue",
    "status": ("ACTIVE", "ADD_FAILED"),
    "ip": ("192.0.2.10", "203.0.113.10"),
    "pool": ("RCv3-web-http", "RCv3-api"),
    "pools": 2,
    "detail": 'said "no" \\ twice',
    "age": NOW - timedelta(hours=3),
    "updated": None,
    "id": "aaaaaaaa-0000-4000-a000-00000000web1",
}


def passes(text: str, row: Fields = ROW) -> bool:
    wanted = parse_filter(text)
    return wanted is None or wanted.passes(row, NOW)


def mistake(text: str) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "web",
        "WEB failed",
        '"web-01 blue"',
        'name:"01 BLUE"',
        '"said \\"no\\""',
        '"\\\\ twice"',
        "~w01b",
        "pool:~api",
        "~ADDFAIL",
        "status:failed",
        "Status:failed status:active",
        "status_detail:twice",
        "ip:203.0.113.",
        "pool:/^rcv3-API$/",
        "!pool:mail",
        "!!web",
        "/0[12] blue$/",
        "pools:2",
        "pools:=2",
        "pools:>1",
        "pools:>=2",
        "pools:<3",
        "pools:<=2.5",
        "!pools:0",
        "age:>2h",
        "age:>=3h",
        "age:<=3h",
        "age:<1d",
        "age:>2h59m59s",
        "created:<1w",
        "!age:>1y",
        "!updated:<1h",
        "!updated:>1h",
        "aaaaaaaa-0000",
        "id:web1",
    ],
)
def test_what_finds_the_row(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "mail",
        "web mail",
        "!web",
        '"web 01"',
        '"web-01blue"',
        "~10w",
        "pool:~zzz",
        "status:web",
        "pool:/^api/",
        "pools:1",
        "pools:>2",
        "pools:<2",
        "age:<3h",
        "age:>3h",
        "age:>1h30m !blue",
        "updated:<1h",
        "updated:>1h",
        "aa",
        "retain:yes",
        "region:iad",
    ],
)
def test_what_does_not_find_the_row(text: str) -> None:
    assert not passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!",
        "!!",
        "/",
        "//",
        "!/",
        "~",
        "!~",
        '"',
        '""',
        "status:",
        "!status:",
        "status:~",
        "status:/",
        'status:"',
        "age:",
        "age:<",
        "age:>=",
        "age:<2",
        "age:<1h3",
        "age:<1.",
        "pools:",
        "pools:>",
        "pools:>=",
        "pools:>1.",
    ],
)
def test_what_is_not_finished_asks_nothing(text: str) -> None:
    assert parse_filter(text) is None


def test_a_text_in_quotes_that_is_not_closed_reaches_to_the_end() -> None:
    assert passes('"web-01 bl')
    assert not passes('"web-01 green')


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("statsu:failed", 1, 'no field statsu here; did you mean "status"?'),
        ("web statsu:failed", 5, "no field statsu"),
        ("!xyzzy:1", 2, "fields"),
        ("198.51.100.5 http:x", 14, 'goes between quotes: "http:..."'),
        ("age:2h", 5, "age needs < or > before the time, as in age:<2h"),
        ("age:=2h", 5, "age needs < or >"),
        ("age:<soon", 6, '"soon" is no length of time'),
        ("web  age:>=3x", 12, '"3x" is no length of time'),
        ("pools:web", 7, 'pools is a number, not "web"'),
        ("pools:>=many", 9, 'pools is a number, not "many"'),
        ("/[0/", 2, "unterminated character set"),
        ("name:/a(b/", 8, "missing"),
        ("web /*/", 6, "nothing to repeat"),
        ("/a{2,1}/", 4, "min repeat greater than max repeat"),
        ('"web"01', 6, "a space is missing after the closing quote"),
        ("/(a+)+$/", 2, "could take for ever"),
        ("/(?x)a/", 2, "verbose"),
        ("/" + "a" * 201 + "/", 202, "200 characters"),
        ("/a{99999999999999999999}/", 2, "repeats too often"),
    ],
)
def test_a_mistake_says_what_and_where(text: str, column: int, what: str) -> None:
    error = mistake(text)
    if what != "fields":
        assert what in str(error)
    assert error.column == column
    assert str(error).startswith(f"column {column}: ")


def test_a_field_that_other_rows_have_is_a_mistake_that_names_those_of_these_rows() -> None:
    with pytest.raises(FilterError, match=r"no field wxyz here: .*status"):
        parse_filter("wxyz:192", FIELDS_OF[Part.POOLS])


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|a)*b",
        "(a|ab)+c",
        "(a?){40}a{40}",
        "(?:.*)+x",
        "((a{1,9}){1,9}){1,9}b",
        r"(.+)\1+\1+$",
        "a*a*a*a*b",
        "(?=(a+))*(a+)+b",
        "([a-z]+)*$",
        "(?i:a+)+$",
    ],
)
def test_an_expression_that_could_take_for_ever_is_refused(expression: str) -> None:
    assert "for ever" in str(mistake(f"/{expression}/"))


@pytest.mark.parametrize(
    "expression",
    [
        r"^web-\d+$",
        r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$",
        ".*web.*01.*",
        "(web|api|db)+",
        "(?:a|b)*c",
        "^(?!mail).*$",
        "[]a]+x",
        r"[^\]]+",
        "(?P<n>w)eb(?P=n)?",
        "(?#why)a+",
        "(w)?(?(1)eb|api)",
        "a{,3}b{2,}",
        "{",
        "[[]",
    ],
)
def test_what_people_search_with_is_not_refused(expression: str) -> None:
    parse_filter(f"/{expression}/")


PIECES = st.sampled_from(
    ["a", "b", ".", r"\d", "[ab]", "(a)", "(a|b)", "(a|ab)", "(a*)", "(?:a+b?)", "|", r"\1", "^"]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2,}", "{,3}", "{2}", "+?"])
EXPRESSIONS = st.lists(st.tuples(PIECES, REPEATS).map("".join), min_size=1, max_size=6).map("".join)


@settings(deadline=None)
@given(EXPRESSIONS, EXPRESSIONS, REPEATS)
def test_no_expression_that_is_taken_hangs_on_the_longest_name(
    first: str, second: str, repeat: str
) -> None:
    try:
        wanted = parse_filter(f"/({first}){repeat}{second}x$/")
    except FilterError:
        return
    assert wanted is not None
    wanted.passes({"name": "a" * 255}, NOW)


LINES = st.text(
    st.sampled_from('!~/":<>=\\()[]{}|*+?.-_ \t0123456789hdmaewbstunopilrg'), max_size=30
)


@given(LINES | st.text(max_size=30))
@example("\x1c!")
def test_any_text_is_a_filter_or_a_mistake_within_it(text: str) -> None:
    try:
        wanted = parse_filter(text)
    except FilterError as error:
        assert 1 <= error.column <= len(text) + 1
        assert error.what
        return
    if wanted is not None:
        assert isinstance(wanted.passes(ROW, NOW), bool)


TERMS = st.sampled_from(
    ["web", "mail", "~w1", '"web-01 b"', "status:failed", "pools:>2", "age:<2h", "/^web/", "id:9"]
)


@given(TERMS)
def test_what_is_left_out_is_all_that_would_be_found(term: str) -> None:
    assert passes(f"!{term}") is not passes(term)


@given(st.lists(TERMS, max_size=4))
def test_all_terms_have_to_hold(terms: list[str]) -> None:
    assert passes(" ".join(terms)) is all(passes(term) for term in terms)


@given(LINES, LINES)
def test_a_filter_being_typed_never_shows_less_than_its_finished_terms(one: str, two: str) -> None:
    try:
        whole, first = parse_filter(f"{one} {two}"), parse_filter(one)
    except FilterError:
        return
    if whole is not None and whole.passes(ROW, NOW) and not {'"', "/"} & set(one):
        assert first is None or first.passes(ROW, NOW)


@pytest.mark.parametrize(
    ("text", "asks"), [("web", False), ("age:<2h", True), ("web !updated:>1d", True)]
)
def test_a_filter_tells_whether_time_alone_can_change_its_answer(text: str, asks: bool) -> None:
    wanted = parse_filter(text)
    assert wanted is not None
    assert wanted.asks_time is asks


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (Part.SERVERS, "id-web"),
        (Part.SERVERS, "id-db"),
        (Part.PUBLIC_IPS, "ip1"),
        (Part.POOLS, "p1"),
        (Part.POOLS, "p2"),
        (Part.NODES, "n1"),
    ],
)
def test_a_row_of_a_picture_has_the_fields_that_its_kind_promises(part: Part, key: str) -> None:
    assert fields_in(two_servers(), part, key).keys() == FIELDS_OF[part].keys()


def test_networks_and_operations_have_the_fields_that_they_promise() -> None:
    assert network_fields(network_row().network, "IAD").keys() == FIELDS_OF[Part.NETWORKS].keys()
    assert operation_fields(operation()).keys() == OPERATION_FIELDS.keys()


def test_what_a_picture_ties_together_is_found() -> None:
    snapshot = two_servers()
    for text in ("pool:p1", "pools:1", "ip:203", "public:203.0.113"):
        wanted = parse_filter(text, FIELDS_OF[Part.SERVERS])
        assert wanted is not None
        assert wanted.passes(fields_in(snapshot, Part.SERVERS, "id-web"), NOW)
        assert not wanted.passes(fields_in(snapshot, Part.SERVERS, "id-db"), NOW)


def test_what_is_not_in_a_picture_is_not_described() -> None:
    with pytest.raises(KeyError):
        fields_in(two_servers(), Part.NODES, "n9")
