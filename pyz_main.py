"""The entry point of rcv3-tui.pyz, which checks the Python version and unpacks the file.

Any Python must be able to parse it, even 2.7: no annotations, no f-strings. `build_pyz.py` copies
it into the file and fills in the constants.
"""

import sys

VERSION = "@VERSION@"
"""The Python version that the file was built with."""

SUFFIX = "@SUFFIX@"
"""The suffix of compiled modules, which names interpreter, version and architecture."""

USAGE = 2
"""The exit code for wrong usage or configuration."""

ELSEWHERE = "set SHIV_ROOT to a directory that you can write to and execute from"


def refuse(reason):
    sys.stderr.write("rcv3-tui: " + reason + "\n")
    sys.exit(USAGE)


def check_python():
    """Reject a Python that cannot load the compiled modules."""
    version = ".".join(str(part) for part in sys.version_info[:2])
    if version == VERSION:
        from importlib import machinery

        if SUFFIX in machinery.EXTENSION_SUFFIXES:
            return
        version = version + " of another build (" + machinery.EXTENSION_SUFFIXES[0] + ")"
    refuse(
        "this file was built for Python " + VERSION + " (" + SUFFIX + "); " + sys.executable
        + " is Python " + version + ": run it with python" + VERSION
        + ", or build it with this one"
    )  # fmt: skip


def unpack():
    """Unpack the file to where shiv expects it, unless it is there; exit if that fails."""
    import os
    import shutil
    from pathlib import Path

    from _bootstrap import Environment, cache_path, current_zipfile, extract_site_packages

    where = os.environ.get("SHIV_ROOT") or "~/.shiv"
    with current_zipfile() as archive:
        environment = Environment.from_json(archive.read("environment.json").decode())
        try:
            target = cache_path(archive, environment.root, environment.build_id)
            where = str(target.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.statvfs(where).f_flag & getattr(os, "ST_NOEXEC", 0):
                refuse("nothing can be executed from " + where + ", mounted noexec; " + ELSEWHERE)
            if environment.force_extract or not (target / "site-packages").exists():
                extract_site_packages(
                    archive,
                    target,
                    environment.compile_pyc,
                    environment.compile_workers,
                    environment.force_extract,
                )
                # Otherwise shiv would unpack again.
                os.environ.pop("SHIV_FORCE_EXTRACT", None)
        except (OSError, RuntimeError) as error:
            # RuntimeError: there is no home directory.
            reason = getattr(error, "strerror", None) or str(error)
            if where != "~/.shiv":
                shutil.rmtree(str(Path(str(target) + ".tmp")), ignore_errors=True)
            refuse("cannot unpack into " + where + ": " + reason + "; " + ELSEWHERE)


if __name__ == "__main__":
    check_python()
    unpack()

    from _bootstrap import bootstrap

    bootstrap()
