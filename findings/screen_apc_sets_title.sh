#!/usr/bin/env bash
# GNU screen 4.9.0 (Debian 12, 4.9.0-4)
#
# An application program command (ESC _ ... ST) is invisible by ECMA-48, and terminals that do not know one
# ignore it. screen makes its text the title of the outer terminal. A program that probes for a graphics
# protocol with APC, or data that carries one, writes the operator's window title.
. "$(dirname "$0")/lib.sh"
debian screen=4.9.0-4
mkdir -m 700 "$work/sockets"
export SCREENDIR=$work/sockets
cat >"$work/inner.py" <<'PY'
import os, time
os.write(1, b"<\x1b_some text\x1b\\>")
time.sleep(3)
PY
seen=$(pty_run 1.5 'b""' "$root/usr/bin/screen" -c /dev/null python3 "$work/inner.py" | grep -o '<.*>')
expect "what the outer terminal gets" "$seen" '<\x1b]0;some text\x07>'
