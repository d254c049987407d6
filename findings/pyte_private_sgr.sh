#!/usr/bin/env bash
# pyte 0.8.2
#
# pyte, the emulator that tests of terminal programs use, skips the private marker `>`: it reads xterm's
# modifyOtherKeys (CSI > 4 ; 1 m), which changes no cell, as SGR 4;1 and underlines and emboldens all that
# follows; and it draws the text of device control strings. A test of styles fails where every terminal is right.
. "$(dirname "$0")/lib.sh"
python_with pyte==0.8.2
seen=$("$python" - <<'PY'
import pyte

screen = pyte.Screen(10, 1)
pyte.Stream(screen).feed("\x1b[>4;1mA\x1b[0m\x1bPtext\x1b\\")
cell = screen.buffer[0][0]
print(screen.display[0].strip(), f"bold={cell.bold} underlined={cell.underscore}")
PY
)
expect "cells" "$seen" "Atext bold=True underlined=True"
