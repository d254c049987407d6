# For the findings about mosh: a session over loopback, from a Debian package that is not installed.

# mosh_run SECONDS BYTES_LITERAL: runs a program in mosh that writes the bytes, prints what the client draws.
mosh_run() {
    cat >"$work/inner.py" <<PY
import os, time
os.write(1, $2)
time.sleep(4)
PY
    local line
    line=$(LC_ALL=C.UTF-8 "$root/usr/bin/mosh-server" new -i 127.0.0.1 -- python3 "$work/inner.py" 2>/dev/null |
        grep '^MOSH CONNECT')
    # shellcheck disable=SC2086
    set -- "$1" $line
    MOSH_KEY=$5 pty_run "$1" 'b""' "$root/usr/bin/mosh-client" 127.0.0.1 "$4"
}
