#!/usr/bin/env bash
# mosh 1.4.0 (Debian 12, 1.4.0-1+b1)
#
# A long OSC 52 is neither refused nor passed on whole: the client writes its first 16 KiB and ends
# the sequence as if that were all. The operator pastes a shorter text and nothing says so.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_mosh.sh"
debian mosh=1.4.0-1+b1
seen=$(mosh_run 3 "b'\\x1b]52;c;' + b'QUJD' * 5000 + b'\\x07end'" | python3 -c '
import ast, re, sys
output = ast.literal_eval(sys.stdin.read())
found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", output)
print("no sequence" if found is None else len(found.group(1)))')
expect "of 20000 characters of base64 arrive" "$seen" "16379"
