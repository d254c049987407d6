"""The lowest allowed versions are those that .ci/smoke tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_lowest_allowed_versions_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "tests" / "lowest.txt").read_text().splitlines()
    lowest = [line for line in lines if line and not line.startswith("#")]
    assert lowest == [re.sub("[>~]=", "==", name) for name in project["dependencies"]]
    assert all(re.search("[>~]=", name) for name in project["dependencies"])


def test_pinned_versions_of_the_tests_are_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    used = dict(
        line.split("==") for line in (ROOT / "tests" / "constraints.txt").read_text().split()
    )
    versions = {name.casefold(): _numbers(version) for name, version in used.items()}
    for admitted in project["dependencies"]:
        name, lowest = re.split("[>~]=", admitted)
        assert versions[name] >= _numbers(lowest), admitted


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
