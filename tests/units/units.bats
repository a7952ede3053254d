# Units: parts of the shim, each in a program of its own (tests/units/rules.mk), in states that ordinary
# programs do not reach.

load ../lib/common

UNITS=${NOSIGPIPE_UNITS:-$BUILD/units}

unit() { # NAME
    run "$UNITS/$1"
    assert_success
}

replay() { # NAME: runs a fuzz target on its kept inputs
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

@test "the keeper's buffer" {
    unit keep_buffer
}

@test "what a descriptor is, and the names of its ends" {
    unit fd_info
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

@test "counters and storms" {
    unit counters
}

@test "text: numbers, escapes and cut characters" {
    unit strbuf
}

@test "numbers and pointers in DWARF's forms" {
    unit dwarf_reader
}

@test "call frame information: the search" {
    unit eh_frame
}

@test "ARM's unwind tables, and its frames of signal handlers" {
    unit exidx
}

@test "DWARF expressions, and call frame instructions" {
    unit dwarf_expr
    unit cfi
}

@test "registers of the caller" {
    unit unwind
}

@test "lines of /proc/self/maps" {
    unit proc_maps
}

@test "memory: read without a fault, copied and set" {
    unit memory
}

@test "objects in memory" {
    unit elf_image
}

@test "an object's exported names" {
    unit symbolize
}

@test "the descriptor that broke, found by a search" {
    unit broken_fd
}

@test "events: what is recorded, and their outcomes" {
    unit event
}

@test "action=core: the core dump" {
    unit dump_core
}

@test "how many bytes a call was to write" {
    unit requested
}

@test "the process id, and what precedes a sandbox" {
    unit process
    unit prctl
}

@test "the helper: its system calls and its messages" {
    unit helper
    unit helper_command
}

@test "options and records without libc" {
    unit absent
}

@test "options: where they are found, and their values" {
    unit options
}

@test "options that travel with the object: which programs they are for, and what counts in secure execution" {
    unit host_options
}

@test "loaded objects, and the functions that an object defines" {
    unit elf_lookup
    unit link_map
}

@test "backtraces" {
    unit backtrace
}

@test "backtraces that begin in the vDSO" {
    unit backtrace_call_function
}

@test "kept fuzz inputs: backtraces" {
    replay backtrace
}

@test "kept fuzz inputs: descriptors" {
    replay fd_info
}

@test "kept fuzz inputs: fields of records" {
    replay fields
}

@test "kept fuzz inputs: /proc/self/maps" {
    replay proc_maps
}

@test "kept fuzz inputs: lookups in an object" {
    replay elf_lookup
}

@test "kept fuzz inputs: options" {
    replay options
}

@test "kept fuzz inputs: records" {
    replay record
}

@test "kept fuzz inputs: unwinding" {
    replay unwind
}

@test "next: the definitions, and the call whose code has an address" {
    unit next
}

@test "the write family: calls that are passed on" {
    unit passed_on
}

@test "the arguments of the USDT marker" {
    unit usdt
}

@test "mode=flags: writes that raise no signal" {
    unit rwf_nosignal
}

@test "children=release: the environment without the library" {
    unit environment
}

@test "the write family: calls whose answers are observed" {
    unit observed_writes
}

@test "the constructor" {
    unit init
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

@test "masks as the app has set them" {
    unit sigmask
}

@test "masks that the app passes, read only after the kernel has read them" {
    unit sigmask_read
}

@test "signals that are pending while the shim blocks SIGPIPE" {
    unit hidden_mask
}

@test "new threads: their masks and stacks, also where libc lacks some calls" {
    unit pthread_create
    unit pthread_create_bare
}

@test "calls that set a disposition: refused or postponed" {
    unit sigaction
}

@test "calls that set a disposition: other signals, and through libc" {
    unit sigaction_passed_on
}

@test "calls that set a disposition: without glibc" {
    unit sigaction_musl
}

@test "dispositions set by syscall(2)" {
    unit syscall
}

@test "calls of syscall(2) that are passed on" {
    unit syscall_passed_on
}

@test "signals that the app sends itself by kill(2)" {
    unit kill
}

@test "other calls by which the app sends itself a signal" {
    unit kill_others
}

@test "calls that create a socket" {
    unit socket
}

@test "the call that a signal has interrupted, also on a CPU that loses an argument" {
    unit interrupted_syscall
    unit interrupted_syscall_lost
}

@test "the current call of a thread, as it is noted before the call" {
    unit current_call
}

@test "which calls are noted before they are made" {
    unit noted_writes
}

@test "mode=ignore: guard windows" {
    unit guard_window
}

@test "mode=ignore: guard windows, with other threads" {
    unit guard_window_threads
}

@test "calls that wait with another mask" {
    unit sigsuspend
}

@test "signal sets" {
    unit sigset
}

@test "system calls without libc" {
    unit system_calls
}

@test "calls that start a program" {
    unit exec
}

@test "results of a write without errno" {
    unit no_errno
}
