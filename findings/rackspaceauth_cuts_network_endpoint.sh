#!/usr/bin/env bash
# rackspaceauth 0.8.1, keystoneauth1 5.18.1
#
# For the service type `network`, the plug-ins remove the characters of "/v2.0" from both ends of the
# endpoint rather than that suffix. An endpoint that ends in a tenant whose last digits are 0 or 2
# becomes that of another tenant.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with rackspaceauth==0.8.1 keystoneauth1==5.18.1
seen=$(PYTHONPATH=$here "$python" -W ignore - 2>"$work/stderr" <<'PY'
import json

from keystoneauth1 import session
from rackspaceauth import v2
from server import Server

URL = "https://iad.networks.example.com/v2.0/123020"
ENDPOINT = {"region": "IAD", "tenantId": "123020", "publicURL": URL}
BODY = json.dumps(
    {
        "access": {
            "token": {"id": "a-token", "expires": "2099-01-01T00:00:00Z", "tenant": {"id": "123020"}},
            "user": {"id": "1", "name": "ops", "roles": []},
            "serviceCatalog": [
                {"type": kind, "name": kind, "endpoints": [ENDPOINT]}
                for kind in ("network", "rax:rackconnect")
            ],
        }
    }
).encode()
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
server = Server(lambda line: HEAD.encode() + BODY)
auth = v2.APIKey("ops", "key", auth_url=f"{server.url}/v2.0/")
client = session.Session(auth=auth)
for kind in ("rax:rackconnect", "network"):
    print(kind, auth.get_endpoint(client, service_type=kind, interface="public"), end="; ")
PY
) || { cat "$work/stderr" >&2; exit 2; }
expect "endpoints of the catalog" "$seen" \
    "rax:rackconnect https://iad.networks.example.com/v2.0/123020; network https://iad.networks.example.com/v2.0/123; "
