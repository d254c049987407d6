"""`python -m rcv3_tui`: the same as the `rcv3-tui` command."""

from __future__ import annotations

import sys

from rcv3_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
