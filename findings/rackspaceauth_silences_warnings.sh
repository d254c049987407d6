#!/usr/bin/env bash
# rackspaceauth 0.8.1, urllib3 2.5.0
#
# Importing the plug-in turns off every warning of urllib3 in the whole process. A client that loads it
# is not warned any more when another session does not verify certificates.
. "$(dirname "$0")/lib.sh"
python_with rackspaceauth==0.8.1 keystoneauth1==5.18.1 urllib3==2.5.0
count() {
    "$python" - "$1" <<'PY'
import sys
import warnings

import urllib3

if sys.argv[1] == "with":
    import rackspaceauth.v2
with warnings.catch_warnings(record=True) as caught:
    warnings.warn("Unverified HTTPS request", urllib3.exceptions.InsecureRequestWarning)
print(len(caught))
PY
}
expect "InsecureRequestWarning without, then with the plug-in" "$(count without) $(count with)" "1 0"
