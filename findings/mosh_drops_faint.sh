#!/usr/bin/env bash
# mosh 1.4.0 (Debian 12, 1.4.0-1+b1)
#
# mosh carries bold, italic, underline, reverse and 24-bit color, and drops faint (SGR 2) and strike-through
# (SGR 9). Text that says "old" or "gone" by these attributes alone looks current.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_mosh.sh"
debian mosh=1.4.0-1+b1
seen=$(mosh_run 2 "b'<\\x1b[2mfaint\\x1b[0m \\x1b[9mstruck\\x1b[0m \\x1b[3mitalic\\x1b[0m>'" | grep -o '<.*>')
expect "what the outer terminal gets" "$seen" '<faint struck \x1b[0;3mitalic\x1b[0m>'
