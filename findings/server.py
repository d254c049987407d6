"""A loopback HTTP server for the findings: fixed bytes for each request, and what was sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class Server:
    """Listens on a free loopback port until the process ends."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        """Start; `answer` maps a request line to the response, None closes the connection."""
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                length = 0
                while (header := reader.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                self.bodies.append(reader.read(length))
                self.requests.append(line.decode().split()[0])
                response = self._answer(line)
                if response is None:
                    return
                connection.sendall(response)
