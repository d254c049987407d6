"""A service that only follows the API's description: no line of it is shared with the program."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

TENANT = "771204"
USERNAME = "stranger-ops"
API_KEY = "5ec2e7f00d5ec2e7f00d5ec2e7f00d42"
TOKEN = "t0ken-of-the-stranger-that-nobody-may-see"
REGION = "ORD"
NETWORK = {
    "id": "0b51c3a2-6c8e-4f58-9a70-111111111111",
    "name": "RC-STRANGER",
    "cidr": "192.0.2.0/24",
    "created": "2014-05-25T01:23:42Z",
    "updated": None,
}

Json = Any
Answer = tuple[int, Json]


def identifier(number: int) -> str:
    """Make a UUID that can be told by its end."""
    return f"c0ffee00-0000-4000-8000-{number:012d}"


@dataclass
class Server:
    """A cloud server."""

    id: str
    name: str
    private: str


@dataclass
class Moving:
    """What changes by itself as time goes by."""

    id: str
    server: Server
    life: float
    address: str | None = None
    pool: str = ""
    status: str = "ACTIVE"
    since: float = field(default_factory=time.monotonic)
    created: str = "2026-01-05T10:00:00.5Z"

    @property
    def is_through(self) -> bool:
        """The change under way has taken its time."""
        return time.monotonic() - self.since >= self.life


@dataclass
class Pool:
    """A load balancer pool."""

    id: str
    name: str
    external: int
    virtual_ip: str | None = None
    port: int = 0


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    body: Json = None


class Stranger:
    """The service, on a port of this machine.

    Args:
        names: The servers' names.
        life: Seconds that adding and removing take.
        tls: Serve over TLS with this.
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("edge-1", "edge-2", "store-1", "store-2"),
        *,
        life: float = 1.8,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.faults: dict[str, tuple[int, str]] = {}
        """A piece of `METHOD /path`, and the status and text that it is answered with."""
        self.delays: dict[str, float] = {}
        """The same, and the seconds that the answer takes longer."""
        self.life = life
        self.refuses_credentials = False
        self._tls = tls
        self._lock = threading.Lock()
        self._next = 0
        self.servers = [
            Server(identifier(n), name, f"192.0.2.{20 + n}") for n, name in enumerate(names, 1)
        ]
        web = Pool(identifier(501), "shop-web", 1, "198.51.100.9", 8080)
        spare = Pool(identifier(502), "shop-spare", 2)
        self.pools = [web, spare]
        self.public_ips = [self._moving(self.servers[0], address="203.0.113.71")]
        self.nodes = [self._moving(server, pool=web.id) for server in self.servers[:2]]
        self._http = self._open(0)
        self.port = self._http.server_port

    @property
    def identity_url(self) -> str:
        """Where Identity is."""
        return f"{self.url}/v2.0"

    @property
    def url(self) -> str:
        """Where everything is."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    def sent(self, method: str, piece: str = "") -> list[Request]:
        """Give the requests of a method whose path has a piece in it."""
        with self._lock:
            return [r for r in self.requests if r.method == method and piece in r.path]

    def stop(self) -> None:
        """Go away: nothing listens any more, and who was connected is cut off."""
        self._http.stop()

    def start(self) -> None:
        """Come back on the same port."""
        self._http = self._open(self.port)

    # -- what is answered ---------------------------------------------------------------------

    def answer(self, method: str, target: str, body: Json, token: str | None) -> Answer:
        """Answer one request.

        Args:
            method: GET, POST or DELETE.
            target: Path and query.
            body: What was sent along, read as JSON.
            token: The token that was shown.

        Returns:
            The status, and what to send: a text as it is, anything else as JSON.
        """
        parts = urlsplit(target)
        for piece, seconds in self.delays.items():
            if piece in f"{method} {parts.path}":
                time.sleep(seconds)
        with self._lock:
            self.requests.append(Request(method, parts.path, body))
            for piece, fault in self.faults.items():
                if piece in f"{method} {parts.path}":
                    return fault
            if parts.path == "/v2.0/tokens" and method == "POST":
                return self._sign_in(body)
            if token != TOKEN:
                return 401, {"unauthorized": {"code": 401, "message": "No valid token provided."}}
            self._age()
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if parts.path == f"/v2/{TENANT}/servers/detail":
                return self._list_servers(query)
            base = f"/v3/{TENANT}/"
            if not parts.path.startswith(base):
                return 404, ""
            return self._rackconnect(method, parts.path.removeprefix(base), query, body)

    def _sign_in(self, body: Json) -> Answer:
        given = body["auth"].get("RAX-KSKEY:apiKeyCredentials", {})
        if self.refuses_credentials or given != {"username": USERNAME, "apiKey": API_KEY}:
            text = "Unable to authenticate user with credentials provided."
            return 401, {"unauthorized": {"code": 401, "message": text}}

        def service(name: str, kind: str, path: str) -> Json:
            url = f"{self.url}{path}/{TENANT}"
            endpoint = {"region": REGION, "tenantId": TENANT, "publicURL": url}
            return {"name": name, "type": kind, "endpoints": [endpoint]}

        return 200, {
            "access": {
                "token": {
                    "id": TOKEN,
                    "expires": "2099-01-01T00:00:00.000Z",
                    "tenant": {"id": TENANT, "name": TENANT},
                },
                "user": {"id": "9", "name": USERNAME, "RAX-AUTH:defaultRegion": "", "roles": []},
                "serviceCatalog": [
                    service("cloudServersOpenStack", "compute", "/v2"),
                    service("rackconnect", "rax:rackconnect", "/v3"),
                ],
            }
        }

    def _list_servers(self, query: dict[str, str]) -> Answer:
        servers = [] if "marker" in query else self.servers
        return 200, {"servers": [self._server(server) for server in servers]}

    def _rackconnect(self, method: str, path: str, query: dict[str, str], body: Json) -> Answer:
        match method, path.split("/"):
            case "GET", ["cloud_networks"]:
                return 200, [NETWORK]
            case "GET", ["public_ips"]:
                wanted = query.get("cloud_server_id")
                found = [ip for ip in self.public_ips if wanted in (None, ip.server.id)]
                return 200, [self._public_ip(ip) for ip in found]
            case "POST", ["public_ips"]:
                return self._add_public_ip(body)
            case "GET", ["public_ips", record]:
                return self._show(self.public_ips, record)
            case "DELETE", ["public_ips", record]:
                return self._remove(self.public_ips, record, "Public IP Address")
            case "GET", ["load_balancer_pools"]:
                return 200, [self._pool(pool) for pool in self.pools]
            case "GET", ["load_balancer_pools", "nodes", "details"]:
                wanted = query["cloud_server_id"]
                mine = [node for node in self.nodes if node.server.id == wanted]
                return 200, [self._node(node, "server") for node in mine]
            case "POST" | "DELETE" as verb, ["load_balancer_pools", "nodes"]:
                return self._bulk(verb, body)
            case "GET", ["load_balancer_pools", pool]:
                known = [self._pool(p) for p in self.pools if p.id == pool.lower()]
                return (200, known[0]) if known else (404, "")
            case "GET", ["load_balancer_pools", pool, "nodes", *form]:
                if form not in ([], ["details"]):
                    return self._show([n for n in self.nodes if n.pool == pool.lower()], form[0])
                mine = [node for node in self.nodes if node.pool == pool.lower()]
                return 200, [self._node(node, "long" if form else "short") for node in mine]
            case "POST", ["load_balancer_pools", pool, "nodes"]:
                status, answer = self._bulk("POST", [{**body, "load_balancer_pool": {"id": pool}}])
                return status, answer[0] if status == 201 else answer
            case "DELETE", ["load_balancer_pools", _, "nodes", record]:
                return self._remove(self.nodes, record, "Load Balancer Pool Node")
        return 404, ""

    # -- changes ------------------------------------------------------------------------------

    def _add_public_ip(self, body: Json) -> Answer:
        server = self._find(body["cloud_server"]["id"])
        if server is None:
            return 409, f"Cloud Server {body['cloud_server']['id']} does not exist"
        record = self._moving(server, status="ADDING")
        self.public_ips.append(record)
        return 201, self._public_ip(record)

    def _bulk(self, method: str, pairs: Json) -> Answer:
        errors: list[str] = []
        chosen: list[tuple[Server, str, Moving | None]] = []
        for pair in pairs:
            name, pool = pair["cloud_server"]["id"], pair["load_balancer_pool"]["id"].lower()
            server = self._find(name)
            here = [n for n in self.nodes if n.server is server and n.pool == pool]
            if server is None:
                errors.append(f"Cloud Server {name} does not exist")
            elif bool(here) == (method == "POST"):
                word = "already" if here else "not"
                errors.append(
                    f"Cloud Server {name} is {word} a member of Load Balancer Pool {pool.upper()}"
                )
            else:
                chosen.append((server, pool, here[0] if here else None))
        if errors:
            return 409, {"errors": errors}
        if method == "DELETE":
            for _, _, node in chosen:
                self._turn(cast(Moving, node), "REMOVING")
            return 204, None
        added = [self._moving(server, pool=pool, status="ADDING") for server, pool, _ in chosen]
        self.nodes += added
        return 201, [self._node(node, "short") for node in added]

    def _remove(self, records: list[Moving], record: str, noun: str) -> Answer:
        for one in records:
            if one.id == record.lower():
                if one.status != "ACTIVE":
                    return 409, f"{noun} {record} is not in an ACTIVE state"
                self._turn(one, "REMOVING")
                return 204, None
        return 404, ""

    def _turn(self, record: Moving, status: str) -> None:
        record.status = status
        record.since = time.monotonic()

    def _age(self) -> None:
        """Let everything come to where it is by now."""
        for records in (self.public_ips, self.nodes):
            for record in list(records):
                if record.status == "ADDING" and record.is_through:
                    record.status = "ACTIVE"
                    if not record.pool:
                        record.address = f"203.0.113.{100 + int(record.id[-3:])}"
                elif record.status == "REMOVING" and record.is_through:
                    records.remove(record)

    def _moving(
        self, server: Server, *, address: str | None = None, pool: str = "", status: str = "ACTIVE"
    ) -> Moving:
        self._next += 1
        record = Moving(identifier(self._next + 800), server, self.life, address, pool, status)
        if status == "ADDING":
            record.created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            record.id = f"{str(uuid.uuid4())[:-3]}{self._next:03d}"
        return record

    # -- how things are written ---------------------------------------------------------------

    def _find(self, server: str) -> Server | None:
        return next((s for s in self.servers if s.id == server.lower()), None)

    def _show(self, records: list[Moving], record: str) -> Answer:
        for one in records:
            if one.id == record.lower():
                return 200, self._node(one, "short") if one.pool else self._public_ip(one)
        return 404, ""

    def _server(self, server: Server) -> Json:
        holders = [ip.address for ip in self.public_ips if ip.server is server and ip.address]
        return {
            "id": server.id,
            "name": server.name,
            "status": "ACTIVE",
            "created": "2026-01-04T09:00:00Z",
            "updated": "2026-01-04T09:05:00Z",
            "tenant_id": TENANT,
            "accessIPv4": holders[0] if holders else "",
            "accessIPv6": "",
            "addresses": {NETWORK["name"]: [{"version": 4, "addr": server.private}]},
            "flavor": {"id": "general1-2"},
            "image": "",
            "metadata": {},
        }

    def _link(self, server: Server) -> Json:
        return {
            "id": server.id.upper(),
            "name": server.name,
            "created": "2026-01-04T09:00:00Z",
            "updated": None,
            "cloud_network": {**NETWORK, "private_ip_v4": server.private},
        }

    def _public_ip(self, record: Moving) -> Json:
        return {
            "id": record.id,
            "public_ip_v4": record.address,
            "status": record.status,
            "status_detail": None,
            "retain": False,
            "created": record.created,
            "updated": None,
            "cloud_server": self._link(record.server),
        }

    def _pool(self, pool: Pool) -> Json:
        count = sum(1 for node in self.nodes if node.pool == pool.id)
        return {
            "id": pool.id,
            "name": pool.name,
            "node_counts": {
                "cloud_servers": count,
                "external": pool.external,
                "total": count + pool.external,
            },
            "port": pool.port,
            "virtual_ip": pool.virtual_ip,
            "status": "ACTIVE",
            "status_detail": None,
        }

    def _node(self, node: Moving, form: str) -> Json:
        pool = next(self._pool(p) for p in self.pools if p.id == node.pool)
        answer = {
            "id": node.id,
            "cloud_server": self._link(node.server) if form == "long" else {"id": node.server.id},
            "load_balancer_pool": {"id": node.pool} if form == "short" else pool,
            "status": node.status,
            "status_detail": None,
            "created": node.created,
            "updated": None,
        }
        if form == "server":
            del answer["cloud_server"]
        return answer

    def _open(self, port: int) -> _Http:
        return _Http(self, port, self._tls)


class _Http(ThreadingHTTPServer):
    """The socket side."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, stranger: Stranger, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stranger = stranger
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self._connected: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connected.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to speak of."""

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._connected):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests read `Stranger.requests`."""

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, content = self.server.stranger.answer(
            self.command,
            re.sub("//+", "/", self.path),
            json.loads(sent) if sent else None,
            self.headers.get("X-Auth-Token"),
        )
        is_text = isinstance(content, str)
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        if status == HTTPStatus.NO_CONTENT:
            body = b""
        self.send_response(status)
        kind = "text/plain" if is_text else "application/json"
        self.send_header("Content-Type", f"{kind};charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
