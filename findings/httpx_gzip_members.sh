#!/usr/bin/env bash
# httpx 0.28.1, requests 2.34.2 (urllib3 2.8.0)
#
# A gzip body may consist of several members (RFC 1952, section 2.2); gateways that join compressed parts send
# such bodies. httpx decodes the first member and drops the rest without an error; requests decodes all.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with httpx==0.28.1 requests==2.34.2 urllib3==2.8.0
seen=$(PYTHONPATH=$here "$python" - <<'PY'
import gzip
import httpx, requests
from server import Server

body = gzip.compress(b"[1]\n") + gzip.compress(b"[2]\n")
head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
server = Server(lambda line: head + body)
print("httpx", httpx.get(server.url, trust_env=False).text.split(), "requests", requests.get(server.url).text.split())
PY
)
expect "lines received" "$seen" "httpx ['[1]'] requests ['[1]', '[2]']"
