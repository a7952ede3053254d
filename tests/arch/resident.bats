#!/usr/bin/env bats
# Embedded programs of other CPUs, in QEMU's user mode, which starts an ELF interpreter as the kernel does
# (linux-user/elfload.c). The oracle is the same program alone. Those of x86-64 are in tests/shim/resident.bats.
# shellcheck disable=SC2154 # visited.bash sets `visited`

load ../lib/common
load ../lib/cross
load ../lib/static
load ../lib/visited

CPUS='aarch64 riscv64'

# glibc of bookworm has no static-pie for RISC-V.
kinds_of() { # CPU
    case $1 in
    riscv64) echo static ;;
    *) echo static static-pie ;;
    esac
}

setup_file() {
    local cpu kind
    for cpu in $CPUS; do
        make_for "$cpu-linux-gnu" CROSS="$cpu-linux-gnu" "build/$cpu-linux-gnu/ld-nosigpipe.so"
        for kind in $(kinds_of "$cpu"); do
            # With optimization a handler's last call is a jump.
            "$cpu-linux-gnu-gcc" -std=c11 -D_GNU_SOURCE -O2 "-$kind" -pthread -o "$BATS_FILE_TMPDIR/$cpu.$kind" \
                "$ROOT/tests/fixtures/attach/visited.c"
            "$BUILD/nosigpipe-embed" --interpreter="$BUILD/$cpu-linux-gnu/ld-nosigpipe.so" \
                "$BATS_FILE_TMPDIR/$cpu.$kind" "$BATS_FILE_TMPDIR/$cpu.$kind.embedded"
        done
    done
}

teardown() {
    stop_visited
}

for_each_kind() { # COMMAND
    local cpu kind
    for cpu in $CPUS; do
        for kind in $(kinds_of "$cpu"); do
            RUN=("qemu-$cpu-static" "$BATS_FILE_TMPDIR/$cpu.$kind")
            "$@" || fail "$cpu $kind"
        done
    done
}

@test "the resident for each CPU needs no relocation, libc, thread-local storage or page that is writable and executable" {
    for cpu in $CPUS; do
        assert_resident "$BUILD/$cpu-linux-gnu/ld-nosigpipe.so"
    done
}

outlives_broken_writes() {
    start_visited "${RUN[@]}"
    say q 'disposition: SIG_DFL flags 0'
    printf 'w\n' >&"${VISITED[1]}"
    end_visited "$SIGPIPE_STATUS"
    start_visited "${RUN[0]}" "${RUN[1]}.embedded"
    say_broken_writes
    say f 'in a child: EPIPE'
    say c 'set chain'
    say w 'write: EPIPE'
    say n 'runs: 1'
    say b 'set what was before'
    say w 'write: EPIPE'
    end_visited 0
}

@test "embedded programs outlive broken writes, also where they call the guard or set it again" {
    for_each_kind outlives_broken_writes
}

ends_by_a_signal() {
    start_visited "${RUN[0]}" "${RUN[1]}.embedded"
    kill -PIPE "$visited"
    end_visited "$SIGPIPE_STATUS"
    # Where the program has its own handler, that runs, and the guard that it calls does nothing.
    start_visited "${RUN[0]}" "${RUN[1]}.embedded"
    say c 'set chain'
    kill -PIPE "$visited"
    say n 'runs: 1'
    say w 'write: EPIPE'
    end_visited 0
}

@test "a SIGPIPE that others send ends embedded programs, unless they handle it" {
    for_each_kind ends_by_a_signal
}

reads_options() {
    rm -f log
    start_visited env NOSIGPIPE_OPTIONS=log=file:log,backtrace=8 "${RUN[0]}" "${RUN[1]}.embedded"
    say w 'write: EPIPE'
    end_visited 0
    run cat log
    assert_output --regexp " program=${RUN[1]##*/}.embedded .* call=write fd=[0-9]+ kind=pipe .* asked=1 written=0 action=epipe count=1 "
    start_visited env NOSIGPIPE_OPTIONS=action=die "${RUN[0]}" "${RUN[1]}.embedded"
    printf 'w\n' >&"${VISITED[1]}"
    end_visited "$SIGPIPE_STATUS"
    start_visited env NOSIGPIPE_OPTIONS=off "${RUN[0]}" "${RUN[1]}.embedded"
    say q 'disposition: SIG_DFL flags 0'
    end_visited 0
}

@test "embedded programs read NOSIGPIPE_OPTIONS, and records say what was written where" {
    cd "$BATS_TEST_TMPDIR"
    for_each_kind reads_options
}

@test "a static Go program of another CPU is refused" {
    cd "$BATS_TEST_TMPDIR"
    echo 'package main; func main() {}' >program.go
    GO111MODULE=off GOARCH=arm64 CGO_ENABLED=0 go build -o program program.go
    run "$BUILD/nosigpipe-embed" --interpreter=/ld-nosigpipe.so program out
    assert_failure 125
    assert_output "nosigpipe-embed: 'program' is a static Go program, whose runtime replaces the guard by a handler of its own"
}
