"""The entry point: runs a command line and turns its outcome into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from rcv3_tui import PROGRAM, __version__
from rcv3_tui.cli.interrupts import exit_immediately_on_sigint
from rcv3_tui.exit_codes import ExitCode, UsageError
from rcv3_tui.standard_streams import discard_output, write_output

_WITHOUT_FRAME = ("--demo", "--help", "--no-cache", "--plain", "--version", "-h")
"""Options that go without a cached frame."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: The words of the command line; None: those of this process.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words == ["--version"]:
            # Scripts and packagers ask for it; it needs no parser.
            write_output(f"{PROGRAM} {__version__}\n")
            return ExitCode.OK
        code = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as end:
        # argparse exits after --help and --version.
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe, as `head` does.
        discard_output(sys.stdout)
        return ExitCode.OK
    except UsageError as error:
        _report(error, str(error), words)
        return _unknown_to_nagios(str(error)) if _is_nagios_check(words) else ExitCode.USAGE
    except ImportError as error:
        if error.name not in ("_ssl", "ssl") and "_ssl" not in str(error):
            return _unexpected(error, words)
        _report(
            error,
            f"this Python ({sys.executable}) was built without TLS (no _ssl module); run "
            f"{PROGRAM} with another Python",
            words,
        )
        return ExitCode.USAGE
    except Exception as error:  # the last line of defence: one line instead of a traceback
        return _unexpected(error, words)


def _run(words: Sequence[str]) -> int:
    """Run a command line, with the cached frame on the terminal until the console takes it."""
    start = None
    if _may_start_console(words):
        with exit_immediately_on_sigint():
            # Before everything else: the operator is to see something true.
            from rcv3_tui.cli.console_start import begin
        start = begin(words, os.environ)
    try:
        with exit_immediately_on_sigint():
            # Loads argparse, which `--version` does not need.
            from rcv3_tui.cli.dispatch import parse_command_line

            command, options = parse_command_line(words)
        options.start = start
        return int(command.run(options))
    finally:
        if start is not None:
            start.restore()


def _may_start_console(words: Sequence[str]) -> bool:
    """Return whether a command line may start the console on an account's last screen."""
    if words and not words[0].startswith("-"):
        return False
    if any(word.startswith(_WITHOUT_FRAME) for word in words):
        return False
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _is_nagios_check(words: Sequence[str]) -> bool:
    """Return whether the command line is a plug-in's, even if it cannot be parsed."""
    named = ("-fnagios", "--format=nagios")
    pairs = (("-f", "nagios"), ("--format", "nagios"))
    return any(word in named for word in words) or any(pair in pairs for pair in pairwise(words))


def _unknown_to_nagios(text: str) -> int:
    """Print a mistake in the one line that Nagios reads: exit code 2 would be CRITICAL."""
    from rcv3_tui.status.nagios import NagiosState, render_failure

    print(render_failure(_one_line(text)), end="")
    return NagiosState.UNKNOWN


def _unexpected(error: Exception, words: Sequence[str]) -> int:
    # Only the type: the text of an unexpected error may contain a secret.
    _report(
        error,
        f"unexpected error ({type(error).__name__}); run again with --log-level debug",
        words,
    )
    return ExitCode.INTERNAL


def _report(error: Exception, text: str, words: Sequence[str]) -> None:
    """Print an error as one line on stderr, after a traceback with `--log-level debug`."""
    if _wants_traceback(words):
        sys.__excepthook__(type(error), error, error.__traceback__)
    print(f"{PROGRAM}: {_one_line(text)}", file=sys.stderr)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _wants_traceback(words: Sequence[str]) -> bool:
    """Return whether the command line asks for tracebacks, even if it cannot be parsed."""
    return "--log-level=debug" in words or ("--log-level", "debug") in pairwise(words)
