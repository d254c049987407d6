"""Completion for bash 4 and later, without the bash-completion package."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.cli.introspect import (
    FILES,
    PROFILES,
    CommandSpec,
    Option,
    first_words,
    verbs_by_group,
)

_HEAD = """\
# bash completion for rcv3-tui; made by: rcv3-tui completion bash
_rcv3_tui() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word i
    COMPREPLY=()
    # --flag=value comes as three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${command:+$command }${COMP_WORDS[i]}
        case $word in
            @COMMANDS@) command=$word ;;
        esac
    done
"""

_TAIL = """\
}
complete -F _rcv3_tui rcv3-tui
"""

_KINDS = {
    FILES: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))',
    PROFILES: (
        'COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" completion profiles 2>/dev/null)"'
        ' -- "$cur"))'
    ),
}


def script(commands: Sequence[CommandSpec]) -> str:
    """Return the script.

    Args:
        commands: The console and then every command.
    """
    verbs = verbs_by_group(commands)
    names = [*verbs, *(each.name for each in commands if each.name)]
    known = "|".join(f'"{name}"' for name in names)
    lines = [_HEAD.replace("@COMMANDS@", known), '    case "$command:$prev" in\n']
    for each in commands:
        for option in each.options:
            if reply := _value_reply(option):
                patterns = "|".join(f'"{each.name}":{name}' for name in option.names)
                # A value that may be left out is offered together with what could follow instead.
                lines.append(f"        {patterns}) {reply}; return ;;\n")
    lines.append("    esac\n    case $command in\n")
    for each in commands:
        flags = [name for option in each.options for name in option.names]
        words = [word for group in each.positionals for word in group.choices]
        words += [] if each.name else first_words(commands)
        pattern = f'"{each.name}"'
        kinds = [group.kind for group in each.positionals if group.kind]
        lines.append(f"        {pattern})\n")
        lines.append("            if [[ $cur == -* ]]; then\n")
        lines.append(f"                {_words(flags)}\n")
        if words:
            lines.append(f"            else\n                {_words(words)}\n")
        elif kinds:
            lines.append(f"            else\n                {_KINDS[kinds[0]]}\n")
        lines.append("            fi ;;\n")
    lines += [f"        {group}) {_words(words)} ;;\n" for group, words in verbs.items()]
    lines.append("    esac\n")
    return "".join([*lines, _TAIL])


def _value_reply(option: Option) -> str:
    if option.choices:
        return _words(option.choices)
    if option.kind:
        return _KINDS[option.kind]
    return ":" if option.value and not option.value_is_optional else ""


def _words(words: Sequence[str]) -> str:
    return f"COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$cur\"))"
