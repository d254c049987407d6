"""What is handed out: sdist and wheel from a clean tree, and the whole program in one file."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.terminal.running import plain_environment
from tests.terminal.terminal import Terminal

pytest.importorskip("hatchling", reason="install the extra test anew")
pytest.importorskip("shiv", reason="install the extra test anew")

ROOT = Path(__file__).parents[2]

PATIENCE = 300.0
"""Seconds that a build may take; dependencies come from a package index."""


def call(*words: str, where: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        words,
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a clone has it: nothing that was made by a build, a test or an editor."""
    made = shutil.ignore_patterns(
        "__pycache__", "*.egg-info", "dist", "build", ".[!c]*", ".ci-venv", "*.pyz"
    )
    tree = tmp_path_factory.mktemp("clean") / "rcv3-tui"
    shutil.copytree(ROOT, tree, ignore=made, ignore_dangling_symlinks=True)
    return tree


@pytest.fixture(scope="module")
def built(clean: Path) -> Path:
    """The directory with sdist and wheel."""
    call(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", where=clean)
    return clean / "dist"


@pytest.fixture(scope="module")
def pyz(clean: Path) -> Path:
    """The one file, made by the command of the README."""
    readme = (clean / "README.md").read_text()
    command = re.search(r"&& \.venv/bin/(shiv .*)$", readme, re.MULTILINE)
    assert command is not None, "the README has no command that makes the file"
    program, *words = shlex.split(command[1])
    call(str(Path(sys.executable).with_name(program)), *words, where=clean)
    return clean / "rcv3-tui.pyz"


def test_a_wheel_has_the_style_sheets_the_manual_and_the_completions(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    sheets = {f"{path.relative_to(ROOT)}" for path in (ROOT / "rcv3_tui").glob("**/*.tcss")}
    assert sheets
    assert sheets <= set(names)
    assert "rcv3_tui/py.typed" in names
    for place in (
        "share/man/man1/rcv3-tui.1",
        "share/bash-completion/completions/rcv3-tui",
        "share/zsh/site-functions/_rcv3-tui",
        "share/fish/vendor_completions.d/rcv3-tui.fish",
    ):
        assert any(name.endswith(f".data/data/{place}") for name in names)


def test_the_same_wheel_comes_out_of_the_sdist(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", where=tree)
    (again,), (wheel,) = (tree / "dist").glob("*.whl"), built.glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()
    # Whoever has the sdist alone can run the tests and make the file, too.
    for name in ("tests/constraints.txt", ".ci/run", "README.md", "CHANGELOG.md"):
        assert (tree / name).is_file()


def test_the_one_file_runs_for_another_user_from_a_directory_that_is_read_only(
    pyz: Path, tmp_path: Path
) -> None:
    installed = tmp_path / "opt" / "bin" / "rcv3-tui.pyz"
    installed.parent.mkdir(parents=True)
    shutil.copy(pyz, installed)
    installed.chmod(0o555)
    installed.parent.chmod(0o555)
    home = tmp_path / "another-user"
    home.mkdir()
    environment = plain_environment(home)
    # The environment that the tests run in must not lend its packages.
    bare = Path(sys.base_prefix) / "bin"
    environment["PATH"] = os.pathsep.join((str(bare), os.defpath))
    command = (str(bare / "python3"), "-I", str(installed))
    assert call(*command, "--version", where=home, environment=environment)
    done = subprocess.run(
        [*command, "status", "--demo"],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Servers" in done.stdout
    terminal = Terminal(["--demo"], environment=environment, size=(120, 40), command=installed)
    try:
        terminal.wait_row("web-01", timeout=30)
        terminal.wait_for("Public IPs")
        terminal.press("q")
        assert terminal.wait_end() == 0
    finally:
        terminal.close()
    assert [path.name for path in installed.parent.iterdir()] == ["rcv3-tui.pyz"]
    installed.parent.chmod(0o755)


def test_the_one_file_runs_where_the_home_cannot_be_written(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = plain_environment(tmp_path / "file" / "home")
    environment["SHIV_ROOT"] = str(tmp_path / "unpacked")
    bare = str(Path(sys.base_prefix) / "bin" / "python3")
    words = ("status", "networks", "--demo", "-f", "csv")
    listed = call(bare, "-I", str(pyz), *words, where=tmp_path, environment=environment)
    assert listed.startswith("name,")
