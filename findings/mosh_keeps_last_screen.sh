#!/usr/bin/env bash
# mosh 1.4.0 (Debian 12, 1.4.0-1+b1)
#
# mosh's own terminal has no alternate screen: what a full-screen program drew stays in the window after it
# has ended, and is mixed with the shell's text. A program cannot count on leaving no account data behind
# by leaving the alternate screen.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_mosh.sh"
debian mosh=1.4.0-1+b1
seen=$(mosh_run 2 "b'shell\\x1b[?1049h-screen-\\x1b[?1049lshell'" | grep -o 'shell.*shell')
expect "after the alternate screen was left" "$seen" "shell-screen-shell"
