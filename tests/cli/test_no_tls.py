"""A Python without TLS is reported in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_python_without_ssl_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "_ssl.py").write_text("raise ImportError('No module named _ssl')\n")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}",
        "RCV3_USERNAME": "user",
        "RCV3_API_KEY": "0" * 32,
    }
    done = subprocess.run(
        [sys.executable, "-m", "rcv3_tui", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "built without TLS" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.returncode == 2
