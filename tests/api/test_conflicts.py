import pytest

from rcv3_tui.api.conflicts import ConflictKind, parse_conflict

SERVER = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"
POOL = "D6D3AA7C-DFA5-4E61-96EE-1D54AC1075D2"
NODE = "1860451d-fb89-45b8-b54e-151afceb50e5"


@pytest.mark.parametrize(
    ("text", "kind", "ids"),
    [
        (
            f"Load Balancer Pool Node {NODE} is not in an ACTIVE state",
            ConflictKind.NODE_NOT_ACTIVE,
            {"node": NODE},
        ),
        (
            f"Load Balancer Pool {POOL} is not in an ACTIVE state",
            ConflictKind.POOL_NOT_ACTIVE,
            {"pool": POOL.lower()},
        ),
        (
            f"Load Balancer Pool {POOL} does not exist",
            ConflictKind.NO_SUCH_POOL,
            {"pool": POOL.lower()},
        ),
        (
            f"Cloud Server {SERVER} is already a member of Load Balancer Pool {POOL}",
            ConflictKind.ALREADY_MEMBER,
            {"server": SERVER, "pool": POOL.lower()},
        ),
        (
            f"Cloud Server {SERVER} is not a member of Load Balancer Pool {POOL}",
            ConflictKind.NOT_A_MEMBER,
            {"server": SERVER, "pool": POOL.lower()},
        ),
        (
            f"Node {NODE} is not a member of Load Balancer Pool {POOL}",
            ConflictKind.NOT_A_MEMBER,
            {"node": NODE, "pool": POOL.lower()},
        ),
        (f"Cloud Server {SERVER} is unprocessable", ConflictKind.UNPROCESSABLE, {"server": SERVER}),
        (
            f"Cloud Server {SERVER} does not exist",
            ConflictKind.NO_SUCH_SERVER,
            {"server": SERVER},
        ),
        (
            "Public IP Address abc is not in an ACTIVE state",
            ConflictKind.IP_NOT_ACTIVE,
            {"ip": "abc"},
        ),
        ("The moon is in the wrong phase", ConflictKind.OTHER, {}),
    ],
)
def test_each_known_text_is_read(text: str, kind: ConflictKind, ids: dict[str, str]) -> None:
    found = parse_conflict(text)

    assert found.kind is kind
    assert found.text == text
    for name in ("server", "pool", "node", "ip"):
        assert getattr(found, name) == ids.get(name)


def test_quotes_white_space_full_stop_and_letter_case_do_not_matter() -> None:
    found = parse_conflict(
        f'  "cloud server {SERVER.upper()} IS NOT A MEMBER OF load balancer pool {POOL}."\n'
    )

    assert found.kind is ConflictKind.NOT_A_MEMBER
    assert found.server == SERVER
    assert found.pool == POOL.lower()


def test_text_that_only_holds_known_one_is_not_known() -> None:
    text = f"Maybe Cloud Server {SERVER} does not exist"

    assert parse_conflict(text).kind is ConflictKind.OTHER
