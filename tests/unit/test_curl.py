"""Curl commands: what the client itself would send, quoted, and without a secret."""

from __future__ import annotations

import json
import shlex

import pytest

from rcv3_tui.api.asgi import InProcess
from rcv3_tui.api.rackconnect import RackConnect
from rcv3_tui.api.servers import CloudServers
from rcv3_tui.api.transport import Transport
from rcv3_tui.model.operation import Kind, Request, Target
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.settings import Secret
from rcv3_tui.sync.curl import NoCurl, curl_line, curl_of_change, curl_of_read

BASE = "https://iad.rackconnect.example.com/v3/123456"
SERVERS = "https://iad.servers.example.com/v2/123456"


class NoToken:
    """A session that must not be asked."""

    async def token(self) -> Secret:
        raise AssertionError("a curl command needs no token")

    async def renew(self, refused: Secret) -> Secret:
        raise AssertionError("a curl command needs no token")


async def nobody(scope: object, receive: object, send: object) -> None:
    raise AssertionError("a curl command asks nobody")


def rackconnect() -> RackConnect:
    return RackConnect(Transport(InProcess(nobody, 20.0), NoToken(), BASE))


def servers() -> CloudServers:
    return CloudServers(Transport(InProcess(nobody, 20.0), NoToken(), SERVERS))


def request(kind: Kind, **targets: str) -> Request:
    named = {name: Target(f"{name}-id", name) for name in targets.values()}
    return Request(kind=kind, region="IAD", **named)


def words_of(line: str) -> tuple[str, str, object]:
    """Method, address and body of a curl command, as a shell would read it."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-sS"]
    assert "X-Auth-Token: $TOKEN" in words
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    return method, words[-1], body


@pytest.mark.parametrize(
    ("kind", "targets", "method", "path", "body"),
    [
        (Kind.ADD_PUBLIC_IP, ["server"], "POST", "/public_ips",
         {"cloud_server": {"id": "server-id"}}),
        (Kind.REMOVE_PUBLIC_IP, ["public_ip"], "DELETE", "/public_ips/public_ip-id", None),
        (Kind.RETAIN, ["public_ip"], "PATCH", "/public_ips/public_ip-id", {"retain": True}),
        (Kind.RELEASE, ["public_ip"], "PATCH", "/public_ips/public_ip-id", {"retain": False}),
        (Kind.ASSIGN, ["public_ip", "server"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": {"id": "server-id"}}),
        (Kind.MOVE, ["public_ip", "server"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": {"id": "server-id"}}),
        (Kind.UNASSIGN, ["public_ip"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": None}),
        (Kind.ADD_NODE, ["pool", "server"], "POST", "/load_balancer_pools/pool-id/nodes",
         {"cloud_server": {"id": "server-id"}}),
        (Kind.REMOVE_NODE, ["pool", "node"], "DELETE",
         "/load_balancer_pools/pool-id/nodes/node-id", None),
    ],
)  # fmt: skip
def test_every_change_is_written_as_the_client_sends_it(
    kind: Kind, targets: list[str], method: str, path: str, body: object
) -> None:
    line = curl_of_change(rackconnect(), request(kind, **{name: name for name in targets}))
    assert words_of(line) == (method, BASE + path, body)


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (PublicIP("ip-1", "ACTIVE"), f"{BASE}/public_ips/ip-1"),
        (LoadBalancerPool("p-1", "web", "ACTIVE"), f"{BASE}/load_balancer_pools/p-1"),
        (PoolNode("n-1", "p-1", "ACTIVE"), f"{BASE}/load_balancer_pools/p-1/nodes/n-1/details"),
        (CloudNetwork("c-1", "net"), f"{BASE}/cloud_networks/c-1"),
        (Server("s-1", "web-01", "ACTIVE"), f"{SERVERS}/servers/s-1"),
    ],
)
def test_every_read_goes_to_the_endpoint_of_the_catalogue(resource: PublicIP, path: str) -> None:
    line = curl_of_read(rackconnect(), servers(), resource)
    assert words_of(line) == ("GET", path, None)


def test_a_hostile_id_is_one_word_of_the_shell() -> None:
    line = curl_of_read(rackconnect(), None, PublicIP("x'; rm -rf ~; $(id) `id`", "ACTIVE"))
    words = shlex.split(line)
    assert len(words) == len(shlex.split(curl_line("GET", "u")))
    assert "$(" not in line
    assert "`" not in line


def test_what_stands_in_a_body_cannot_leave_its_quotes() -> None:
    line = curl_line("POST", "https://x/'y", {"name": "it's $HOME"})
    words = shlex.split(line)
    assert words[-1] == "https://x/'y"
    assert json.loads(words[words.index("-d") + 1]) == {"name": "it's $HOME"}


def test_an_id_that_cannot_be_asked_for_has_no_command() -> None:
    with pytest.raises(NoCurl, match="cannot be asked for"):
        curl_of_read(rackconnect(), None, PublicIP("..", "ACTIVE"))


def test_without_cloud_servers_in_the_catalogue_a_server_has_no_command() -> None:
    with pytest.raises(NoCurl, match="no Cloud Servers"):
        curl_of_read(rackconnect(), None, Server("s-1", "web-01", "ACTIVE"))
