#!/usr/bin/env bash
# httpx 0.28.1 (httpcore 1.0.9, h11 0.16.0), requests 2.34.2 (urllib3 2.8.0)
#
# A service that answers DELETE with `204 No Content` and a two-byte body all the same: httpx reports the 204,
# and the *next* request on that connection fails with RemoteProtocolError, after it was sent. A client
# that takes this for a lost answer looks at the wrong request. requests is not affected.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 requests==2.34.2 urllib3==2.8.0
seen=$(PYTHONPATH=$here "$python" - <<'PY'
import httpx, requests
from server import Server


def answer(line: bytes) -> bytes:
    if line.startswith(b"DELETE"):
        return b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}"
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


for client in (httpx.Client(trust_env=False), requests.Session()):
    server = Server(answer)
    removed = client.delete(f"{server.url}/public_ips/1").status_code
    try:
        after = client.get(f"{server.url}/public_ips").text
    except httpx.RemoteProtocolError as error:
        after = type(error).__name__
    print(type(client).__module__.split(".")[0], removed, after, end="; ")
PY
)
expect "DELETE, then GET" "$seen" "httpx 204 RemoteProtocolError; requests 204 []; "
