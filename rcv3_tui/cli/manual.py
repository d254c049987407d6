"""Sets the manual page in roff's man macros."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rcv3_tui import __version__
from rcv3_tui.cli.described import Described, Flag

_SECTION = re.compile(r"^([a-z ]+):(.*)$")


def page(commands: Sequence[Described]) -> str:
    """Make the page.

    Args:
        commands: Everything there is, the console first.
    """
    console, others = commands[0], commands[1:]
    lines = [
        f'.TH RCV3\\-TUI 1 "" "rcv3\\-tui {_text(__version__)}" "User Commands"',
        # Flags and examples are to be copied: no word is parted, no line is filled up.
        ".nr HY 0",
        ".nh",
        ".ad l",
        ".SH NAME",
        f"rcv3\\-tui \\- {_text(console.description.rstrip('.'))}",
        ".SH SYNOPSIS",
        *_synopsis([each.usage for each in commands]),
        ".SH OPTIONS",
        *_flags(console),
    ]
    for each in others:
        lines.append(f".SH {_text(each.name.upper())}")
        lines += [_text(line) for line in each.description.splitlines()]
        for words in each.words:
            lines += [".TP", f"\\fI{_text(words.name)}\\fR", _text(words.help)]
        lines += _flags(each, known=console)
        lines += _epilog(each.epilog, ".SS")
    lines += _epilog(console.epilog, ".SH", skip=("commands",))
    lines += [
        ".SH FILES",
        ".TP",
        _text("~/.config/rcv3-tui/config.toml"),
        "The profiles, keys and intervals.",
        ".TP",
        _text("~/.local/state/rcv3-tui/journal.jsonl"),
        "Every change that was asked for, and what became of it.",
        ".TP",
        _text("~/.local/state/rcv3-tui/rcv3-tui.log"),
        "The log.",
        ".TP",
        _text("~/.cache/rcv3-tui/"),
        "Tokens and the last pictures, readable by you alone.",
    ]
    return "\n".join(lines) + "\n"


def _synopsis(usages: Sequence[str]) -> Iterator[str]:
    for usage in usages:
        program, _, rest = usage.partition(" ")
        yield f"\\fB{_text(program)}\\fR {_text(rest)}".rstrip()
        yield ".br"


def _flags(command: Described, known: Described | None = None) -> Iterator[str]:
    """Set a command's flags; those that the console has too are named at the end."""
    shared: list[str] = []
    for group in command.groups:
        own = [flag for flag in group.flags if known is None or flag not in known.flags]
        shared += [flag.names[-1] for flag in group.flags if flag not in own]
        if own and group.title != "options":
            yield f".SS {_text(group.title.capitalize())}"
        for flag in own:
            yield from (".TP", _flag(flag), _text(flag.help))
    if shared:
        yield from (".PP", f"Also: {_text(', '.join(shared))}; see OPTIONS.")


def _flag(flag: Flag) -> str:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in flag.names)
    if not flag.value:
        return names
    value = f"\\fI{_text(flag.value)}\\fR"
    return f"{names} [{value}]" if flag.may_lack_value else f"{names} {value}"


def _epilog(text: str, macro: str, *, skip: tuple[str, ...] = ()) -> Iterator[str]:
    """Set what follows the flags: its titled parts as they are laid out."""
    skipped = verbatim = False
    for line in text.splitlines():
        if title := _SECTION.match(line):
            if verbatim:
                yield ".EE"
            skipped = title[1] in skip
            verbatim = not skipped
            if not skipped:
                yield f"{macro} {_text(title[1].upper())}"
                yield ".EX"
                if title[2].strip():
                    yield _text(title[2].strip())
        elif not skipped:
            if not verbatim and line.strip():
                yield ".PP"
                yield ".EX"
                verbatim = True
            yield _text(line) if line.strip() else (".sp" if verbatim else ".PP")
    if verbatim:
        yield ".EE"


def _text(text: str) -> str:
    r"""Spell text so that roff prints it as it is: `\`, `-`, and a `.` or `'` at the start."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith(".") else text
