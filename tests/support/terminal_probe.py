"""Queries the terminal's modes and writes them to a file: `terminal_probe.py FILE`.

A separate program, because only a program inside a terminal can query it.
"""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from pathlib import Path

MODES = (1, 7, 9, 25, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1049, 2004)


def ask() -> str:
    """Return the state of each mode, and the setting of modified keys."""
    terminal = os.open("/dev/tty", os.O_RDWR)
    before = termios.tcgetattr(terminal)
    tty.setraw(terminal)
    try:
        asked = "".join(f"\x1b[?{mode}$p" for mode in MODES)
        # Every terminal answers the last query.
        os.write(terminal, f"{asked}\x1b[?4m\x1b[c".encode())
        answer = b""
        while not re.search(rb"\x1b\[\?[0-9;]*c", answer):
            answer += os.read(terminal, 4096)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        os.close(terminal)
    return answer.decode().replace("\x1b", "\n").strip()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(ask())
