"""Builds rcv3-tui.pyz, the whole program in one file: `python build_pyz.py [FILE]`.

shiv builds the file. `pyz_main.py` replaces its entry point, and reports in one line why the
file cannot run: another Python, or no place to unpack it.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

ROOT = Path(__file__).parent
MAIN = "__main__.py"


def build(target: Path) -> None:
    """Build the file for the Python that runs this.

    Args:
        target: The path of the file, which is replaced.

    Raises:
        subprocess.CalledProcessError: shiv failed; it printed the reason.
        OSError: The file cannot be written.
    """
    made = target.with_name(f".{target.name}.shiv")
    shiv = Path(sys.executable).with_name("shiv")
    words = ["-q", "-c", "rcv3-tui", "-p", "/usr/bin/env python3", "-o", str(made.resolve())]
    constraints = ["--constraint", "tests/constraints.txt"]
    try:
        subprocess.run([str(shiv), *words, *constraints, "."], cwd=ROOT, check=True)
        with_main(made, main_for_this_python())
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def main_for_this_python() -> str:
    """Return the source of the entry point for the Python that runs this."""
    version = ".".join(str(part) for part in sys.version_info[:2])
    text = (ROOT / "pyz_main.py").read_text(encoding="utf-8")
    return text.replace("@VERSION@", version).replace("@SUFFIX@", EXTENSION_SUFFIXES[0])


def with_main(path: Path, text: str) -> None:
    """Replace the `__main__.py` of a zipapp.

    Args:
        path: The zipapp.
        text: The new source.
    """
    part = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(path) as old, part.open("wb") as file:
        with path.open("rb") as beginning:
            file.write(beginning.readline())
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                data = text.encode() if entry.filename == MAIN else old.read(entry)
                new.writestr(entry, data)
    part.chmod(path.stat().st_mode)
    part.replace(path)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1] if len(sys.argv) > 1 else "rcv3-tui.pyz"))
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"build_pyz.py: {error}")
