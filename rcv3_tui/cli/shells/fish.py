"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rcv3_tui.cli.described import DIRECTORIES, FILES, PROFILES, Described, Flag

_KINDS = {
    FILES: "-F",
    DIRECTORIES: "-xa '(__fish_complete_directories)'",
    PROFILES: "-xa '(rcv3-tui completion profiles 2>/dev/null)'",
}


def script(commands: Sequence[Described]) -> str:
    """Make the script.

    Args:
        commands: Everything there is, the console first.
    """
    names = [each.name for each in commands if each.name]
    lines = [
        "# fish completion for rcv3-tui; made by: rcv3-tui completion fish",
        "complete -c rcv3-tui -f",
    ]
    none_yet = f"not __fish_seen_subcommand_from {' '.join(names)}"
    for each in commands:
        when = f"__fish_seen_subcommand_from {each.name}" if each.name else none_yet
        start = f"complete -c rcv3-tui -n {_quoted(when)}"
        if not each.name:
            lines += [
                f"{start} -a {other.name} -d {_quoted(other.summary)}"
                for other in commands
                if other.name
            ]
        for words in each.words:
            if words.choices:
                lines.append(f"{start} -a {_quoted(' '.join(words.choices))}")
            elif words.kind:
                lines.append(f"{start} {_KINDS[words.kind]}")
        lines += [f"{start} {spec}" for flag in each.flags for spec in _specs(flag)]
    return "\n".join(lines) + "\n"


def _specs(flag: Flag) -> Iterator[str]:
    names = " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names
    )
    value = ""
    if flag.choices:
        value = f" -xa {_quoted(' '.join(flag.choices))}"
    elif flag.kind:
        value = f" -r {_KINDS[flag.kind]}"
    elif flag.value and not flag.may_lack_value:
        value = " -x"
    yield f"{names}{value} -d {_quoted(flag.help)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
