# What the tests of services share, beside programs.bash: programs that are built for them, servers
# that are killed and come back at the same address, and clients that are driven line by line.

# shellcheck disable=SC2154 # `prefix` is set there
load programs

SOURCES=$ROOT/tests/applications/scenarios
MODES='catch ignore mask flags'

build_c() { # NAME [LIBRARY]...
    local name=$1
    shift
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -pthread \
        -o "$BATS_FILE_TMPDIR/$name" "$SOURCES/$name.c" "${@/#/-l}"
}

# Kills the server and waits for its end. The shell would print a message about it.
kill_hard() { # PID...
    { kill -KILL "$@" && wait "$@" || true; } 2>/dev/null
}

teardown() {
    [ ${#started[@]} -eq 0 ] || kill_hard "${started[@]}"
}

# Runs a command in the background, with this standard input, where bats does not wait for it. Its
# process id is the last of `started`. Not for functions, which would be a shell's child.
start() { # COMMAND...
    "$@" <&0 3>&- 7>&- &
    started+=($!)
}

# Starts a server that prints its port first, and sets `port`.
start_server() { # OUTPUT COMMAND...
    local output=$1
    shift
    start "$@" >"$output"
    wait_until read_port "$output"
}

read_port() { # FILE
    read -r port <"$1"
}

# Starts a client, by `prefix`, that reads what is written to descriptor 7, and ends when that is
# closed.
start_client() { # OUTPUT COMMAND...
    local output=$1 lines=$BATS_TEST_TMPDIR/lines
    shift
    rm -f "$lines"
    mkfifo "$lines"
    exec 7<>"$lines"
    start "${prefix[@]}" "$@" <"$lines" >"$output" 2>&1
    client=${started[-1]}
}

# Asserts that the process has the shim loaded, or, bare, that it has not.
assert_preloaded() { # PID
    local expected=1
    [ "$way" != bare ] || expected=0
    assert_equal "$(grep -c 'r-xp.*libnosigpipe' "/proc/$1/maps")" "$expected"
}

# Sets `status` to that of the client, whose input ends.
end_client() {
    exec 7>&-
    status=0
    wait "$client" || status=$?
}

# A certificate for ADDRESS and its key, in one file.
make_certificate() { # FILE
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=broker -addext "subjectAltName=IP:$ADDRESS" -keyout "$1" 2>/dev/null >"$1.part"
    cat "$1.part" >>"$1"
}
