"""A server that speaks the API and shares no code with the client or the simulator."""

from __future__ import annotations

import ssl
import threading
import time
import uuid
from typing import cast
from urllib.parse import parse_qs, urlsplit

from tests.support.listener import Listener
from tests.support.network_faults import NetworkFault
from tests.support.records import (
    NETWORK,
    Json,
    Pool,
    Request,
    Server,
    Transitional,
    identifier,
    node_json,
    pool_json,
    public_ip_json,
    server_json,
)

TENANT = "771204"
USERNAME = "replica-ops"
API_KEY = "5ec2e7f00d5ec2e7f00d5ec2e7f00d42"
PASSWORD = "pa55w0rd-of-the-replica-7d1"
PASSCODE = "402817"
TOKEN = "t0ken-of-the-replica-that-no-output-has"
"""The prefix of every token."""
SESSION = "s3ssion-of-the-replica"
REGION = "ORD"
OVER_LIMIT = "Over the limit of requests a minute."

Answer = tuple[int, Json]


class IndependentServer:
    """The server, on a free port of this machine.

    Args:
        names: The servers' names.
        transition_time: Seconds that adding, changing and removing take.
        pools: The number of pools in addition to the two named ones.
        limit: The most RackConnect requests in any 60 seconds; more are rejected.
        tls: Serve over TLS with this context.
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("edge-1", "edge-2", "store-1", "store-2"),
        *,
        transition_time: float = 0.2,
        pools: int = 0,
        limit: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.faults: dict[str, tuple[int, str]] = {}
        """A piece of `METHOD /path`, and the status and text of the response to it."""
        self.network_faults: list[NetworkFault] = []
        self.transition_time = transition_time
        self.limit = limit
        self.over_limit = 0
        """The number of requests rejected because of the limit."""
        self.other_tenant = ""
        """A tenant whose endpoints the catalog lists before the account's own; empty: none."""
        self.refuses_credentials = False
        self.adds_fail = False
        """Whether what is added ends as ADD_FAILED."""
        self.wants_passcode = False
        """Whether a sign-in with the password requires a second factor."""
        self.challenge = f"OS-MF sessionId='{SESSION}', factor='PASSCODE'"
        self._tls = tls
        self._tokens: set[str] = set()
        self._given = 0
        self._lock = threading.Lock()
        self._next = 0
        self.servers = [
            Server(identifier(n), name, f"192.0.2.{20 + n}") for n, name in enumerate(names, 1)
        ]
        web = Pool(identifier(501), "shop-web", 1, "198.51.100.9", 8080)
        spare = Pool(identifier(502), "shop-spare", 2)
        more = [Pool(identifier(600 + n), f"pool-{n:03d}", 1) for n in range(pools)]
        self.pools = [web, spare, *more]
        self.public_ips = [self._new_record(self.servers[0], address="203.0.113.71")]
        self.nodes = [self._new_record(server, pool=web.id) for server in self.servers[:2]]
        self._http = self._open(0)
        self.port = self._http.server_port

    @property
    def identity_url(self) -> str:
        """Return the URL of Identity."""
        return f"{self.url}/v2.0"

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    def sent(self, method: str, piece: str = "") -> list[Request]:
        """Return the requests of a method whose path contains a piece."""
        with self._lock:
            return [r for r in self.requests if r.method == method and piece in r.path]

    def addresses_of(self, server: Server) -> list[Transitional]:
        """Return the public IP records of a server."""
        with self._lock:
            return [record for record in self.public_ips if record.server is server]

    def members_of(self, pool: Pool) -> list[str]:
        """Return the names of the servers in a pool, one for each of its nodes."""
        with self._lock:
            nodes = [node for node in self.nodes if node.pool == pool.id]
            return sorted(node.server.name for node in nodes if node.server is not None)

    def issue_token(self) -> str:
        """Return a token, as a federated user's own tool obtains one."""
        with self._lock:
            self._given += 1
            token = f"{TOKEN}-{self._given:02d}"
            self._tokens.add(token)
            return token

    def revoke_tokens(self) -> None:
        """Reject every token that was issued until now."""
        with self._lock:
            self._tokens.clear()

    def stop(self) -> None:
        """Stop listening, and close all connections."""
        for fault in self.network_faults:
            fault.release()
        self._http.stop()

    def start(self) -> None:
        """Listen again on the same port."""
        self._http = self._open(self.port)

    # -- requests -----------------------------------------------------------------------------

    def fault_for(self, method: str, target: str) -> NetworkFault | None:
        """Return the fault of a request, if it has one."""
        with self._lock:
            where = f"{method} {urlsplit(target).path}"
            return next((fault for fault in self.network_faults if fault.matches(where)), None)

    def arrived(self, method: str, target: str, body: Json) -> None:
        """Record a request."""
        with self._lock:
            self.requests.append(Request(method, urlsplit(target).path, body))

    def ask(self, method: str, target: str, body: Json = None, token: str | None = None) -> Answer:
        """Respond to a request of the test itself, without a connection."""
        self.arrived(method, target, body)
        return self.respond(method, target, body, token)

    def respond(
        self, method: str, target: str, body: Json, token: str | None, session: str | None = None
    ) -> Answer:
        """Carry out one request.

        Args:
            method: GET, POST, PATCH or DELETE.
            target: Path and query.
            body: The body, decoded from JSON.
            token: The token in the request.
            session: The session of a sign-in that continues with a passcode.

        Returns:
            The status and the body: a text is sent as it is, anything else as JSON.
        """
        parts = urlsplit(target)
        with self._lock:
            for piece, fault in self.faults.items():
                if piece in f"{method} {parts.path}":
                    return fault
            if parts.path == "/v2.0/tokens" and method == "POST":
                return self._sign_in(body, session)
            if token not in self._tokens:
                return 401, {"unauthorized": {"code": 401, "message": "No valid token provided."}}
            self._age()
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if parts.path == f"/v2/{TENANT}/servers/detail":
                return self._list_servers(query)
            if parts.path.startswith(f"/v2/{TENANT}/servers/"):
                found = self._find(parts.path.rpartition("/")[2])
                return (200, {"server": self._server(found)}) if found else (404, "")
            base = f"/v3/{TENANT}/"
            if not parts.path.startswith(base):
                return 404, ""
            if self._is_over_limit():
                self.over_limit += 1
                return 403, OVER_LIMIT
            return self._rackconnect(method, parts.path.removeprefix(base), query, body)

    def _is_over_limit(self) -> bool:
        if self.limit is None:
            return False
        since = time.monotonic() - 60.0
        return sum(r.at > since and "/v3/" in r.path for r in self.requests) > self.limit

    def _sign_in(self, body: Json, session: str | None) -> Answer:
        auth = body["auth"]
        with_key = auth.get("RAX-KSKEY:apiKeyCredentials")
        with_password = auth.get("passwordCredentials")
        with_passcode = auth.get("RAX-AUTH:passcodeCredentials")
        with_token = auth.get("token")
        if with_token is not None:
            if with_token.get("id") not in self._tokens:
                return 404, {"itemNotFound": {"code": 404, "message": "Token not found."}}
            if auth.get("tenantId") != TENANT:
                text = f"Token doesn't belong to Tenant with Id/Name: '{auth.get('tenantId')}'"
                return 401, {"unauthorized": {"code": 401, "message": text}}
        by_password = with_password == {"username": USERNAME, "password": PASSWORD}
        if by_password and self.wants_passcode:
            text = "Additional authentication credentials required."
            return 401, {"unauthorized": {"code": 401, "message": text}}
        known = (
            with_key == {"username": USERNAME, "apiKey": API_KEY}
            or by_password
            or with_token is not None
            or (with_passcode == {"passcode": PASSCODE} and session == SESSION)
        )
        if self.refuses_credentials or not known:
            text = "Unable to authenticate user with credentials provided."
            return 401, {"unauthorized": {"code": 401, "message": text}}

        def service(name: str, kind: str, path: str) -> Json:
            endpoints = [
                {"region": REGION, "tenantId": each, "publicURL": f"{self.url}{path}/{each}"}
                for each in (self.other_tenant, TENANT)
                if each
            ]
            return {"name": name, "type": kind, "endpoints": endpoints}

        if with_token is not None:
            token = with_token["id"]
        else:
            self._given += 1
            token = f"{TOKEN}-{self._given:02d}"
            self._tokens.add(token)
        return 200, {
            "access": {
                "token": {
                    "id": token,
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
                found = [
                    ip
                    for ip in self.public_ips
                    if wanted is None or (ip.server is not None and ip.server.id == wanted)
                ]
                return 200, [public_ip_json(ip) for ip in found]
            case "POST", ["public_ips"]:
                return self._add_public_ip(body)
            case "GET", ["public_ips", record]:
                return self._show(self.public_ips, record)
            case "PATCH", ["public_ips", record]:
                return self._change_public_ip(record, body)
            case "DELETE", ["public_ips", record]:
                return self._remove(self.public_ips, record, "Public IP Address")
            case "GET", ["load_balancer_pools"]:
                return 200, [self._pool(pool) for pool in self.pools]
            case "GET", ["load_balancer_pools", "nodes", "details"]:
                wanted = query["cloud_server_id"]
                found = [n for n in self.nodes if n.server is not None and n.server.id == wanted]
                return 200, [self._node(node, "server") for node in found]
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
        retain = body.get("retain", False)
        server = None
        if "cloud_server" in body:
            server = self._find(body["cloud_server"]["id"])
            if server is None:
                return 409, f"Cloud Server {body['cloud_server']['id']} does not exist"
        elif not retain:
            return 400, "The input was not in the correct format."
        record = self._new_record(server, status="ADDING")
        record.retain = retain
        self.public_ips.append(record)
        return 201, public_ip_json(record)

    def _change_public_ip(self, record: str, body: Json) -> Answer:
        for one in self.public_ips:
            if one.id == record.lower():
                if one.status != "ACTIVE":
                    return 409, f"Public IP Address {record} is not in an ACTIVE state"
                if "retain" in body:
                    one.retain = body["retain"]
                if "cloud_server" in body:
                    named = body["cloud_server"]
                    one.server = None if named is None else self._find(named["id"])
                self._turn(one, "UPDATING")
                return 200, public_ip_json(one)
        return 404, ""

    def _bulk(self, method: str, pairs: Json) -> Answer:
        errors: list[str] = []
        chosen: list[tuple[Server, str, Transitional | None]] = []
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
                self._turn(cast(Transitional, node), "REMOVING")
            return 204, None
        added = [self._new_record(server, pool=pool, status="ADDING") for server, pool, _ in chosen]
        self.nodes += added
        return 201, [self._node(node, "short") for node in added]

    def _remove(self, records: list[Transitional], record: str, noun: str) -> Answer:
        for one in records:
            if one.id == record.lower():
                if one.status != "ACTIVE":
                    return 409, f"{noun} {record} is not in an ACTIVE state"
                self._turn(one, "REMOVING")
                return 204, None
        return 404, ""

    def _turn(self, record: Transitional, status: str) -> None:
        record.status = status
        record.since = time.monotonic()

    def _age(self) -> None:
        """Advance every transition to the current time."""
        for records in (self.public_ips, self.nodes):
            for record in list(records):
                if record.status == "ADDING" and record.is_over:
                    record.status = "ADD_FAILED" if self.adds_fail else "ACTIVE"
                    if not record.pool and not self.adds_fail:
                        record.address = f"203.0.113.{100 + int(record.id[-3:])}"
                elif record.status == "UPDATING" and record.is_over:
                    record.status = "ACTIVE"
                elif record.status == "REMOVING" and record.is_over:
                    records.remove(record)

    def _new_record(
        self,
        server: Server | None,
        *,
        address: str | None = None,
        pool: str = "",
        status: str = "ACTIVE",
    ) -> Transitional:
        self._next += 1
        record = Transitional(
            identifier(self._next + 800), server, self.transition_time, address, pool, status
        )
        if status == "ADDING":
            record.created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            record.id = f"{str(uuid.uuid4())[:-3]}{self._next:03d}"
        return record

    # -- responses ----------------------------------------------------------------------------

    def _find(self, server: str) -> Server | None:
        return next((s for s in self.servers if s.id == server.lower()), None)

    def _show(self, records: list[Transitional], record: str) -> Answer:
        for one in records:
            if one.id == record.lower():
                return 200, self._node(one, "short") if one.pool else public_ip_json(one)
        return 404, ""

    def _server(self, server: Server) -> Json:
        holders = [ip.address for ip in self.public_ips if ip.server is server and ip.address]
        return {**server_json(server, holders[0] if holders else ""), "tenant_id": TENANT}

    def _pool(self, pool: Pool) -> Json:
        return pool_json(pool, sum(1 for node in self.nodes if node.pool == pool.id))

    def _node(self, node: Transitional, form: str) -> Json:
        pool = next(self._pool(p) for p in self.pools if p.id == node.pool)
        return node_json(node, pool, form)

    def _open(self, port: int) -> Listener:
        return Listener(self, port, self._tls)
