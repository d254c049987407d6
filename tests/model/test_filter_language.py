"""The filter language itself: what each term asks of a row, and where a mistake is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.filters import (
    CHANGE_FIELDS,
    FIELDS_OF,
    OPERATION_FIELDS,
    Fields,
    FilterError,
    Partial,
    Value,
    change_fields,
    network_fields,
    operation_fields,
    parse_filter,
    pool_fields,
    public_ip_fields,
    unread_pool_names,
)
from rcv3_tui.model.resources import LoadBalancerPool, NodeCounts, PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import AnyRow, RowBuilder
from tests.support.rows import change_row, network_row, operation
from tests.support.snapshots import two_servers

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
def test_term_matches_the_row(text: str) -> None:
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
def test_term_does_not_match_the_row(text: str) -> None:
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
def test_unfinished_term_is_ignored(text: str) -> None:
    assert parse_filter(text) is None


def test_unclosed_quote_reaches_to_the_end() -> None:
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
        ("age:<soon", 6, '"soon" is not a duration'),
        ("web  age:>=3x", 12, '"3x" is not a duration'),
        ("pools:web", 7, 'pools is a number, not "web"'),
        ("pools:>=many", 9, 'pools is a number, not "many"'),
        ("/[0/", 2, "unterminated character set"),
        ("name:/a(b/", 8, "missing"),
        ("web /*/", 6, "nothing to repeat"),
        ("/a{2,1}/", 4, "min repeat greater than max repeat"),
        ('"web"01', 6, "a space is missing after the closing quote"),
        ("/(a+)+$/", 6, "could take too long"),
        ("/(?x)a/", 2, "verbose"),
        ("/" + "a" * 201 + "/", 202, "200 characters"),
        ("/a{99999999999999999999}/", 2, "repeats too often"),
    ],
)
def test_mistake_names_the_problem_and_its_column(text: str, column: int, what: str) -> None:
    error = mistake(text)
    if what != "fields":
        assert what in str(error)
    assert error.column == column
    assert str(error).startswith(f"column {column}: ")


def test_field_of_other_rows_is_a_mistake_that_lists_the_known_ones() -> None:
    with pytest.raises(FilterError, match=r"no field wxyz here: .*status"):
        parse_filter("wxyz:192", FIELDS_OF[ResourceKind.POOLS])


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
        "(a|b)" * 30,
        "a?" * 40 + "a" * 40,
        r"(a)(\1)+",
    ],
)
def test_slow_expression_is_rejected(expression: str) -> None:
    assert "too long" in str(mistake(f"/{expression}/"))


@pytest.mark.parametrize(
    "expression",
    [
        r"^web-\d+$",
        r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$",
        ".*web.*01.*",
        "(web|api|db)",
        "(mail)+",
        "(a+b)?c",
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
def test_common_expression_is_accepted(expression: str) -> None:
    parse_filter(f"/{expression}/")


PIECES = st.sampled_from(
    ["a", "b", ".", r"\d", "[ab]", "(a)", "(a|b)", "(a|ab)", "(a*)", "(?:a+b?)", "|", r"\1", "^"]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2,}", "{,3}", "{2}", "+?"])
EXPRESSIONS = st.lists(st.tuples(PIECES, REPEATS).map("".join), min_size=1, max_size=6).map("".join)


@settings(deadline=None)
@given(EXPRESSIONS, EXPRESSIONS, REPEATS)
def test_accepted_expression_never_hangs_on_the_longest_name(
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
def test_negated_term_matches_all_other_rows(term: str) -> None:
    assert passes(f"!{term}") is not passes(term)


@given(st.lists(TERMS, max_size=4))
def test_all_terms_have_to_match(terms: list[str]) -> None:
    assert passes(" ".join(terms)) is all(passes(term) for term in terms)


@given(LINES, LINES)
def test_filter_being_typed_never_shows_less_than_its_finished_terms(one: str, two: str) -> None:
    try:
        whole, first = parse_filter(f"{one} {two}"), parse_filter(one)
    except FilterError:
        return
    if whole is not None and whole.passes(ROW, NOW) and not {'"', "/"} & set(one):
        assert first is None or first.passes(ROW, NOW)


@pytest.mark.parametrize(
    ("text", "asks"), [("web", False), ("age:<2h", True), ("web !updated:>1d", True)]
)
def test_filter_knows_whether_it_depends_on_the_time(text: str, asks: bool) -> None:
    wanted = parse_filter(text)
    assert wanted is not None
    assert wanted.asks_time is asks


def fields_for(snapshot: Snapshot, part: ResourceKind, key: str) -> Fields:
    """Return the fields of a resource, as the views pass them to a filter."""
    rows = RowBuilder(snapshot)
    row: AnyRow
    if part is ResourceKind.SERVERS:
        row = rows.server(snapshot.servers[key])
    elif part is ResourceKind.PUBLIC_IPS:
        row = rows.public_ip(snapshot.public_ips[key])
    elif part is ResourceKind.POOLS:
        row = rows.pool(snapshot.pools[key])
    else:
        row = rows.node(next(nodes[key] for nodes in snapshot.nodes.values() if key in nodes))
    return view_of(row).filter_values(row, lambda region: unread_pool_names(snapshot))


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (ResourceKind.SERVERS, "id-web"),
        (ResourceKind.SERVERS, "id-db"),
        (ResourceKind.PUBLIC_IPS, "ip1"),
        (ResourceKind.POOLS, "p1"),
        (ResourceKind.POOLS, "p2"),
        (ResourceKind.NODES, "n1"),
    ],
)
def test_row_has_the_fields_of_its_kind(part: ResourceKind, key: str) -> None:
    assert fields_for(two_servers(), part, key).keys() == FIELDS_OF[part].keys()


def test_networks_and_operations_have_the_fields_of_their_kind() -> None:
    assert (
        network_fields(network_row().network, "IAD").keys()
        == FIELDS_OF[ResourceKind.NETWORKS].keys()
    )
    assert operation_fields(operation()).keys() == OPERATION_FIELDS.keys()
    found = change_fields(change_row().change, resource="pool node", by="elsewhere")
    assert found.keys() == CHANGE_FIELDS.keys()


def read_whole() -> Snapshot:
    """The two servers, with everything read: the second pool is empty."""
    snapshot, _ = two_servers().with_nodes("p2", [])
    for part in ResourceKind:
        snapshot, _ = snapshot.with_fetch_state(part, FetchState(fetched=NOW))
    return snapshot


def test_server_is_found_by_its_pool_and_public_ip() -> None:
    snapshot = read_whole()
    for text in ("pool:p1", "pools:1", "ip:203", "public:203.0.113"):
        wanted = parse_filter(text, FIELDS_OF[ResourceKind.SERVERS])
        assert wanted is not None
        assert wanted.passes(fields_for(snapshot, ResourceKind.SERVERS, "id-web"), NOW)
        assert not wanted.passes(fields_for(snapshot, ResourceKind.SERVERS, "id-db"), NOW)


# -- what has not been read -----------------------------------------------------------------------


def evaluate(text: str, row: Fields) -> bool | None:
    wanted = parse_filter(text)
    assert wanted is not None
    return wanted.evaluate(row, NOW)


PARTLY: Fields = {
    "name": "web-01",
    "pool": Partial(("api",), ("web-80", "web-443")),
    "pools": Partial(),
    "public": Partial(),
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("pool:api", True),
        ("!pool:api", False),
        ("pool:web", None),
        ("!pool:web", None),
        ("!!pool:web", None),
        ("pool:~w8", None),
        ("pool:/^web/", None),
        # No pool that is still to be read has such a name.
        ("pool:db", False),
        ("!pool:db", True),
        ("pools:>0", None),
        ("!pools:>0", None),
        ("pools:0", None),
        ("public:203", None),
        ("!public:203", None),
        # One term that does not hold settles it, whatever the others rest on.
        ("pool:web name:db", False),
        ("name:web pool:web", None),
        ("web", True),
        ("!web", False),
    ],
)
def test_term_about_unread_data_matches_neither_way(text: str, result: bool | None) -> None:
    assert evaluate(text, PARTLY) is result


def test_pool_of_a_server_is_known_once_that_pool_is_read() -> None:
    whole = read_whole()
    unread = two_servers()
    unread, _ = unread.with_fetch_state(ResourceKind.POOLS, FetchState(fetched=NOW))
    for text, before, after in (
        ('pool:"pool p2"', None, False),
        ('!pool:"pool p2"', None, True),
        ('pool:"pool p1"', False, False),
        ("pools:0", None, True),
    ):
        assert evaluate(text, fields_for(unread, ResourceKind.SERVERS, "id-db")) is before, text
        assert evaluate(text, fields_for(whole, ResourceKind.SERVERS, "id-db")) is after, text


@pytest.mark.parametrize(
    "text", ["public:203", "!public:203", "ip:203", "retain:yes", "status:add"]
)
def test_server_without_record_is_undecided_before_the_public_ips_are_read(text: str) -> None:
    whole = read_whole()
    unread, _ = whole.with_fetch_state(ResourceKind.PUBLIC_IPS, FetchState())
    assert evaluate(text, fields_for(unread, ResourceKind.SERVERS, "id-db")) is None
    assert evaluate(text, fields_for(whole, ResourceKind.SERVERS, "id-db")) is not None


def test_not_active_of_an_unread_pool_is_not_known() -> None:
    assert evaluate("not_active:0", fields_for(two_servers(), ResourceKind.POOLS, "p2")) is None
    assert evaluate("not_active:0", fields_for(read_whole(), ResourceKind.POOLS, "p2")) is True


@pytest.mark.parametrize("by_rule", [True, False, None])
def test_match_rule_of_an_address_is_unknown_without_the_field(
    by_rule: bool | None,
) -> None:
    fields = public_ip_fields(
        PublicIP("IP1", "ACTIVE", added_by_match_rule=by_rule), "IAD", server_name=None
    )
    opposite = None if by_rule is None else not by_rule
    assert evaluate("rule:yes", fields) is by_rule
    assert evaluate("!rule:no", fields) is by_rule
    assert evaluate("rule:no", fields) is opposite
    assert evaluate("rule:maybe", fields) is False
    assert evaluate("active", fields) is True


def test_missing_counts_of_a_pool_are_unknown() -> None:
    pool = LoadBalancerPool("P1", "web", "ACTIVE", counts=NodeCounts(0, None, None))
    fields = pool_fields(pool, "IAD", not_active=None)
    for text in ("nodes:0", "!nodes:0", "external:>0"):
        assert evaluate(text, fields) is None
    assert evaluate("cloud_servers:0", fields) is True


_LETTERS = 'web-01 status:active none "!~/'


@given(st.text(_LETTERS, max_size=14), st.text(_LETTERS, min_size=1, max_size=6))
@example("web", "-01")
@example("web-01 ", "status:active")
@example("status:a", "ctive")
@example("!web", "-02")
@example("0123456", "7")
@example("status:n", "one")
@settings(deadline=None)
def test_narrower_filter_finds_no_row_that_the_wider_one_hides(text: str, more: str) -> None:
    try:
        wide, narrow = parse_filter(text), parse_filter(text + more)
    except FilterError:
        return
    if wide is None or narrow is None or not narrow.narrows(wide):
        return
    rows: list[Fields] = [
        {"name": name, "status": status, "id": "01234567"}
        for name in ("web-01", "web", "active", "w-1")
        for status in ("ACTIVE", None, Partial(), Partial(("active",), ("web", "web-01")))
    ]
    for row in rows:
        if wide.evaluate(row, NOW) is False:
            assert narrow.evaluate(row, NOW) is False


_TYPED = ["web", "01234567", "none", "status:", "name:", "pools:>1", " ", "!", "~", '"', "/", "-"]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 8), st.sampled_from(_TYPED)),
        max_size=12,
    )
)
@example([(0, 0, "status:none"), (30, 0, "-")])
@example([(0, 0, "!!0123456"), (30, 0, "7")])
def test_edited_filter_finds_the_rows_of_one_typed_at_once(
    edits: list[tuple[int, int, str]],
) -> None:
    rows: list[Fields] = [
        {"name": name, "status": status, "pools": Partial(), "id": "01234567"}
        for name in ("web-01", "none", "x")
        for status in ("ACTIVE", (), Partial(("x",)), Partial((), ("none-1",)))
    ]
    text, before = "", None
    results: list[bool | None] = []
    for at, deleted, typed in edits:
        text = text[:at] + typed + text[at + deleted :]
        try:
            now = parse_filter(text, FIELDS_OF[ResourceKind.SERVERS])
        except FilterError:
            continue
        if now is None:
            before = None
            continue
        at_once = [now.evaluate(row, NOW) for row in rows]
        if before is not None and now.narrows(before):
            pairs = zip(results, at_once, strict=True)
            assert [False if old is False else new for old, new in pairs] == at_once
        before, results = now, at_once


def test_letters_in_order_are_searched_in_one_value() -> None:
    fields: Fields = {"name": "Web-01", "status": "ACTIVE", "detail": None}
    assert evaluate("~w1", fields) is True
    assert evaluate("~1a", fields) is False
    assert evaluate("status:~none", {**fields, "status": None}) is False


@pytest.mark.parametrize(
    ("wide", "narrow", "narrows"),
    [
        ("web", "web-0", True),
        ("web", "web status:a", True),
        ("status:a", "status:ac", True),
        ("status:a !web", "status:ac !web", True),
        ("!web", "!web-0", False),
        ("web-0", "web", False),
        ("0123456", "01234567", False),
        ("status:non", "status:none", False),
        ("status:none", "status:none web", True),
        ("status:none", "status:none-", False),
        ("!!0123456", "!!01234567", False),
        ("/web/", "/web-0/", False),
        ("~w0", "~w01", True),
        ("name:~w1", "name:~w01", True),
        ("~w01", "~w0", False),
        ("!~w0", "!~w01", False),
        ("age:<2h", "age:<2h web", False),
    ],
)
def test_filter_narrows_another(wide: str, narrow: str, narrows: bool) -> None:
    before, after = parse_filter(wide), parse_filter(narrow)
    assert before is not None
    assert after is not None
    assert after.narrows(before) is narrows


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("public:none", None, True),
        ("public:NONE", (), True),
        ("!public:none", None, False),
        ("public:none", "203.0.113.9", False),
        ("!public:none", "203.0.113.9", True),
        ("public:none", Partial(), None),
        ("!public:none", Partial(), None),
        ("public:none", Partial(("203.0.113.9",)), False),
        ("public:none", "none-of-these", True),
        ("public:non", None, False),
    ],
)
def test_none_finds_rows_without_a_value(text: str, value: Value, result: bool | None) -> None:
    wanted = parse_filter(text)
    assert wanted is not None
    assert wanted.evaluate({"name": "web-01", "public": value}, NOW) is result


def test_filter_names_the_pools_that_it_asks_about() -> None:
    wanted = parse_filter("web !pool:api pool:~wb")
    assert wanted is not None
    assert wanted.asks_about("pool", "API-1")
    assert wanted.asks_about("pool", "web")
    assert not wanted.asks_about("pool", "mail")
    assert not wanted.asks_about("name", "api")
