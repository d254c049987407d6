"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rcv3_tui.cli.introspect import (
    FILES,
    PROFILES,
    CommandSpec,
    Option,
    first_words,
    verbs_by_group,
)

_KINDS = {
    FILES: "-F",
    PROFILES: "-xa '(rcv3-tui completion profiles 2>/dev/null)'",
}


def script(commands: Sequence[CommandSpec]) -> str:
    """Return the script.

    Args:
        commands: The console and then every command.
    """
    verbs = verbs_by_group(commands)
    lines = [
        "# fish completion for rcv3-tui; made by: rcv3-tui completion fish",
        "complete -c rcv3-tui -f",
    ]
    none_yet = f"not {_seen(first_words(commands))}"
    for group, some in verbs.items():
        when = f"{_seen([group])}; and not {_seen(some)}"
        lines += [
            f"complete -c rcv3-tui -n {_quoted(when)} -a {each.name.split()[1]} "
            f"-d {_quoted(each.summary)}"
            for each in commands
            if each.name.startswith(f"{group} ")
        ]
    for each in commands:
        when = "; and ".join(_seen([word]) for word in each.name.split()) or none_yet
        start = f"complete -c rcv3-tui -n {_quoted(when)}"
        if not each.name:
            lines += [
                f"{start} -a {other.name} -d {_quoted(other.summary)}"
                for other in commands
                if other.name and " " not in other.name
            ]
            lines += [
                f"{start} -a {group} -d {_quoted(', '.join(words))}"
                for group, words in verbs.items()
            ]
        for words in each.positionals:
            if words.choices:
                lines.append(f"{start} -a {_quoted(' '.join(words.choices))}")
            elif words.kind:
                lines.append(f"{start} {_KINDS[words.kind]}")
        lines += [f"{start} {spec}" for option in each.options for spec in _specs(option)]
    return "\n".join(lines) + "\n"


def _seen(words: Sequence[str]) -> str:
    return f"__fish_seen_subcommand_from {' '.join(words)}"


def _specs(option: Option) -> Iterator[str]:
    names = " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    )
    value = ""
    if option.choices:
        value = f" -xa {_quoted(' '.join(option.choices))}"
    elif option.kind:
        value = f" -r {_KINDS[option.kind]}"
    elif option.value and not option.value_is_optional:
        value = " -x"
    yield f"{names}{value} -d {_quoted(option.help)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
