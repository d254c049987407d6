"""What tests of settings share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A user without any file yet."""
    return Home(tmp_path)
