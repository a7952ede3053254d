# bats file_tags=sanitizers
# Programs built with sanitizers. gcc's runtimes are shared objects that must come first in LD_PRELOAD.
# clang's are linked into the program, whose own functions then replace libc's, and are not ready when the
# library starts.

load ../lib/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

KINDS='gcc-address gcc-leak gcc-undefined gcc-thread
       clang-address clang-leak clang-undefined clang-thread clang-memory'

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    local kind
    for kind in $KINDS; do
        "${kind%-*}" "-fsanitize=${kind#*-}" -o "$kind" "$ROOT/tests/fixtures/outlive.c"
    done
    clang -fsanitize=address -shared-libasan -o clang-shared "$ROOT/tests/fixtures/outlive.c" \
        "-Wl,-rpath,$(dirname "$(clang -print-file-name=libclang_rt.asan-x86_64.so)")"
    clang -fsanitize=thread -D_GNU_SOURCE -w -o sent "$ROOT/tests/fixtures/sent/sent.c" -pthread
    printf '%s\n' '#include <stdlib.h>' \
        'int main(void) { volatile char *p = malloc(1); free((void *)p); return p[0]; }' >use_after_free.c
    for kind in gcc clang; do
        "$kind" -fsanitize=address -o "$kind-use_after_free" use_after_free.c
    done
}

# gcc 12's TSan does not start if addresses are randomized by many bits. It waits for other threads at exit.
sanitized() { # PROGRAM PRELOAD [OPTIONS]
    bare TSAN_OPTIONS=atexit_sleep_ms=0 LD_PRELOAD="$2" NOSIGPIPE_OPTIONS="${3-}" setarch -R "$BATS_FILE_TMPDIR/$1"
}

@test "a program with a sanitizer survives with the library, and dies without it or with it off" {
    needs addresses
    local kind
    for kind in $KINDS clang-shared; do
        echo "$kind:"
        run sanitized "$kind" ''
        assert_failure "$SIGPIPE_STATUS"
        run sanitized "$kind" "$SHIM" off
        assert_failure "$SIGPIPE_STATUS"
        refute_output
        for mode in catch ignore mask flags; do
            run sanitized "$kind" "$SHIM" "mode=$mode"
            assert_success
            refute_output
        done
    done
}

@test "the broken write of a program with a sanitizer is recorded, with a backtrace" {
    needs addresses
    local kind
    for kind in $KINDS clang-shared; do
        run sanitized "$kind" "$SHIM" log=stderr,backtrace=8
        assert_success
        assert_line --index 0 --regexp "program=$kind .* call=write .* backtrace=\"libc.* $kind\\+0x"
        assert_line --index 1 --partial 'events=1 '
    done
}

# clang 19's runtime sometimes fails a check of its own where a signal ends a process, also without the
# library. Then the program is run again.
send_and_handle() { # LIBRARY
    for _ in 1 2 3 4 5; do
        sanitized sent "$1" >answered 2>errors || return
        ! grep -q 'ThreadSanitizer: CHECK failed' errors || continue
        cat answered
        return
    done
    fail "$(<errors)"
}

@test "a program with TSan sends itself signals and handles them as without the library" {
    needs addresses
    send_and_handle '' >expected
    [ "$(grep -c 'wait status 13' expected)" -gt 100 ]
    send_and_handle "$SHIM" >answers
    run diff expected answers
    assert_success
}

@test "ASan's runtime may come before or after the library in LD_PRELOAD" {
    needs addresses
    local runtime
    runtime=$(ldd "$BATS_FILE_TMPDIR/gcc-address" | awk '/libasan/ {print $3}')
    [ -f "$runtime" ]
    for order in "$runtime:$SHIM" "$SHIM:$runtime"; do
        run sanitized gcc-address "$order"
        assert_success
        assert_output ''
    done
    run bare LD_PRELOAD="$runtime" "$LAUNCHER" "$BATS_FILE_TMPDIR/gcc-address"
    assert_success
}

@test "ASan finds the same errors with the library as without it" {
    needs addresses
    local compiler
    for compiler in gcc clang; do
        run sanitized "$compiler-use_after_free" "$SHIM"
        assert_failure
        assert_output --partial 'AddressSanitizer: heap-use-after-free'
    done
}
