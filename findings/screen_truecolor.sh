#!/usr/bin/env bash
# GNU screen 4.9.0 (Debian 12, 4.9.0-4)
#
# screen 4 has no 24-bit color. It does not drop `SGR 38;2;R;G;B` either: it reads each number as an attribute
# of its own. Red, green and blue of 1 to 9 become bold, faint, reverse and so on: rgb(200,1,7) is drawn as
# bold, faint, reversed text. Dark colors are hit most.
. "$(dirname "$0")/lib.sh"
debian screen=4.9.0-4
mkdir -m 700 "$work/sockets"
export SCREENDIR=$work/sockets
cat >"$work/inner.py" <<'PY'
import os, time
os.write(1, b"<\x1b[38;2;200;1;7mX\x1b[0m>")
time.sleep(3)
PY
seen=$(pty_run 1.5 'b""' "$root/usr/bin/screen" -c /dev/null python3 "$work/inner.py" | grep -o '<.*X')
expect "what the outer terminal gets" "$seen" '<\x1b[2m\x1b[1m\x1b[7mX'
