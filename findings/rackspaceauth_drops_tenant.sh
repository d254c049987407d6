#!/usr/bin/env bash
# rackspaceauth 0.8.1, keystoneauth1 5.18.1
#
# The plug-in `rackspace_apikey` lists `tenant-id` among its options and accepts it, but does not send
# it: a user of several tenants gets the token of the default tenant, without a warning. keystoneauth's
# own `v2password` sends the same option.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
python_with rackspaceauth==0.8.1 keystoneauth1==5.18.1
seen=$(PYTHONPATH=$here "$python" -W ignore - 2>"$work/stderr" <<'PY'
import json

from keystoneauth1 import exceptions, loading, session
from server import Server

REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
seen = []
for name, secret in (("v2password", {"password": "secret"}), ("rackspace_apikey", {"api_key": "key"})):
    server = Server(lambda line: REFUSED)
    loader = loading.get_plugin_loader(name)
    assert "tenant_id" in {option.dest for option in loader.get_options()}
    auth = loader.load_from_options(
        auth_url=f"{server.url}/v2.0", username="ops", tenant_id="111111", **secret
    )
    try:
        auth.get_token(session.Session())
    except exceptions.Unauthorized:
        sent = json.loads(server.bodies[0])["auth"].get("tenantId", "not sent")
        seen.append(f"{name}: tenantId {sent}")
print(", ".join(seen))
PY
) || { cat "$work/stderr" >&2; exit 2; }
expect "sign-in for tenant 111111" "$seen" "v2password: tenantId 111111, rackspace_apikey: tenantId not sent"
