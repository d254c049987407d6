"""The distributions: sdist and wheel from a clean tree, and the whole program in one file."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from build_pyz import main_for_this_python, with_main
from tests.support.running import plain_environment
from tests.support.terminal import Terminal

pytest.importorskip("hatchling", reason="install the extra `test` again")
pytest.importorskip("shiv", reason="install the extra `test` again")

ROOT = Path(__file__).parents[2]

TIMEOUT = 300.0
"""The longest time of a build in seconds; dependencies come from a package index."""


def call(*words: str, where: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        words,
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tree as a clone has it, without files of builds, tests and editors."""
    made = shutil.ignore_patterns(
        "__pycache__", "*.egg-info", "dist", "build", ".[!c]*", ".ci-venv", "*.pyz"
    )
    tree = tmp_path_factory.mktemp("clean") / "rcv3-tui"
    shutil.copytree(ROOT, tree, ignore=made, ignore_dangling_symlinks=True)
    return tree


@pytest.fixture(scope="module")
def built(clean: Path) -> Path:
    """Build sdist and wheel, and return their directory."""
    call(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", where=clean)
    return clean / "dist"


@pytest.fixture(scope="module")
def pyz(clean: Path) -> Path:
    """Build the single file with the command of the documents."""
    page = (clean / "docs" / "installation.md").read_text()
    command = re.search(r"&& \.venv/bin/(python build_pyz.*)$", page, re.MULTILINE)
    assert command is not None, "docs/installation.md has no command that builds the file"
    program, *words = shlex.split(command[1])
    call(str(Path(sys.executable).with_name(program)), *words, where=clean)
    return clean / "rcv3-tui.pyz"


def test_wheel_of_this_tree_has_everything(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert_wheel_has_everything(Path(wheel))


@pytest.mark.slow
def test_wheel_of_a_clean_tree_has_everything(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert_wheel_has_everything(wheel)


def assert_wheel_has_everything(wheel: Path) -> None:
    """Check for the style sheets, the type marker, the manual page and the completions."""
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


@pytest.mark.slow
def test_sdist_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", where=tree)
    (again,), (wheel,) = (tree / "dist").glob("*.whl"), built.glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()
    # The sdist is sufficient to run the tests and to build the single file.
    for name in ("tests/constraints.txt", ".ci/run", "README.md", "CHANGELOG.md"):
        assert (tree / name).is_file()


@pytest.mark.slow
def test_single_file_runs_for_another_user_from_a_read_only_directory(
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
    # The packages of the tests' own environment must not be used.
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
        timeout=TIMEOUT,
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


@pytest.mark.slow
def test_single_file_runs_where_the_home_is_unwritable(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = plain_environment(tmp_path / "file" / "home")
    environment["SHIV_ROOT"] = str(tmp_path / "unpacked")
    bare = str(Path(sys.base_prefix) / "bin" / "python3")
    words = ("status", "networks", "--demo", "-f", "csv")
    listed = call(bare, "-I", str(pyz), *words, where=tmp_path, environment=environment)
    assert listed.startswith("name,")


def refusal(pyz: Path, environment: dict[str, str], *, python: str = "") -> str:
    """Return the only line that a single file prints if it cannot run."""
    bare = python or str(Path(sys.base_prefix) / "bin" / "python3")
    done = subprocess.run(
        [bare, str(pyz), "--version"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("rcv3-tui: ")
    return line


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """Return a zipapp that starts like the single file, built for a Python that does not exist."""
    path = tmp_path / "stub.pyz"
    with path.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("__main__.py", "")
    version = ".".join(str(part) for part in sys.version_info[:2])
    with_main(path, main_for_this_python().replace(f'"{version}"', '"3.99"'))
    return path


def test_single_file_names_the_python_that_it_was_built_for(stub: Path, tmp_path: Path) -> None:
    line = refusal(stub, plain_environment(tmp_path))
    assert "built for Python 3.99" in line
    assert "run it with python3.99" in line


def test_single_file_names_the_platform_that_it_was_built_for(stub: Path, tmp_path: Path) -> None:
    with_main(stub, main_for_this_python().replace("x86_64", "m68k").replace("darwin", "m68k"))
    assert "m68k" in refusal(stub, plain_environment(tmp_path))


@pytest.mark.parametrize("name", ["python2.7", "python3.6", "python3.9", "python3.10"])
def test_older_python_is_refused_in_one_line(stub: Path, tmp_path: Path, name: str) -> None:
    python = shutil.which(name)
    if python is None or subprocess.run([python, "-c", ""], check=False).returncode != 0:
        pytest.skip(f"{name} is not here")
    assert "built for Python 3.99" in refusal(stub, plain_environment(tmp_path), python=python)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount an empty file system with some options."""
    where = tmp_path / "mounted"
    where.mkdir()

    def mount(options: str) -> Path:
        words = ["mount", "-t", "tmpfs", "-o", options, "none", str(where)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError as error:
            pytest.skip(f"cannot mount: {error}")
        if done.returncode != 0:
            pytest.skip(f"cannot mount: {done.stderr.strip()}")
        return where

    yield mount
    subprocess.run(["umount", str(where)], capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "reason"),
    [("noexec", "mounted noexec"), ("size=1m", "No space left"), ("ro", "Read-only file system")],
)
def test_single_file_names_another_directory_to_unpack(
    pyz: Path, tmp_path: Path, mount: Callable[[str], Path], options: str, reason: str
) -> None:
    home = mount(options)
    environment = plain_environment(home)
    line = refusal(pyz, environment)
    assert reason in line
    assert str(home / ".shiv") in line
    assert "SHIV_ROOT" in line
    # No incomplete files remain, which would fill the home.
    assert not list(home.glob(".shiv/*.tmp"))
    environment["SHIV_ROOT"] = str(tmp_path / "elsewhere")
    bare = str(Path(sys.base_prefix) / "bin" / "python3")
    assert call(bare, str(pyz), "--version", where=tmp_path, environment=environment)


@pytest.mark.slow
def test_single_file_reports_an_unwritable_home(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = refusal(pyz, plain_environment(tmp_path / "file" / "home"))
    assert "Not a directory" in line
    assert "SHIV_ROOT" in line
