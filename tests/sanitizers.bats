# bats file_tags=sanitizers
# Programs built with gcc's sanitizers, whose runtimes are shared objects that want to come first.

load common

setup_file() {
    local kind
    for kind in address leak undefined thread; do
        cc "-fsanitize=$kind" -o "$BATS_FILE_TMPDIR/$kind" "$ROOT/tests/programs/outlive.c"
    done
    printf '%s\n' '#include <stdlib.h>' \
        'int main(void) { volatile char *p = malloc(1); free((void *)p); return p[0]; }' |
        cc -fsanitize=address -x c -o "$BATS_FILE_TMPDIR/use_after_free" -
}

# TSan of gcc 12 does not start where addresses are very random.
sanitized() { # KIND PRELOAD
    bare LD_PRELOAD="$2" setarch -R "$BATS_FILE_TMPDIR/$1"
}

@test "a program with a sanitizer lives, and dies without the shim" {
    local kind
    for kind in address leak undefined thread; do
        echo "$kind:"
        run sanitized "$kind" ''
        assert_failure "$SIGPIPE_STATUS"
        run sanitized "$kind" "$SHIM"
        assert_success
        assert_output ''
    done
}

@test "ASan's runtime may come before the shim in LD_PRELOAD, or behind" {
    local runtime
    runtime=$(ldd "$BATS_FILE_TMPDIR/address" | awk '/libasan/ {print $3}')
    [ -f "$runtime" ]
    for order in "$runtime:$SHIM" "$SHIM:$runtime"; do
        run sanitized address "$order"
        assert_success
        assert_output ''
    done
    run bare LD_PRELOAD="$runtime" "$LAUNCHER" "$BATS_FILE_TMPDIR/address"
    assert_success
}

@test "ASan finds under the shim what it finds without" {
    run sanitized use_after_free "$SHIM"
    assert_failure
    assert_output --partial 'AddressSanitizer: heap-use-after-free'
}
