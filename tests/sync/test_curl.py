"""Curl commands: what the client itself would send, quoted, and without a secret."""

from __future__ import annotations

import json
import shlex

import pytest
from msgspec.structs import replace

from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import AsgiTransport
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.model.operation import NoCurl, OperationKind, Request, Target
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.settings import Secret
from rcv3_tui.sync.curl import curl_line, curl_of_change, curl_of_read

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


def rackconnect() -> RackConnectClient:
    return RackConnectClient(
        ServiceClient(HttpClient(AsgiTransport(nobody), 20.0), NoToken(), BASE)
    )


def servers() -> CloudServersClient:
    return CloudServersClient(
        ServiceClient(HttpClient(AsgiTransport(nobody), 20.0), NoToken(), SERVERS)
    )


def request(kind: OperationKind, **targets: str) -> Request:
    named = {name: Target(f"{name}-id", name) for name in targets.values()}
    return replace(Request(kind=kind, region="IAD"), **named)


def words_of(line: str) -> tuple[str, str, object]:
    """Method, address and body of a curl command, as a shell would read it."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-sS"]
    assert "X-Auth-Token: $TOKEN" in words
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    return method, words[-1], body


@pytest.mark.parametrize(
    ("server", "body"),
    [
        (None, {"retain": True}),
        (Target("server-id", "web-01"), {"cloud_server": {"id": "server-id"}, "retain": True}),
    ],
)
def test_retained_add_is_written_as_client_sends_it(server: Target | None, body: object) -> None:
    asked = Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD", server=server, retain=True)
    assert words_of(curl_of_change(rackconnect(), asked)) == ("POST", BASE + "/public_ips", body)


@pytest.mark.parametrize(
    ("kind", "targets", "method", "path", "body"),
    [
        (OperationKind.ADD_PUBLIC_IP, ["server"], "POST", "/public_ips",
         {"cloud_server": {"id": "server-id"}}),
        (OperationKind.REMOVE_PUBLIC_IP, ["public_ip"], "DELETE", "/public_ips/public_ip-id", None),
        (OperationKind.RETAIN, ["public_ip"], "PATCH", "/public_ips/public_ip-id",
         {"retain": True}),
        (OperationKind.RELEASE, ["public_ip"], "PATCH", "/public_ips/public_ip-id",
         {"retain": False}),
        (OperationKind.ASSIGN, ["public_ip", "server"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": {"id": "server-id"}}),
        (OperationKind.MOVE, ["public_ip", "server"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": {"id": "server-id"}}),
        (OperationKind.UNASSIGN, ["public_ip"], "PATCH", "/public_ips/public_ip-id",
         {"cloud_server": None}),
        (OperationKind.ADD_NODE, ["pool", "server"], "POST", "/load_balancer_pools/pool-id/nodes",
         {"cloud_server": {"id": "server-id"}}),
        (OperationKind.REMOVE_NODE, ["pool", "node"], "DELETE",
         "/load_balancer_pools/pool-id/nodes/node-id", None),
    ],
)  # fmt: skip
def test_every_change_is_written_as_client_sends_it(
    kind: OperationKind, targets: list[str], method: str, path: str, body: object
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
def test_every_read_uses_endpoint_of_catalog(resource: PublicIP, path: str) -> None:
    line = curl_of_read(rackconnect(), servers(), resource)
    assert words_of(line) == ("GET", path, None)


def test_hostile_id_is_one_word_of_shell() -> None:
    line = curl_of_read(rackconnect(), None, PublicIP("x'; rm -rf ~; $(id) `id`", "ACTIVE"))
    words = shlex.split(line)
    assert len(words) == len(shlex.split(curl_line("GET", "u")))
    assert "$(" not in line
    assert "`" not in line


def test_body_cannot_escape_its_quotes() -> None:
    line = curl_line("POST", "https://x/'y", {"name": "it's $HOME"})
    words = shlex.split(line)
    assert words[-1] == "https://x/'y"
    assert json.loads(words[words.index("-d") + 1]) == {"name": "it's $HOME"}


def test_invalid_id_has_no_command() -> None:
    with pytest.raises(NoCurl, match="is not valid"):
        curl_of_read(rackconnect(), None, PublicIP("..", "ACTIVE"))


def test_without_cloud_servers_in_catalog_server_has_no_command() -> None:
    with pytest.raises(NoCurl, match="no Cloud Servers"):
        curl_of_read(rackconnect(), None, Server("s-1", "web-01", "ACTIVE"))
