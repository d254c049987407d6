"""Completion for bash 4 and later, without the bash-completion package."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.cli.described import DIRECTORIES, FILES, PROFILES, Described, Flag

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
        word=${COMP_WORDS[i]}
        case $word in
            @COMMANDS@) command=$word; break ;;
        esac
    done
"""

_TAIL = """\
}
complete -F _rcv3_tui rcv3-tui
"""

_KINDS = {
    FILES: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))',
    DIRECTORIES: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))',
    PROFILES: (
        'COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" completion profiles 2>/dev/null)"'
        ' -- "$cur"))'
    ),
}


def script(commands: Sequence[Described]) -> str:
    """Make the script.

    Args:
        commands: Everything there is, the console first.
    """
    names = [each.name for each in commands if each.name]
    lines = [_HEAD.replace("@COMMANDS@", "|".join(names)), '    case "$command:$prev" in\n']
    for each in commands:
        for flag in each.flags:
            if reply := _value_reply(flag):
                patterns = "|".join(f"{each.name}:{name}" for name in flag.names)
                # A value that may be left out is offered together with what could follow instead.
                lines.append(f"        {patterns}) {reply}; return ;;\n")
    lines.append("    esac\n    case $command in\n")
    for each in commands:
        flags = [name for flag in each.flags for name in flag.names]
        words = [word for group in each.words for word in group.choices]
        words += [] if each.name else names
        pattern = each.name or "''"
        kinds = [group.kind for group in each.words if group.kind]
        lines.append(f"        {pattern})\n")
        lines.append("            if [[ $cur == -* ]]; then\n")
        lines.append(f"                {_words(flags)}\n")
        if words:
            lines.append(f"            else\n                {_words(words)}\n")
        elif kinds:
            lines.append(f"            else\n                {_KINDS[kinds[0]]}\n")
        lines.append("            fi ;;\n")
    lines.append("    esac\n")
    return "".join([*lines, _TAIL])


def _value_reply(flag: Flag) -> str:
    if flag.choices:
        return _words(flag.choices)
    if flag.kind:
        return _KINDS[flag.kind]
    return ":" if flag.value and not flag.may_lack_value else ""


def _words(words: Sequence[str]) -> str:
    return f"COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$cur\"))"
