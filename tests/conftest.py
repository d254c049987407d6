"""What every test has: a home of its own, and an environment that says nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PREFIXES = ("RCV3_", "RS_", "RAX_", "OS_", "XDG_")
_NAMES = ("NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def a_home_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings, files and proxies of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.upper() in _NAMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
