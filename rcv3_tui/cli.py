"""The command line: what was asked for, and the exit code it ends with.

Only arguments are parsed here; what a command needs is imported when the command runs, so that
`--version` and a wrong flag answer at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rcv3_tui import __version__
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.spelling import nearest

if TYPE_CHECKING:
    from rcv3_tui.config import Flags
    from rcv3_tui.settings import Settings

PROGRAM = "rcv3-tui"

SCENARIOS = ("small", "large", "trouble")
"""The simulated accounts, told here so that help needs no simulator."""

COMMANDS = ("simulator", "screenshots")
"""The commands beside the console."""

DEFAULT_PORT = 8765
"""Where the simulator listens unless told otherwise."""

_DESCRIPTION = "A terminal console for Rackspace's RackConnect v3.0."

_EPILOG = """\
commands:
  simulator             serve a simulated account on this machine
  screenshots DIR       draw the console's pictures into a directory
                        (each has its own --help; without one, the console)

examples:
  rcv3-tui --demo                      look around, no account needed
  rcv3-tui --profile acme              the account of [profiles.acme]
  rcv3-tui --region DFW,IAD --read-only
  rcv3-tui simulator --scenario trouble

environment:
  RCV3_USERNAME, RCV3_API_KEY or RCV3_PASSWORD   who to be
  RCV3_REGION, RCV3_IDENTITY_URL                 where
  RCV3_PROFILE, RCV3_CONFIG                      which profile, which file
  RCV3_READ_ONLY                                 1: change nothing
  After these: RS_USERNAME RS_API_KEY RS_REGION_NAME RS_AUTH_URL,
  RAX_USERNAME RAX_API_KEY RAX_REGION,
  OS_USERNAME OS_PASSWORD OS_REGION_NAME OS_AUTH_URL.
  Flags win over the environment, the environment over config.toml.
  NO_COLOR is honoured. No flag takes a secret.

exit codes:
  0  fine                         4  the service cannot be reached
  1  something needs attention    5  the service answered with an error
  2  wrong usage or configuration 70 a fault in rcv3-tui itself
  3  credentials refused          130 interrupted
"""

_SIMULATOR_EPILOG = """\
A fault is WHAT [METHOD] [/PATH] [xN] [skipN] [after], for instance:
  rcv3-tui simulator --fault "500 GET /public_ips x3" --fault "429 skip5"
WHAT: a status, drop, cut, html, object, array, null, string, bad-item,
role, silence=SECONDS.
"""


class UsageError(Exception):
    """The command line cannot be understood; the text says what was meant."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong, and knows its own flags by name."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)

    @property
    def flags(self) -> Mapping[str, argparse.Action]:
        """Every flag with what it does."""
        return self._option_string_actions


class _Range:
    """A whole number within two bounds, as an argparse type."""

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = self._low - 1
        if not self._low <= number <= self._high:
            raise argparse.ArgumentTypeError(
                f"must be a whole number from {self._low} to {self._high}, not {text!r}"
            )
        return number


def _scenario(text: str) -> str:
    if text not in SCENARIOS:
        raise argparse.ArgumentTypeError(
            f"there is no scenario {text!r}"
            + (_did_you_mean(text, SCENARIOS) or f"; there are {', '.join(SCENARIOS)}")
        )
    return text


def _level(text: str) -> str:
    levels = ("debug", "info", "warning", "error")
    if text.lower() not in levels:
        raise argparse.ArgumentTypeError(
            f"there is no level {text!r}"
            + (_did_you_mean(text.lower(), levels) or f"; there are {', '.join(levels)}")
        )
    return text.lower()


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


# Parsers -------------------------------------------------------------------------------------


def _parser(name: str, description: str, epilog: str | None, usage: str | None = None) -> _Parser:
    return _Parser(
        prog=name,
        usage=usage,
        description=description,
        epilog=epilog,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=79),
        allow_abbrev=False,
    )


def _console_parser() -> _Parser:
    parser = _parser(PROGRAM, _DESCRIPTION, _EPILOG, "rcv3-tui [flags] [command ...]")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    account = parser.add_argument_group("which account")
    account.add_argument("--profile", metavar="NAME", help="the profile in config.toml")
    account.add_argument(
        "--region", metavar="R[,R...]|all", help="regions to look at, such as DFW,IAD"
    )
    account.add_argument("--config", metavar="FILE", help="another file than config.toml")
    account.add_argument("--identity-url", metavar="URL", help="us, uk or the URL of Identity")
    account.add_argument(
        "--ca-bundle", metavar="FILE", help="certificate authorities to trust, in PEM form"
    )
    account.add_argument("--timeout", metavar="SECONDS", help="how long one request may take")
    account.add_argument(
        "--demo",
        metavar="NAME",
        nargs="?",
        const=SCENARIOS[0],
        type=_scenario,
        help=f"a simulated account instead: {', '.join(SCENARIOS)}; no network, no credentials",
    )
    account.add_argument(
        "--demo-seed", metavar="N", type=_Range(0, 2**31), help="another simulated account"
    )
    console = parser.add_argument_group("the console")
    console.add_argument("--read-only", action="store_true", help="change nothing")
    console.add_argument("--refresh", metavar="SECONDS", help="time between two refreshes")
    console.add_argument("--ascii", action="store_true", help="draw with ASCII alone")
    console.add_argument("--mouse", action="store_true", help="take the mouse")
    console.add_argument("--theme", metavar="NAME", help="colours")
    _add_log_level(parser, None)
    return parser


def _simulator_parser() -> _Parser:
    parser = _parser(
        f"{PROGRAM} simulator",
        "Serve a simulated RackConnect v3.0 account on this machine, to point scripts\n"
        "or the console at.",
        _SIMULATOR_EPILOG,
    )
    parser.add_argument(
        "--port",
        metavar="N",
        type=_Range(0, 65535),
        default=DEFAULT_PORT,
        help="where to listen (%(default)s); 0: any free port",
    )
    parser.add_argument(
        "--scenario",
        metavar="NAME",
        type=_scenario,
        default=SCENARIOS[0],
        help=f"which account: {', '.join(SCENARIOS)} (%(default)s)",
    )
    parser.add_argument(
        "--seed", metavar="N", type=_Range(0, 2**31), default=0, help="another account (0)"
    )
    parser.add_argument(
        "--fault",
        metavar="SPEC",
        action="append",
        default=[],
        help="make something go wrong; may be given more than once",
    )
    _add_log_level(parser, argparse.SUPPRESS)
    return parser


def _screenshots_parser() -> _Parser:
    parser = _parser(
        f"{PROGRAM} screenshots",
        "Draw the console's pictures anew, as SVG files, from the simulated account.",
        None,
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="where to put them")
    _add_log_level(parser, argparse.SUPPRESS)
    return parser


def _add_log_level(parser: _Parser, default: str | None) -> None:
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=_level,
        default=default,
        help="debug, info, warning or error; debug also shows tracebacks",
    )


# Reading the command line --------------------------------------------------------------------


def _split(arguments: Sequence[str], parser: _Parser) -> tuple[list[str], str | None, list[str]]:
    """Part the line at its command: what stands before it, the command, what stands after.

    Done by hand because argparse would take a command that follows `--demo` for its NAME.
    """
    before: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if not argument.startswith("-"):
            return before, argument, rest
        action = parser.flags.get(argument)
        follows = bool(rest) and not rest[0].startswith("-")
        if argument == "--demo":
            named = follows and rest[0] not in COMMANDS
            before.append(f"{argument}={rest.pop(0) if named else SCENARIOS[0]}")
        else:
            before.append(argument)
            if action is not None and action.nargs is None and follows:
                before.append(rest.pop(0))
    return before, None, []


def _check_flags(arguments: Sequence[str], parser: _Parser, command: str | None = None) -> None:
    """Refuse a flag that is not known, by its name alone: what follows it may be private.

    Raises:
        UsageError: There is one; the text has the nearest right spelling.
    """
    for argument in arguments:
        name = argument.partition("=")[0]
        if not name.startswith("-") or name in parser.flags or _is_number(name):
            continue
        if name.strip("-").replace("_", "-") in ("api-key", "apikey", "key", "password", "token"):
            raise UsageError(
                f"{name}: no flag takes a secret; set RCV3_API_KEY or RCV3_PASSWORD, "
                "or name a file or a command in config.toml"
            )
        if command is not None and name in _console_parser().flags:
            raise UsageError(f"{name} does not go with the command {command!r}")
        # -x=value and -xvalue: only the letter is a name.
        known = name if name.startswith("--") else name[:2]
        if known in parser.flags:
            raise UsageError(f"{known} takes no value")
        raise UsageError(
            f"there is no flag {known}"
            + (_did_you_mean(known, list(parser.flags)) or f"; see {parser.prog} --help")
        )


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _run(arguments: Sequence[str]) -> int:
    console = _console_parser()
    before, command, after = _split(arguments, console)
    _check_flags(before, console)
    options = console.parse_args(before)
    if command is None:
        return _run_console(options)
    if command not in COMMANDS:
        raise UsageError(
            f"there is no command {command!r}"
            + (_did_you_mean(command, COMMANDS) or f"; there are {', '.join(COMMANDS)}")
        )
    for argument in before:
        name = argument.partition("=")[0]
        if name.startswith("--") and name != "--log-level":
            raise UsageError(f"{name} does not go with the command {command!r}")
    parser = _simulator_parser() if command == "simulator" else _screenshots_parser()
    _check_flags(after, parser, command)
    options = parser.parse_args(after)
    return _run_simulator(options) if command == "simulator" else _run_screenshots(options)


# Commands ------------------------------------------------------------------------------------


def _run_console(options: argparse.Namespace) -> int:
    import os
    from dataclasses import replace

    from rcv3_tui import config

    flags = config.Flags(
        profile=options.profile,
        region=options.region,
        config=options.config,
        identity_url=options.identity_url,
        ca_bundle=options.ca_bundle,
        timeout=options.timeout,
        refresh=options.refresh,
        read_only=options.read_only,
        ascii=options.ascii,
        mouse=options.mouse,
        theme=options.theme,
        log_level=options.log_level or "info",
    )
    try:
        if options.demo is not None:
            return _run_demo(options, config.demo(_for_demo(flags), os.environ, options.demo))
        if options.demo_seed is not None:
            raise UsageError("--demo-seed goes with --demo only")
        plan = config.read(flags, os.environ)
        _check_choices(plan.without_credentials)
        # Before the secret is read: a keyring or a command need not be asked for nothing.
        _require_terminal()
        settings = plan.settings()
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    from rcv3_tui.tui.run import run_console

    return run_console(replace(settings, ascii=settings.ascii or not _locale_is_utf8()))


def _check_choices(settings: Settings) -> None:
    """Refuse a theme or a key that the console does not have."""
    if settings.theme is None and not settings.keys:
        return
    # Imported here: the names are Textual's and the console's own.
    from rcv3_tui.tui.choices import ChoiceError, check_choices

    try:
        check_choices(settings)
    except ChoiceError as error:
        raise UsageError(str(error)) from error


def _for_demo(flags: Flags) -> Flags:
    for name in ("profile", "config", "identity_url", "ca_bundle"):
        if getattr(flags, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} does not go with --demo")
    return flags


def _run_demo(options: argparse.Namespace, settings: Settings) -> int:
    """Run the console on an account in this very process; nothing is sent or written."""
    from dataclasses import replace

    from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret

    _check_choices(settings)
    _require_terminal()
    from rcv3_tui.simulator import create_app, scenario
    from rcv3_tui.tui.run import run_console

    seed = options.demo_seed or 0
    if settings.regions and ALL_REGIONS not in settings.regions:
        account = scenario(options.demo, seed=seed, regions=settings.regions)
    else:
        account = scenario(options.demo, seed=seed)
    settings = replace(
        settings,
        credentials=Credentials(account.username, api_key=Secret(account.api_key)),
        ascii=settings.ascii or not _locale_is_utf8(),
    )
    return run_console(settings, asgi_app=create_app(account))


def _run_simulator(options: argparse.Namespace) -> int:
    from rcv3_tui.simulator import parse_fault
    from rcv3_tui.simulator.serve import serve

    try:
        faults = [parse_fault(text) for text in options.fault]
    except ValueError as error:
        raise UsageError(f"argument --fault: {error}") from error
    return serve(options.scenario, options.port, seed=options.seed, faults=faults)


def _run_screenshots(options: argparse.Namespace) -> int:
    from rcv3_tui.pictures import draw

    return draw(options.directory)


def has_terminal() -> bool:
    """Whether somebody can see the console and press its keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _require_terminal() -> None:
    if not has_terminal():
        raise UsageError(
            "the console needs a terminal for its input and output; "
            "start it without pipes, with ssh -t from afar"
        )


def _locale_is_utf8() -> bool:
    import locale

    return locale.getencoding().replace("-", "").replace("_", "").casefold() == "utf8"


# The way in ----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: The words of the command line; those of this process if left out.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(_run(words))
    except SystemExit as end:
        # argparse ends the program after --help and --version.
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
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


def _explain(error: Exception, text: str, words: Sequence[str]) -> None:
    """Say on stderr what went wrong: one line, and before it a traceback for those who debug."""
    if _wants_tracebacks(words):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    line = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    print(f"{PROGRAM}: {line}", file=sys.stderr)


def _wants_tracebacks(words: Sequence[str]) -> bool:
    """Whether the command line asks for tracebacks, told even where it cannot be parsed."""
    return "--log-level=debug" in words or any(
        pair == ("--log-level", "debug") for pair in pairwise(words)
    )
