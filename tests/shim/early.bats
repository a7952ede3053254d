#!/usr/bin/env bats
# Calls that are made before the shim's constructor has run: by constructors of other objects, by an IFUNC
# resolver, by an allocator. Also objects that interpose the same calls, and a shim that dlopen(3) loads.

load ../lib/common

COUNTER=$PROGRAMS/preload_counter.so

# Like bare and ignoring, with these objects preloaded.
preloading() { # OBJECTS COMMAND...
    objects=$1
    shift
    env -u NOSIGPIPE_OPTIONS --default-signal=PIPE LD_PRELOAD="$objects" "$@"
}

preloading_ignoring() { # OBJECTS COMMAND...
    objects=$1
    shift
    env -u NOSIGPIPE_OPTIONS --ignore-signal=PIPE LD_PRELOAD="$objects" "$@"
}

answers_as_the_oracle() { # PROGRAM
    run bare "$PROGRAMS/$1"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/$1"
    assert_success
    assert_line --partial 'early: made, -1 Broken pipe, -1 Broken pipe'
    oracle=$output
    run shimmed "$PROGRAMS/$1"
    assert_success
    assert_output "$oracle"
}

# The same for a program beside another preloaded object, before the shim and behind it.
preloaded_answers_as_the_oracle() { # OBJECT ERROR_BEHIND
    object=$PROGRAMS/$1.so
    run preloading "$object" "$PROGRAMS/early_preload"
    assert_failure "$SIGPIPE_STATUS"
    run preloading_ignoring "$object" "$PROGRAMS/early_preload"
    assert_success
    assert_line 'early: made, -1 Broken pipe, -1 Broken pipe'
    expected=("${lines[@]}")
    run preloading "$object:$SHIM" "$PROGRAMS/early_preload"
    assert_success
    assert_equal "${lines[*]}" "${expected[*]}"
    run preloading "$SHIM:$object" "$PROGRAMS/early_preload"
    assert_success
    assert_line --index 0 --regexp "^early: made, -1 ($2), -1 ($2)\$"
    assert_equal "${lines[*]:1}" "${expected[*]:1}"
}

@test "calls in a constructor of the program" {
    answers_as_the_oracle early_constructor
}

# bats test_tags=glibc
@test "calls in .preinit_array of the program" {
    answers_as_the_oracle early_preinit
}

# bats test_tags=glibc
@test "calls in an IFUNC resolver of the program" {
    answers_as_the_oracle early_ifunc
}

@test "calls in a constructor of another preloaded object" {
    preloaded_answers_as_the_oracle preload_constructor "Broken pipe"
}

@test "a preloaded allocator that makes broken calls at each allocation" {
    preloaded_answers_as_the_oracle preload_allocator "Broken pipe"
}

# bats test_tags=glibc
@test "calls in an IFUNC resolver of another preloaded object" {
    # A resolver of an object that is preloaded after the shim may run before the shim is relocated. The
    # shim cannot reach errno then, which belongs to libc, and leaves it unchanged.
    preloaded_answers_as_the_oracle preload_ifunc "Success|Broken pipe"
}

# bats test_tags=glibc
@test "loaded by dlopen, the shim protects from then on, and a SIGPIPE sent by kill still ends the program" {
    run bare "$PROGRAMS/early_dlopen"
    assert_failure "$SIGPIPE_STATUS"
    refute_output
    run bare "$PROGRAMS/early_dlopen" "$SHIM"
    assert_failure "$SIGPIPE_STATUS"
    assert_output "child: wait status 0
early: made, -1 Broken pipe, -1 Broken pipe
in main: -1 Broken pipe, -1 Broken pipe"
}

# bats test_tags=glibc
@test "loaded by dlmopen into a namespace with a libc of its own, the shim protects, and uses that libc" {
    run bare "$PROGRAMS/namespace"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/namespace" "$SHIM"
    assert_success
    oracle=$output
    assert_line 'fork: made a child'
    run bare "$PROGRAMS/namespace" "$SHIM"
    assert_success
    assert_output "$oracle"
    run shimmed "$PROGRAMS/namespace" "$SHIM" # which is there twice, then
    assert_success
    assert_output "$oracle"
}

# bats test_tags=glibc
@test "another preloaded object that interposes the same calls sees each of them once" {
    needs vmsplice
    needs_glibc 2.29 'pwritev2 is missing, or makes writev as well'
    run preloading_ignoring "$COUNTER" "$PROGRAMS/early_counted"
    assert_success
    assert_equal "$(grep -c ': seen 1, -1 Broken pipe$' <<<"$output")" "${#lines[@]}"
    assert_equal "$(cut -d: -f1 <<<"$output")" "$("$PROGRAMS/matrix" --calls)"
    oracle=$output
    for objects in "$COUNTER:$SHIM" "$SHIM:$COUNTER"; do
        run preloading "$objects" "$PROGRAMS/early_counted"
        assert_success
        assert_output "$oracle"
    done
}

# bats test_tags=native
@test "another preloaded object with a System V hash table sees each call once, too" {
    local counter=$BATS_TEST_TMPDIR/counter.so
    cc -std=c11 -D_GNU_SOURCE -iquote "$ROOT/shim" -fPIC -shared -Wl,--hash-style=sysv -o "$counter" \
        "$ROOT/tests/fixtures/preload/preload_counter.c"
    refute grep -q GNU_HASH <(readelf -d "$counter")
    run preloading_ignoring "$COUNTER" "$PROGRAMS/early_counted"
    oracle=$output
    run preloading "$SHIM:$counter" "$PROGRAMS/early_counted"
    assert_success
    assert_output "$oracle"
}

# bats test_tags=native
@test "a call that another preloaded object defines as an IFUNC goes to the function that its resolver chose" {
    cc -std=c11 -fPIC -shared -x c -o "$BATS_TEST_TMPDIR/chosen.so" - <<'SOURCE'
#include <unistd.h>
static ssize_t answer(int fd, const void *data, size_t size)
{
    return (void)fd, (void)data, (ssize_t)size + 40;
}
static ssize_t (*choose(void))(int, const void *, size_t)
{
    return answer;
}
ssize_t write(int fd, const void *data, size_t size) __attribute__((ifunc("choose")));
SOURCE
    run preloading "$SHIM:$BATS_TEST_TMPDIR/chosen.so" python3 -c 'import os; os._exit(os.write(99, b"ab"))'
    assert_failure 42
}

# As glibc's libpthread has it before 2.34: the dynamic linker runs the constructor of one such object first, the last
# that it has loaded.
# bats test_tags=native
@test "stdio in the constructor of a library, where another library has the place of the first constructor" {
    cd "$BATS_TEST_TMPDIR" || return
    cc -std=c11 -D_GNU_SOURCE -iquote "$ROOT/tests/fixtures" -fPIC -shared -x c -o libwriting.so - <<'SOURCE'
#include "broken.h"
int result;
__attribute__((constructor)) static void write_early(void)
{
    FILE *const file = fdopen(broken_pipe(), "w");
    result = fputs("text", file) < 0 ? 2 : fflush(file);
}
SOURCE
    cc -shared -Wl,-z,initfirst -o libfirst.so -x c /dev/null
    cc -std=c11 -x c -o early - -L. -Wl,--no-as-needed,-rpath,"$PWD" -lwriting -lfirst <<'SOURCE'
extern int result;
int main(void)
{
    return result == -1 ? 0 : 3;
}
SOURCE
    run bare ./early
    assert_failure "$SIGPIPE_STATUS"
    run ignoring ./early
    assert_success
    local mode
    for mode in catch ignore mask flags; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" ./early
        assert_success
    done
    # libnosigpipe(7), CAVEATS: no option has been read by then.
    run shimmed env NOSIGPIPE_OPTIONS=action=die,log=stderr ./early
    assert_success
    assert_output ''
    cc -std=c11 -x c -o early - -L. -Wl,--no-as-needed,-rpath,"$PWD" -lwriting <<<'int main(void) { return 0; }'
    run shimmed env NOSIGPIPE_OPTIONS=log=stderr ./early
    assert_line --partial ' call=write '
}

@test "with NOSIGPIPE_OPTIONS=off, the guard that an early call has installed is removed" {
    run env --default-signal=PIPE NOSIGPIPE_OPTIONS=off LD_PRELOAD="$SHIM" "$PROGRAMS/early_preinit"
    assert_failure "$SIGPIPE_STATUS"
}

# Makes each call where there is no libc to pass it on to. The oracle has libc.
# bats test_tags=native
@test "a program without libc makes every call, and gets the answer of libc or an error" {
    cd "$BATS_TEST_TMPDIR" || return
    local flags="-std=c11 -D_GNU_SOURCE -iquote $ROOT/shim -O1 -fno-builtin -fno-stack-protector" source=$ROOT/tests/libc/absent.c
    # shellcheck disable=SC2086 # one word a flag
    gcc $flags -DORACLE -w -o oracle "$source" 2>/dev/null
    # shellcheck disable=SC2086
    gcc $flags -nostdlib -fPIE -pie -Wl,--unresolved-symbols=ignore-all -o absent "$source" \
        -Wl,--dynamic-linker="$(readelf -l "$PROGRAMS/matrix" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')"
    ignoring ./oracle >oracle.answers
    local mode
    for mode in catch ignore mask flags; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" ./absent
        assert_success
        assert_equal "$(grep -v '^alone: ' <<<"$output")" "$(cat oracle.answers)"
        # The program prints `refused` for the interposed calls that need libc.
        assert_equal "$(grep '^alone: .*refused' <<<"$output" | sort -u)" "$(sed 's/.*/alone: & refused/' <<'CALLS' | sort
_Fork
execl
execlp
execv
execvp
execvpe
fexecve
fork
pause
pidfd_spawn
pidfd_spawnp
popen
posix_spawn
posix_spawnp
pthread_attr_setsigmask_np
pthread_create
pthread_kill
pthread_sigqueue
sigqueue
system
thrd_create
wordexp
CALLS
)"
        # sigvec(3): the flags are SV_ONSTACK, SV_INTERRUPT and SV_RESETHAND.
        assert_equal "$(grep '^alone: ' <<<"$output" | grep -v refused)" 'alone: __sendmmsg(fd, messages, 1, 0) -1
alone: __libc_sigaction 0
alone: sigvec 0
alone: old SIG_IGN
alone: sigvec 0
alone: mask 2048
alone: flags 7
alone: sigvec 0
alone: sigvec of SIGKILL -1'
    done
}
