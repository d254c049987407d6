# Shared by the findings: a temporary directory, pinned packages, and a check that fails on change.
set -euo pipefail

work=$(mktemp -d)
trap 'cleanup' EXIT
cleanup() { rm -rf "$work"; }

# python_with PACKAGE==VERSION ...: sets $python to an interpreter that has them.
python_with() {
    python3 -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" 2>"$work/pip.log" ||
        { cat "$work/pip.log" >&2; exit 2; }
    python=$work/venv/bin/python
}

# debian PACKAGE=VERSION: unpacks a Debian package below $root without installing it.
debian() {
    root=$work/root
    mkdir -p "$root"
    (cd "$work" && apt-get download "$1" >"$work/apt.log" 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
    dpkg-deb -x "$work/${1%%=*}"_*.deb "$root"
}

# expect WHAT SEEN EXPECTED: prints what was seen; fails when it is not what it was.
expect() {
    printf '%s: %s\n' "$1" "$2"
    if [ "$2" != "$3" ]; then
        printf 'changed; it was: %s\n' "$3" >&2
        exit 1
    fi
}

# A terminal for one command: types INPUT bytes after a delay, prints all output as a Python literal.
# pty_run SECONDS INPUT_LITERAL COMMAND ...
pty_run() {
    python3 - "$@" <<'PY'
import ast, fcntl, os, pty, select, signal, struct, sys, termios, time

seconds, typed, command = float(sys.argv[1]), ast.literal_eval(sys.argv[2]), sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8")
    os.execvp(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
start, output = time.monotonic(), b""
while (passed := time.monotonic() - start) < seconds:
    if typed and passed > seconds / 2:
        os.write(fd, typed)
        typed = b""
    if select.select([fd], [], [], 0.05)[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        output += data
try:
    os.kill(pid, signal.SIGKILL)
except ProcessLookupError:
    pass
os.waitpid(pid, 0)
print(repr(output))
PY
}
