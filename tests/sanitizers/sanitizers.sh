#!/bin/sh
# Runs the shim's parts under the sanitizers, also with the kept inputs of the fuzzers, and the tests
# that $TESTS names with the whole shim under UBSan. Each check prints "ok", or "not ok" and what it
# found. Ends with a line "N passed, N failed"; the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
. tests/lib/tap.sh
install_missing check || exit
install_missing fuzz || exit
tests=${TESTS:-tests/shim/calls.bats tests/shim/transcript.bats tests/shim/backtrace.bats}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LD_PRELOAD NOSIGPIPE_OPTIONS TESTS

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# TSan does not start if addresses are randomized by many bits, hence setarch -R.
threads() { # SANITIZERS
    clang -g -O1 -std=c11 -D_GNU_SOURCE -iquote shim "-fsanitize=$1" -fno-sanitize-recover=all -pthread \
        -o "$work/threads" tests/sanitizers/threads.c shim/report/requested.c shim/unwind/dwarf_reader.c shim/report/fd_info.c \
        shim/signal/disposition.c shim/signal/handler_stubs.c shim/report/fields.c shim/report/otel.c shim/base/safe_read.c shim/config/auxiliary_vector.c shim/config/options.c \
        shim/report/record.c shim/report/sink.c shim/report/storm.c shim/report/counters.c shim/base/strbuf.c shim/base/file_status.c &&
        setarch -R "$work/threads"
}

# The shim's functions have other names, since the sanitizers define those of libc.
masks() { # SANITIZERS
    clang -g -O1 -std=c11 -D_GNU_SOURCE -iquote shim "-fsanitize=$1" -fno-sanitize-recover=all -pthread \
        -include tests/fuzz/kernel.h -Dpthread_create=shim_pthread_create -Dthrd_create=shim_thrd_create \
        -o "$work/masks" tests/sanitizers/masks.c shim/base/default_action.c shim/signal/disposition.c shim/interpose/fallback.c shim/signal/handler_stubs.c \
        shim/signal/guard.c shim/base/kernel_sigaction.c shim/interpose/sigmask.c shim/signal/signal_origin.c shim/signal/guard_window.c shim/signal/hidden_mask.c \
        shim/interpose/pthread_create.c &&
        setarch -R "$work/masks"
}

parts() {
    sanitize='-fsanitize=address,undefined'
    make -s BUILD="$work/parts" CC=clang CFLAGS="-g -O1 $sanitize -fno-sanitize-recover=all" LDFLAGS="$sanitize" units &&
        NOSIGPIPE_UNITS=$work/parts/units tests/check.sh tests/units/units.bats
}

# The shim is linked with no libc that could report an error, so the program ends with SIGILL instead.
trapping_shim() {
    # shellcheck disable=SC2016 # the Makefile's variable
    flags=$(makefile_value '$(SHIM_CFLAGS)') || return
    git ls-files -z 2>/dev/null | xargs -0 cp --parents -t "$work" 2>/dev/null ||
        cp -R Makefile README.md CHANGELOG.md CONTRIBUTING.md shim scripts tests man "$work" || return
    make -C "$work" -s check "TESTS=$tests" \
        "SHIM_CFLAGS=$flags -fsanitize=undefined -fsanitize-undefined-trap-on-error"
}

check 'threads: TSan' threads thread
check 'threads: ASan and UBSan' threads address,undefined
check 'masks of threads: TSan' masks thread
check 'masks of threads: ASan and UBSan' masks address,undefined
check 'kept inputs of the fuzzers: ASan and UBSan' tests/fuzz/fuzz.sh 0
check 'units: ASan and UBSan' parts
check 'the shim: UBSan' trapping_shim
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
