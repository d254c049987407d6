"""The way in: runs what the command line asks for, and turns how it ended into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise

from rcv3_tui import __version__
from rcv3_tui.cli.usage import PROGRAM, UsageError
from rcv3_tui.exit_codes import ExitCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: The words of the command line; those of this process if left out.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        # Asked by scripts and packagers; not even a parser is needed.
        print(f"{PROGRAM} {__version__}")
        return ExitCode.OK
    try:
        from rcv3_tui.cli.interrupts import ending_at_once

        with ending_at_once():
            from rcv3_tui.cli.line import understand

            command, options = understand(words)
        code = int(command.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as end:
        # argparse ends the program after --help and --version.
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read has seen enough, as `head` does; Python would complain once more at its end.
        _let_go_of_stdout()
        return ExitCode.OK
    except UsageError as error:
        _explain(error, str(error), words)
        return ExitCode.USAGE
    except Exception as error:  # the last line of defence: one line in place of a traceback
        # Only its kind: the text of an unforeseen error may quote anything, a secret too.
        _explain(
            error,
            f"unexpected error ({type(error).__name__}); run again with --log-level debug",
            words,
        )
        return ExitCode.INTERNAL


def _let_go_of_stdout() -> None:
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _explain(error: Exception, text: str, words: Sequence[str]) -> None:
    """Say on stderr what went wrong: one line, and before it a traceback for those who debug."""
    if _wants_tracebacks(words):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    line = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    print(f"{PROGRAM}: {line}", file=sys.stderr)


def _wants_tracebacks(words: Sequence[str]) -> bool:
    """Whether the command line asks for tracebacks, told even where it cannot be parsed."""
    return "--log-level=debug" in words or ("--log-level", "debug") in pairwise(words)
