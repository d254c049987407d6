"""Renders the manual page with roff's man macros."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rcv3_tui import __version__
from rcv3_tui.cli.introspect import CommandSpec, Option

_SECTION = re.compile(r"^([a-z ]+):(.*)$")


def render_man_page(commands: Sequence[CommandSpec]) -> str:
    """Return the page.

    Args:
        commands: The console and then every command.
    """
    console, others = commands[0], commands[1:]
    lines = [
        f'.TH RCV3\\-TUI 1 "" "rcv3\\-tui {_text(__version__)}" "User Commands"',
        # Options and examples get copied: no hyphenation, no justified lines.
        ".nr HY 0",
        ".nh",
        ".ad l",
        ".SH NAME",
        f"rcv3\\-tui \\- {_text(console.description.rstrip('.'))}",
        ".SH SYNOPSIS",
        *_synopsis([each.usage for each in commands]),
        ".SH OPTIONS",
        *_options(console),
    ]
    for each in others:
        lines.append(f".SH {_text(each.name.upper())}")
        lines += [_text(line) for line in each.description.splitlines()]
        for words in each.positionals:
            lines += [".TP", f"\\fI{_text(words.name)}\\fR", _text(words.help)]
        lines += _options(each, known=console)
        lines += _epilog(each.epilog, ".SS")
    lines += _epilog(console.epilog, ".SH", skip=("commands",))
    lines += [
        ".SH FILES",
        ".TP",
        _text("~/.config/rcv3-tui/config.toml"),
        "The profiles, keys, own commands and intervals.",
        ".TP",
        _text("~/.local/state/rcv3-tui/journal.jsonl"),
        "Every operation and its outcome.",
        ".TP",
        _text("~/.local/state/rcv3-tui/rcv3-tui.log"),
        "The log.",
        ".TP",
        _text("~/.cache/rcv3-tui/"),
        "Tokens, the latest snapshots and the last screen, readable only by you.",
    ]
    return "\n".join(lines) + "\n"


def _synopsis(usages: Sequence[str]) -> Iterator[str]:
    for usage in usages:
        program, _, rest = usage.partition(" ")
        yield f"\\fB{_text(program)}\\fR {_text(rest)}".rstrip()
        yield ".br"


def _options(command: CommandSpec, known: CommandSpec | None = None) -> Iterator[str]:
    """Render a command's options; those that the console has too are only named at the end."""
    shared: list[str] = []
    for group in command.groups:
        own = [each for each in group.options if known is None or each not in known.options]
        shared += [each.names[-1] for each in group.options if each not in own]
        if own and group.title != "options":
            yield f".SS {_text(group.title.capitalize())}"
        for option in own:
            yield from (".TP", _option(option), _text(option.help))
    if shared:
        yield from (".PP", f"Also: {_text(', '.join(shared))}; see OPTIONS.")


def _option(option: Option) -> str:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    if not option.value:
        return names
    value = f"\\fI{_text(option.value)}\\fR"
    return f"{names} [{value}]" if option.value_is_optional else f"{names} {value}"


def _epilog(text: str, macro: str, *, skip: tuple[str, ...] = ()) -> Iterator[str]:
    """Render the text after the options, with its titled sections verbatim."""
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
    r"""Escape text so that roff prints it verbatim: `\`, `-`, and a leading `.` or `'`."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith(".") else text
