#!/usr/bin/env bash
# httpx 0.28.1, requests 2.34.2 (urllib3 2.8.0)
#
# A chunked response whose gzip stream ends early (an application died behind a proxy that closed the chunks
# properly) is a success for both clients: status 200, half of the list, no error. Neither gzip's length
# nor its checksum is looked at. Only the parser of the body can notice.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with httpx==0.28.1 requests==2.34.2 urllib3==2.8.0
seen=$(PYTHONPATH=$here "$python" - <<'PY'
import gzip, json
import httpx, requests
from server import Server

whole = json.dumps([{"id": number} for number in range(2000)]).encode()
packed = gzip.compress(whole)
half = packed[: len(packed) // 2]
head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
server = Server(lambda line: head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(half), half))
for name, get in (("httpx", lambda url: httpx.get(url, trust_env=False)), ("requests", requests.get)):
    response = get(server.url)
    print(name, response.status_code, "part" if 0 < len(response.content) < len(whole) else "whole", end="; ")
PY
)
expect "cut-off gzip body" "$seen" "httpx 200 part; requests 200 part; "
