"""Completion for zsh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rcv3_tui.cli.described import DIRECTORIES, FILES, PROFILES, Described, Flag

_PROFILES = """\
_rcv3_tui_profiles() {
    local -a names
    names=(${(f)"$(${words[1]} completion profiles 2>/dev/null)"})
    compadd -a names
}
"""

_KINDS = {FILES: "_files", DIRECTORIES: "_files -/", PROFILES: "_rcv3_tui_profiles"}


def script(commands: Sequence[Described]) -> str:
    """Make the script.

    Args:
        commands: Everything there is, the console first.
    """
    console, others = commands[0], commands[1:]
    lines = [
        "#compdef rcv3-tui\n",
        "# zsh completion for rcv3-tui; made by: rcv3-tui completion zsh\n",
        _PROFILES,
        "_rcv3_tui() {\n",
        "    local curcontext=$curcontext state line\n",
        "    local -a commands\n",
        "    commands=(\n",
        *(f"        {_quoted(f'{each.name}:{each.summary}')}\n" for each in others),
        "    )\n",
        "    _arguments -C \\\n",
        *(f"        {spec} \\\n" for flag in console.flags for spec in _specs(flag)),
        "        '1: :->command' '*:: :->rest'\n",
        "    case $state in\n",
        "        command) _describe -t commands command commands ;;\n",
        "        rest)\n",
        "            case ${words[1]} in\n",
    ]
    for each in others:
        lines.append(f"                {each.name})\n                    _arguments \\\n")
        lines += [f"                        {s} \\\n" for f in each.flags for s in _specs(f)]
        for number, word in enumerate(each.words, start=1):
            action = f"({' '.join(word.choices)})" if word.choices else _KINDS.get(word.kind, " ")
            spec = _quoted(f"{number}:{word.name}:{action}")
            lines.append(f"                        {spec} \\\n")
        lines.append("                        && return ;;\n")
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


def _specs(flag: Flag) -> Iterator[str]:
    """Word a flag for `_arguments`, once for each of its names."""
    others = f"({' '.join(flag.names)})" if len(flag.names) > 1 else ""
    text = _escaped(flag.help.replace("[", "(").replace("]", ")"))
    for name in flag.names:
        if not flag.value:
            yield _quoted(f"{others}{name}[{text}]")
            continue
        action = f"({' '.join(flag.choices)})" if flag.choices else _KINDS.get(flag.kind, " ")
        colon = "::" if flag.may_lack_value else ":"
        equals = "=" if name.startswith("--") else "+"
        yield _quoted(
            f"{others}{name}{equals}[{text}]{colon}{_escaped(_plain(flag.value))}:{action}"
        )


def _plain(value: str) -> str:
    return value.replace("[", "").replace("]", "")


def _escaped(text: str) -> str:
    return text.replace(":", "\\:")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
