#!/usr/bin/env bash
# httpx 0.28.1, requests 2.34.2
#
# One NO_PROXY, two readings. An IPv4 network (127.0.0.0/8) keeps requests off the proxy and not httpx;
# a host with its port keeps httpx off the proxy and not requests. A jump host's variable that was tried with
# curl and requests can send an httpx program through the proxy.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with httpx==0.28.1 requests==2.34.2 urllib3==2.8.0
seen=$(PYTHONPATH=$here "$python" - <<'PY'
import os
import httpx, requests
from server import Server

head = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
direct, proxy = Server(lambda line: head + b"direct"), Server(lambda line: head + b"proxy ")
os.environ["http_proxy"] = proxy.url
for name, value in (("network", "127.0.0.0/8"), ("port", direct.url.removeprefix("http://"))):
    os.environ["no_proxy"] = value
    ways = (httpx.get(direct.url).text.strip(), requests.get(direct.url).text.strip())
    print(f"{name}: httpx {ways[0]}, requests {ways[1]}", end="; ")
PY
)
expect "way taken" "$seen" "network: httpx proxy, requests direct; port: httpx direct, requests proxy; "
