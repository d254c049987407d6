#!/usr/bin/env bash
# pipx 1.18.4, uv 0.13.9, hatchling 1.27.0
#
# A wheel that brings a manual page and a completion as shared data: `pipx install` links both to where man and
# bash look, `uv tool install` puts them below the tool's own environment, where nothing finds them.
. "$(dirname "$0")/lib.sh"
python_with pipx==1.18.4 uv==0.13.9
mkdir -p "$work/demo/demo_tool"
cd "$work/demo"
echo 'def main(): print("demo")' >demo_tool/__init__.py
echo '.TH demo-tool 1' >demo.1
echo 'complete -W "one two" demo-tool' >demo.bash
cat >pyproject.toml <<'TOML'
[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"
[project]
name = "demo-tool"
version = "1.0"
[project.scripts]
demo-tool = "demo_tool:main"
[tool.hatch.build.targets.wheel.shared-data]
"demo.1" = "share/man/man1/demo-tool.1"
"demo.bash" = "share/bash-completion/completions/demo-tool"
TOML
export HOME=$work/home PATH="$work/home/.local/bin:$PATH"
found() { { find "$HOME/.local/share/man" "$HOME/.local/share/bash-completion" -name 'demo-tool*' 2>/dev/null || true; } | wc -l | tr -d ' '; }
for installer in pipx uv; do
    rm -rf "$HOME"
    mkdir "$HOME"
    if [ "$installer" = pipx ]; then
        "$work/venv/bin/pipx" install --quiet "$work/demo" >/dev/null 2>&1
    else
        "$work/venv/bin/uv" tool install --quiet --python "$python" "$work/demo" >/dev/null 2>&1
    fi
    "$HOME/.local/bin/demo-tool" >/dev/null
    seen="${seen:-}$installer $(found); "
done
expect "files where man and bash look" "$seen" "pipx 2; uv 0; "
