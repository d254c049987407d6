"""Who signs in to a simulated account, unless it is told otherwise."""

from __future__ import annotations

from typing import Final

USERNAME: Final = "demo"
API_KEY: Final = "0123456789abcdef0123456789abcdef"
"""Made up; nothing real opens with it."""
