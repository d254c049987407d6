#!/usr/bin/env bash
# shiv 1.0.8
#
# A zipapp made by shiv unpacks itself into ~/.shiv, by the build's hash, and nothing ever removes a build
# that has been replaced. A tool of 50 MB that is updated weekly fills a jump host's home in silence.
. "$(dirname "$0")/lib.sh"
python_with shiv==1.0.8
mkdir -p "$work/demo/demo_tool" "$work/home"
cat >"$work/demo/pyproject.toml" <<'TOML'
[project]
name = "demo-tool"
version = "1.0"
[project.scripts]
demo-tool = "demo_tool:main"
TOML
for build in 1 2 3; do
    echo "def main(): print($build)" >"$work/demo/demo_tool/__init__.py"
    "$work/venv/bin/shiv" -q -c demo-tool -o "$work/demo.pyz" "$work/demo" >/dev/null 2>&1
    HOME=$work/home "$work/demo.pyz" >/dev/null
done
kept=$(find "$work/home/.shiv" -mindepth 1 -maxdepth 1 -type d | wc -l | tr -d ' ')
expect "unpacked builds of one file" "$kept" "3"
