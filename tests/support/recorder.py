"""A loopback service that accepts every sign-in and records every request, path and body."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


def endpoint(base: str, service: str, tenant: str, *, region: str = "IAD") -> Json:
    """Return an endpoint of the service catalog: `v3` for RackConnect, `v2` for Cloud Servers."""
    return {"region": region, "tenantId": tenant, "publicURL": f"{base}/{service}/{tenant}"}


def catalog(rackconnect: Sequence[Json], servers: Sequence[Json]) -> list[Json]:
    """Return a service catalog with the two services that are used."""
    return [
        {"name": "rackconnect", "type": "rax:rackconnect", "endpoints": list(rackconnect)},
        {"name": "cloudServersOpenStack", "type": "compute", "endpoints": list(servers)},
    ]


class Recorder:
    """Responds to a sign-in with a service catalog, and to every list with an empty list."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []
        """Method, path and body of each request, in order."""
        self.token: Json = {"id": "token-of-the-recorder", "expires": "2036-01-02T03:04:05Z"}
        self.tenant: object = {"id": "111111", "name": "111111"}
        """The value of `token.tenant`; None: the token has no tenant."""
        self.user: Json = {"id": "1", "name": "ops", "RAX-AUTH:defaultRegion": "IAD", "roles": []}
        self.make_catalog: Callable[[str], list[Json]] = lambda base: catalog(
            [endpoint(base, "v3", "111111")], [endpoint(base, "v2", "111111")]
        )
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                owner.requests.append((self.command, self.path, body))
                answer = json.dumps(owner.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_port}"
        self.identity_url = f"{self.base}/v2.0"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, path: str) -> object:
        if path.endswith("/tokens"):
            token = self.token if self.tenant is None else {**self.token, "tenant": self.tenant}
            found = self.make_catalog(self.base)
            return {"access": {"token": token, "user": self.user, "serviceCatalog": found}}
        return {"servers": []} if "/servers/detail" in path else []

    @property
    def sign_ins(self) -> list[Json]:
        """Return the `auth` of each sign-in."""
        return [json.loads(body)["auth"] for _, path, body in self.requests if "/tokens" in path]

    @property
    def paths(self) -> list[str]:
        """Return the paths of all requests that were not sent to Identity."""
        return [path for _, path, _ in self.requests if not path.startswith("/v2.0")]

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def recording() -> Iterator[Recorder]:
    """Run a recorder."""
    recorder = Recorder()
    try:
        yield recorder
    finally:
        recorder.stop()
