#!/usr/bin/env bash
# Textual 8.2.8
#
# A terminal's answer to XTVERSION, a device control string, is not a key. Textual 8.2.8 hands its characters to
# the app as keys, one by one: an answer that was asked for by the program before, or by a multiplexer, runs
# the app's commands `t`, `i`, `k` and so on. The same holds for APC and for answers to OSC 10.
. "$(dirname "$0")/lib.sh"
python_with textual==8.2.8
cat >"$work/app.py" <<'PY'
import sys
from textual.app import App

class Keys(App):
    def on_key(self, event):
        with open(sys.argv[1], "a") as file:
            file.write(f"{event.key} ")

Keys().run()
PY
touch "$work/keys"
pty_run 4 'b"\x1bP>|kitty(0.26.5)\x1b\\"' "$python" "$work/app.py" "$work/keys" >/dev/null
expect "keys" "$(cat "$work/keys")" "circumflex_accent P greater_than_sign vertical_line k i t t y left_parenthesis 0 full_stop 2 6 full_stop 5 right_parenthesis backslash "
