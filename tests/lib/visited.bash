# For tests that visit a running process: tests/fixtures/attach/visited.c, which obeys lines.

ATTACH=$BUILD/nosigpipe-attach
STATIC=$PROGRAMS/static

# Starts a program, with SIGPIPE at its default, and waits until it is ready. Sets `visited`.
start_visited() { # COMMAND...
    # shellcheck disable=SC2034 # bats reads from its numbers
    coproc VISITED { bare_exec "$@" 3>&-; }
    visited=$VISITED_PID
    expect ready
}

# A function cannot be executed.
bare_exec() {
    exec env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$@"
}

expect() { # LINE
    local line=
    read -r -t 100 line <&"${VISITED[0]}" || line="no answer"
    [ "$line" = "$1" ] || fail "expected '$1', got '$line'"
}

# Sends a line, and asserts the answer.
say() { # LINE ANSWER
    printf '%s\n' "$1" >&"${VISITED[1]}"
    expect "$2"
}

# Has it make 1602 broken writes: one by write, one by stdio, the rest in threads. Those are gone for pthread_join
# before the kernel has taken them off its list, and one that ends cannot be stopped.
say_broken_writes() {
    local threads
    threads=$(status_of Threads)
    say w 'write: EPIPE'
    say p 'stdio: EPIPE'
    say t 'threads: 1600 of 1600'
    await Threads "$threads"
}

# Ends the program, and asserts its status.
end_visited() { # STATUS
    # bash forgets the descriptors of a coprocess that has ended.
    local status=0 input=${VISITED[1]-}
    [ -z "$input" ] || eval "exec $input>&-"
    wait "$visited" || status=$?
    visited=
    assert_equal "$status" "$1"
}

stop_visited() {
    [ -z "${visited-}" ] || kill -KILL "$visited" 2>/dev/null || true
}

# A field of the process's status, proc_pid_status(5).
status_of() { # FIELD [PID]
    sed -n "s/^$1:[[:space:]]*//p" "/proc/${2-$visited}/status"
}

# Waits until a field of its status is this: a process that goes on takes a moment until it sleeps or is stopped again.
await() { # FIELD VALUE
    for _ in {1..6000}; do
        [ "$(status_of "$1")" != "$2" ] || return 0
        sleep 0.01
    done
    fail "$1 of $visited: '$(status_of "$1")', not '$2'"
}
