#!/usr/bin/env bash
# keystoneauth1 5.18.1
#
# `connect_retries` sounds as if it repeated attempts to connect. A POST that the server has received whole
# is sent again too when the connection ends without an answer: three requests reach the service. For an
# API that adds something with each POST, two retries can mean three public IPs.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with keystoneauth1==5.18.1
seen=$(PYTHONPATH=$here "$python" -W ignore - 2>/dev/null <<'PY'
from keystoneauth1 import exceptions, session, token_endpoint
from server import Server

server = Server(lambda line: None)
client = session.Session(auth=token_endpoint.Token(server.url, "a-token"))
try:
    client.post(f"{server.url}/public_ips", json={}, connect_retries=2, connect_retry_delay=0.01)
except exceptions.ConnectFailure as error:
    print(type(error).__name__, *server.requests)
PY
)
expect "error and requests received" "$seen" "ConnectFailure POST POST POST"
