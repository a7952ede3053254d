# For tests that read records: they run a program with a log, and decode what it logged.

EVENT_KEYS='time pid tid program thread call fd kind local peer peer_pid inode asked written action
count fd_count'
SUMMARY_KEYS='time pid tid program events by_call by_kind lost'

# Runs a command with the shim and these options.
logging() { # OPTIONS COMMAND...
    local options=$1
    shift
    env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$options" "$@"
}

decode() { # FORMAT FILE...: each record as lines key=value, and an empty line
    python3 -I "$ROOT/tests/fixtures/events/record_decode.py" "$@"
}

# Prints the record of that number, counted from 1, of the decoded records on standard input.
record_number() { # NUMBER
    awk -v wanted="$1" 'BEGIN { RS = ""; } NR == wanted'
}

# Prints the fields of a decoded record on standard input that are compared with what a program knows.
without_time() {
    grep -v -e '^time=' -e '^[A-Z_]*='
}

# Prints the values of a key, one a line, of the decoded records on standard input.
values_of() { # KEY
    sed -n "s/^$1=//p"
}

assert_keys() { # KEYS, of a decoded record on standard input
    assert_equal "$(sed 's/=.*//' | xargs)" "$(xargs <<<"$1")"
}

# Runs a command where /dev and /run are this test's own: few devices, and nothing in /run. Needs mounts.
in_own_root() { # COMMAND...
    mkdir -p "$BATS_TEST_TMPDIR/dev"
    # shellcheck disable=SC2016 # for the inner shell
    "$OWN_MOUNTS" bash -ec '
        dev=$1
        shift
        mount -t tmpfs tmpfs "$dev"
        for name in null zero full random urandom; do
            : >"$dev/$name"
            mount --bind "/dev/$name" "$dev/$name"
        done
        ln -s /proc/self/fd "$dev/fd"
        mount --rbind "$dev" /dev
        mount -t tmpfs tmpfs /run
        mkdir -p /run/systemd/journal
        exec "$@"' bash "$BATS_TEST_TMPDIR/dev" "$@"
}

# The same with a server for datagrams or connections at SOCKET, which writes what it receives into FOLDER.
with_server() { # [--stream] SOCKET FOLDER COMMAND...
    in_own_root python3 -I "$ROOT/tests/fixtures/events/record_serve.py" "$@"
}

# Waits until the server has so many datagrams. The kernel keeps eleven, and no more, for a server that the machine does
# not let run (net/unix/af_unix.c, sysctl_max_dgram_qlen).
await_datagrams() { # FOLDER COUNT
    for _ in {1..6000}; do
        [ ! -e "$1/$2" ] || return 0
        sleep 0.01
    done
    return 1
}

# A program in Python, which runs the statements that follow.
APP=(/usr/bin/env python3 -I "$ROOT/tests/fixtures/events/event_app.py")
