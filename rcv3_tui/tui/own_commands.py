"""Programs of the operator: the arguments that a row gives one, and why it cannot be run.

No shell is involved. Any user who can create a server chooses its name; a value never becomes an
option, and never holds a control character.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import OwnCommand
from rcv3_tui.views.field import UnreadPools
from rcv3_tui.views.placeholders import field_value
from rcv3_tui.views.registry import title_of, view_of
from rcv3_tui.views.rows import AnyRow

_PLACEHOLDER: Final = re.compile(r"\{(\{[a-z][a-z0-9_-]*\}|[a-z][a-z0-9_-]*)\}")
"""`{name}`; `{{name}}` is the text `{name}`."""

_INTERPRETER: Final = re.compile(
    r"([a-z]*sh|python|perl|ruby|node|nodejs|deno|bun|lua|luajit|php|[gmn]?awk|sed|expect|julia)"
    r"[-0-9.]*"
)
"""A program that runs code in its arguments; versions such as `bash5` and `python3.12` too."""

_REMOTE: Final = re.compile(r"[a-z]*ssh|mosh|rsh")
"""A program that passes its arguments to a shell on another machine."""

_NO_SHELLS: Final = frozenset({"flush", "push", "refresh"})
"""Words that end like the name of a shell."""

_WITH_CODE_OPTION: Final = frozenset({"flock", "runuser", "script", "su"})
"""Programs with an option for a shell's code, in any place."""

_JOINING: Final = frozenset({"eval", "parallel", "screen", "tmux", "watch", "xterm"})
"""Programs that may pass their arguments to a shell, as one text."""

_SPLIT: Final = re.compile(r"-[a-z0]*S.*|--s.*", re.DOTALL)
"""The option of `env` that splits a text into arguments."""


class UnavailableError(Exception):
    """A command cannot be run on a row; the text is the reason, in one line."""


class PreparedProgram(Struct, frozen=True):
    """A program with the arguments that a row gives it."""

    name: str
    """The command's name."""
    subject: str
    """The row, with its kind, and with its region where several are shown."""
    arguments: tuple[str, ...]
    is_background: bool

    @property
    def line(self) -> str:
        """The program and its arguments, quoted as for a shell."""
        return escape_controls(shlex.join(self.arguments))


def placeholders_in(argument: str) -> Iterator[str]:
    """Yield the names of the placeholders in an argument."""
    for found in _PLACEHOLDER.finditer(argument):
        if not found[1].startswith("{"):
            yield found[1]


def shell_code_with_placeholder(run: Sequence[str]) -> str:
    """Return the argument in which a value could be read as code; empty if there is none.

    Every argument may be the program that another one runs, as after `sudo` or `env`. The rule
    does not know the options of any program, so it rejects some placeholders that are harmless.

    Args:
        run: The program and its arguments, with placeholders.
    """
    index = 0
    while index < len(run):
        name = PurePath(run[index]).name.lower()
        index += 1
        rest = run[index:]
        checked: Sequence[str] = ()
        if name in _JOINING:
            checked = rest
        elif _REMOTE.fullmatch(name):
            checked = [argument for argument in rest if len(argument.split()) > 1]
        elif name in _WITH_CODE_OPTION or (name == "env" and any(map(_SPLIT.fullmatch, rest))):
            checked = _near_options(rest)
        elif _INTERPRETER.fullmatch(name) and name not in _NO_SHELLS:
            checked = rest[: _code_length(rest)]
            # The name that a shell's code gets as $0 is no program.
            index += len(checked)
        for argument in checked:
            if any(placeholders_in(argument)):
                return argument
    return ""


def _code_length(arguments: Sequence[str]) -> int:
    """Return how many arguments of an interpreter may be options, code or script.

    What follows is data: after the first argument if that is no option, after `--` and another
    one, or after two in succession that are no options, because one may belong to an option.
    """
    words = 0
    needed = 1
    for index, argument in enumerate(arguments):
        if argument == "--":
            return index + 2
        if argument.startswith(("-", "+")):
            words, needed = 0, 2
            continue
        words += 1
        if words == needed:
            return index + 1
    return len(arguments)


def _near_options(arguments: Sequence[str]) -> list[str]:
    """Return the options, and the first two arguments after the program and after each option."""
    found = []
    words = 0
    for argument in arguments:
        # `--` ends no options here: `su -- op -c CODE` passes `-c` to a shell.
        words = 0 if argument.startswith(("-", "+")) else words + 1
        if words <= 2:
            found.append(argument)
    return found


def prepare(
    command: OwnCommand,
    row: AnyRow,
    kind: ResourceKind,
    unread_pools: UnreadPools,
    *,
    names_region: bool = False,
) -> PreparedProgram:
    """Return a command with the values of a row in place of the placeholders.

    Args:
        command: The command.
        row: The row.
        kind: What the row shows.
        unread_pools: Returns the pools of a region whose nodes have not been read.
        names_region: Whether texts about the row name its region.

    Raises:
        UnavailableError: A value is empty, not read yet, or must not be passed on.
    """
    subject = escape_controls(view_of(row).subject(row) or title_of(row))
    if names_region:
        subject = f"{subject} in {row.region}"

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("{"):
            return name
        value = field_value(row, kind, name, unread_pools)
        if value.is_unread:
            raise UnavailableError(f"{name} of {subject} is not known yet")
        if not value.text:
            raise UnavailableError(f"{subject} has no {name}")
        if escape_controls(value.text) != value.text:
            raise UnavailableError(f"{name} of {subject} contains control characters")
        return value.text

    arguments = []
    for template in command.run:
        argument = _PLACEHOLDER.sub(value_of, template)
        if argument.startswith("-") and not template.startswith("-"):
            raise UnavailableError(
                f"{argument} would be read as an option, because the value begins with -"
            )
        arguments.append(argument)
    return PreparedProgram(command.name, subject, tuple(arguments), command.background)
