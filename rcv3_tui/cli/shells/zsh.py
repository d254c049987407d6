"""Completion for zsh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rcv3_tui.cli.introspect import FILES, PROFILES, CommandSpec, Option, verbs_by_group

_PROFILES = """\
_rcv3_tui_profiles() {
    local -a names
    names=(${(f)"$(${words[1]} completion profiles 2>/dev/null)"})
    compadd -a names
}
"""

_KINDS = {FILES: "_files", PROFILES: "_rcv3_tui_profiles"}


def script(commands: Sequence[CommandSpec]) -> str:
    """Return the script.

    Args:
        commands: The console and then every command.
    """
    console, verbs = commands[0], verbs_by_group(commands)
    plain = [each for each in commands[1:] if " " not in each.name]
    lines = [
        "#compdef rcv3-tui\n",
        "# zsh completion for rcv3-tui; made by: rcv3-tui completion zsh\n",
        _PROFILES,
        "_rcv3_tui() {\n",
        "    local curcontext=$curcontext state line\n",
        "    local -a commands\n",
        "    commands=(\n",
        *(f"        {_quoted(f'{each.name}:{each.summary}')}\n" for each in plain),
        *(f"        {_quoted(f'{group}:' + ', '.join(words))}\n" for group, words in verbs.items()),
        "    )\n",
        "    _arguments -C \\\n",
        *(f"        {spec} \\\n" for option in console.options for spec in _specs(option)),
        "        '1: :->command' '*:: :->rest'\n",
        "    case $state in\n",
        "        command) _describe -t commands command commands ;;\n",
        "        rest)\n",
        "            case ${words[1]} in\n",
    ]
    for each in plain:
        lines += _case(each.name, each)
    for group, words in verbs.items():
        lines += [
            f"                {group})\n",
            "                    if (( CURRENT == 2 )); then\n",
            f"                        compadd {' '.join(words)}; return\n",
            "                    fi\n",
            "                    shift words; (( CURRENT-- ))\n",
            "                    case ${words[1]} in\n",
        ]
        for each in commands:
            if each.name.startswith(f"{group} "):
                lines += _case(each.name.split()[1], each)
        lines.append("                    esac ;;\n")
    lines += [
        "            esac ;;\n",
        "    esac\n",
        "}\n",
        # Both ways of loading it: by autoload from fpath, and by eval.
        'if [ "$funcstack[1]" = _rcv3_tui ]; then\n',
        '    _rcv3_tui "$@"\n',
        "else\n",
        "    compdef _rcv3_tui rcv3-tui\n",
        "fi\n",
    ]
    return "".join(lines)


def _case(pattern: str, command: CommandSpec) -> Iterator[str]:
    """Yield the branch that completes the words after a command."""
    yield f"                {pattern})\n                    _arguments \\\n"
    for option in command.options:
        yield from (f"                        {spec} \\\n" for spec in _specs(option))
    for number, word in enumerate(command.positionals, start=1):
        action = f"({' '.join(word.choices)})" if word.choices else _KINDS.get(word.kind, "")
        if action:
            # A word of the operator's own choice completes to nothing, and options to themselves.
            spec = _quoted(f"{number}:{word.name}:{action}")
            yield f"                        {spec} \\\n"
    yield "                        && return ;;\n"


def _specs(option: Option) -> Iterator[str]:
    """Word a flag for `_arguments`, once for each of its names."""
    others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    text = _escaped(option.help.replace("[", "(").replace("]", ")"))
    for name in option.names:
        if not option.value:
            yield _quoted(f"{others}{name}[{text}]")
            continue
        action = f"({' '.join(option.choices)})" if option.choices else _KINDS.get(option.kind, " ")
        colon = "::" if option.value_is_optional else ":"
        equals = "=" if name.startswith("--") else "+"
        yield _quoted(
            f"{others}{name}{equals}[{text}]{colon}{_escaped(_plain(option.value))}:{action}"
        )


def _plain(value: str) -> str:
    return value.replace("[", "").replace("]", "")


def _escaped(text: str) -> str:
    return text.replace(":", "\\:")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
