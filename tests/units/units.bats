# Units: parts of the shim, each in a program of its own (tests/units/rules.mk), in states that no ordinary
# program brings about.

load ../lib/common

UNITS=${NOSIGPIPE_UNITS:-$BUILD/units}

unit() { # NAME
    run "$UNITS/$1"
    assert_success
}

replay() { # NAME: what has been fuzzed and kept
    local cases
    mapfile -t cases < <(find "$ROOT/tests/fuzz/seeds" "$ROOT/tests/fuzz/found" -type f -path "*/$1/*" | sort)
    run "$UNITS/fuzz/$1" "${cases[@]}"
    assert_success
    assert_output "${#cases[@]} cases"
}

@test "every unit and every fuzz target is run here" {
    for file in "$ROOT"/tests/units/*.c; do
        name=$(basename "$file" .c)
        [ "$name" = replay ] || grep -q "^    unit $name$" "$BATS_TEST_FILENAME" || fail "$file"
    done
    for file in "$ROOT"/tests/fuzz/*.c; do
        grep -q "^    replay $(basename "$file" .c)$" "$BATS_TEST_FILENAME" || fail "$file"
    done
}

@test "what a descriptor is, and the names of its ends" {
    unit describe
}

@test "records: times, headers and names" {
    unit record_head
}

@test "records: numbers and names as large as they get" {
    unit record
}

@test "sinks: what is written, and what is lost" {
    unit sink
}

@test "sinks: datagrams and connections" {
    unit sink_sockets
}

@test "tallies and storms" {
    unit tally
}

@test "text: numbers, escapes and cut characters" {
    unit text
}

@test "numbers and pointers in DWARF's forms" {
    unit bytes
}

@test "call frame information, found" {
    unit eh_frame
}

@test "DWARF expressions, and call frame instructions" {
    unit expression
    unit rules
}

@test "registers of the caller" {
    unit unwind
}

@test "lines of /proc/self/maps" {
    unit maps
}

@test "memory: read without a fault, copied and set" {
    unit memory
}

@test "objects in memory" {
    unit image
}

@test "an object's exported names" {
    unit symbols
}

@test "the one descriptor that broke" {
    unit broken
}

@test "events: what is recorded, and what follows" {
    unit event
}

@test "a core" {
    unit dump_core
}

@test "how much a call was asked to write" {
    unit asked
}

@test "who this process is, and what precedes a sandbox" {
    unit self
    unit sandbox
}

@test "the helper: what it asks the kernel, and what it says" {
    unit helper
    unit helper_command
}

@test "options and records without libc" {
    unit absent
}

@test "options: found, and read" {
    unit options
}

@test "objects that are loaded, and the functions that one defines" {
    unit object
    unit loaded
}

@test "backtraces" {
    unit backtrace
}

@test "backtraces out of the kernel's own function" {
    unit backtrace_call_function
}

@test "what has been fuzzed: backtraces" {
    replay backtrace
}

@test "what has been fuzzed: descriptions of descriptors" {
    replay describe
}

@test "what has been fuzzed: fields of records" {
    replay fields
}

@test "what has been fuzzed: maps" {
    replay maps
}

@test "what has been fuzzed: objects" {
    replay object
}

@test "what has been fuzzed: options" {
    replay options
}

@test "what has been fuzzed: records" {
    replay record
}

@test "what has been fuzzed: unwinding" {
    replay unwind
}

@test "next: the definitions, and which object has an address" {
    unit next
}

@test "the write family: calls that are passed on" {
    unit passed
}

@test "the arguments of the USDT marker" {
    unit probe
}

@test "mode=flags: writes that raise no signal" {
    unit quiet_writes
}

@test "children=release: the environment without the library" {
    unit release
}

@test "the write family: calls whose answers are observed" {
    unit routes
}

@test "the constructor" {
    unit start
}

@test "dispositions as the app sets them and as the kernel has them" {
    unit dispositions
}

@test "the guard: when it is installed and removed" {
    unit guard_start
}

@test "the guard: which signals come from a broken write" {
    unit guard_signals
    unit guard_sandbox
}

@test "the guard: SA_RESETHAND handlers, and handlers of Go" {
    unit guard_handlers
}

@test "masks as the app sees them" {
    unit masks
}

@test "masks of the app, which are read only after the kernel has read them" {
    unit masks_read
}

@test "what waits while the shim has SIGPIPE blocked" {
    unit thread_mask
}

@test "what new threads inherit, also where libc lacks some calls" {
    unit threads
    unit threads_bare
}

@test "calls that set a disposition: refused or postponed" {
    unit signals
}

@test "calls that set a disposition: other signals, and through libc" {
    unit signals_passed
}

@test "calls that set a disposition: without glibc" {
    unit signals_musl
}

@test "dispositions set by number" {
    unit raw
}

@test "system calls by number that are passed on" {
    unit raw_calls
}

@test "signals that a program sends itself by kill" {
    unit sent
}

@test "other calls by which a program sends itself a signal" {
    unit sent_others
}

@test "calls that make a socket" {
    unit sockets
}

@test "the call that a signal has interrupted, also on a CPU that loses an argument" {
    unit interrupted
    unit interrupted_lost
}

@test "the current call of a thread, as it is noted before the call" {
    unit noted
}

@test "which calls are noted" {
    unit noting
}

@test "the guard in place of an ignored signal" {
    unit stand_in
}

@test "the guard in place of an ignored signal, with other threads" {
    unit stand_in_threads
}

@test "calls that take a mask for a while" {
    unit waits
}

@test "signal sets" {
    unit signal_sets
}

@test "system calls without libc" {
    unit system_calls
}

@test "calls that start a program" {
    unit children
}

@test "results of a write without errno" {
    unit no_errno
}
