#!/usr/bin/env bash
# msgspec 0.20.0, Python 3.11 or later
#
# .NET services write times with seven digits of a second. msgspec rounds the seventh, `fromisoformat`
# drops it: the same text becomes two different times, and the last ten-millionth of a year becomes the
# next year. Ids, caches or comparisons built on both readings disagree.
. "$(dirname "$0")/lib.sh"
python_with msgspec==0.20.0
seen=$("$python" - <<'PY'
from datetime import datetime
import msgspec

text = "2015-12-31T23:59:59.9999999Z"
print(msgspec.json.decode(f'"{text}"', type=datetime).year, datetime.fromisoformat(text).year)
PY
)
expect "year by msgspec, by fromisoformat" "$seen" "2016 2015"
