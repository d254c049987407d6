"""The independent server's socket: HTTP on a local port, and faults of the connection."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.independent_server import Answer, IndependentServer


class Listener(ThreadingHTTPServer):
    """Serves the independent server's account.

    Args:
        backend: The server that responds.
        port: The port; 0: any free one.
        tls: Serve over TLS with this context.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, backend: IndependentServer, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.backend = backend
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
        """Ignore a client that went away."""

    def stop(self) -> None:
        """Close the port and all connections."""
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
    server: Listener

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the tests read `IndependentServer.requests`."""

    # -- what a fault may do -----------------------------------------------------------------

    def send(
        self, status: int, body: bytes, *, kind: str, cut: bool = False, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind};charset=utf-8")
        self.send_header("Content-Length", str(2 * len(body) if cut else len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self) -> None:
        status, content = self._answer or self._carry_out()
        is_text = isinstance(content, str)
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        if status == HTTPStatus.NO_CONTENT:
            body = b""
        kind = "text/plain" if is_text else "application/json"
        if status == HTTPStatus.UNAUTHORIZED and b"Additional authentication" in body:
            challenge = self.server.backend.challenge
            self.send(status, body, kind=kind, WWW_Authenticate=challenge)
        else:
            self.send(status, body, kind=kind)

    # -- one request --------------------------------------------------------------------------

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._body = json.loads(sent) if sent else None
        self._path = re.sub("//+", "/", self.path)
        self._answer: Answer | None = None
        backend = self.server.backend
        fault = backend.fault_for(self.command, self._path)
        backend.arrived(self.command, self._path, self._body)
        if fault is None:
            self.answer()
            return
        if fault.applied:
            self._answer = self._carry_out()
        fault.happened.set()
        fault.play(fault, self)

    def _carry_out(self) -> Answer:
        return self.server.backend.respond(
            self.command,
            self._path,
            self._body,
            self.headers.get("X-Auth-Token"),
            self.headers.get("X-SessionId"),
        )
