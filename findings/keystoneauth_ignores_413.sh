#!/usr/bin/env bash
# keystoneauth1 5.18.1
#
# `status_code_retries=2` honours Retry-After on a 503. Rackspace's gateway answers 413 with Retry-After
# when a client is over its limit (OpenStack's own services did too), and a 413 is not repeated at all unless
# `retriable_status_codes` names it.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with keystoneauth1==5.18.1
seen=$(PYTHONPATH=$here "$python" -W ignore - 2>/dev/null <<'PY'
from keystoneauth1 import exceptions, session, token_endpoint
from server import Server

counts = []
for status in ("503 Service Unavailable", "413 Request Entity Too Large"):
    head = f"HTTP/1.1 {status}\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n".encode()
    server = Server(lambda line, head=head: head)
    client = session.Session(auth=token_endpoint.Token(server.url, "a-token"))
    try:
        client.get(f"{server.url}/public_ips", status_code_retries=2)
    except exceptions.HttpError:
        counts.append(f"{status[:3]}: {len(server.requests)} requests")
print(", ".join(counts))
PY
)
expect "over the limit" "$seen" "503: 3 requests, 413: 1 requests"
