#!/usr/bin/env bash
# mosh 1.4.0 (Debian 12, 1.4.0-1+b1)
#
# OSC 52 names the selection that is set; an empty name means the terminal's default, and `p` the primary
# selection. mosh passes the sequence on only when the name is exactly `c`. All others vanish without a trace.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_mosh.sh"
debian mosh=1.4.0-1+b1
seen=
for selection in c p ''; do
    output=$(mosh_run 2 "b'\\x1b]52;$selection;aGVsbG8=\\x07end'")
    case $output in
        *']52;'*end*) seen="$seen [$selection] passed;" ;;
        *end*) seen="$seen [$selection] dropped;" ;;
    esac
done
expect "OSC 52 by selection" "$seen" " [c] passed; [p] dropped; [] dropped;"
