#!/usr/bin/env bats
# Programs that were built elsewhere: with the libraries of other systems, by other compilers and linkers, with
# other flags. Each starts, is protected, and answers as without the shim: bare, SIGPIPE ends it; with the
# shim it prints what it prints where the signal is ignored, but for its disposition, which is the default.

bats_require_minimum_version 1.5.0
load ../lib/root

SOURCES=$ROOT/tests/libc/elsewhere
# Finds the compilers of the distribution before others in PATH.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# The system in which `outlives` runs programs: this one, or that of in_root.
IN=()

setup_file() {
    local suite
    for suite in bullseye trixie; do
        build_in "$suite"
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# Builds the program, or the plugin if OUTPUT is an object.
build() { # OUTPUT COMPILER [FLAG]...
    local source=program.c
    case $1 in *.so) source=plugin.c && set -- "$@" -fPIC -shared ;; esac
    "$2" -std=c11 -D_GNU_SOURCE -O1 -w -o "$1" "$SOURCES/$source" "${@:3}" -pthread -ldl
}

# The same in another system, with its own compiler. The files are then in built_in SUITE.
build_in() { # SUITE
    local BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR/$1
    mkdir "$BATS_TEST_TMPDIR"
    use_root "$1" gcc libc6-dev
    # shellcheck disable=SC2016 # for the shell in there
    in_root sh -ec '
        build() { # OUTPUT SOURCE [FLAG]...
            output=$1 source=$2
            shift 2
            gcc -std=c11 -D_GNU_SOURCE -O1 -w -o "/built/$output" "/source/tests/libc/elsewhere/$source" \
                "$@" -pthread -ldl
        }
        mkdir /built
        build now program.c -Wl,-z,now
        build lazy program.c -no-pie -fno-pie -Wl,-z,lazy
        build tls program.c -DTLS_SIZE=1048576
        build relr program.c -Wl,-z,pack-relative-relocs
        build static program.c -static -DNO_RESOLVED_CALLS
        build static_pie program.c -static-pie -DNO_RESOLVED_CALLS
        build plugin.so plugin.c -fPIC -shared -DTLS_SIZE=1048576
        build linked program.c -DNO_RESOLVED_CALLS -Wl,--no-as-needed /built/plugin.so' 2>"$BATS_TEST_TMPDIR/errors" || {
        cat "$BATS_TEST_TMPDIR/errors"
        return 1
    }
}

built_in() { # SUITE
    echo "$BATS_FILE_TMPDIR/$1/layer/changes/built"
}

# Runs a program without the shim, with it, or under the launcher, which gives a static program the guard.
run_as() { # bare|ignoring|shimmed|launched OPTIONS COMMAND...
    local top=$BUILD
    local -a prefix=(env -u LD_PRELOAD --default-signal=PIPE "NOSIGPIPE_OPTIONS=$2")
    [ ${#IN[@]} -eq 0 ] || top=/source/build
    case $1 in
    ignoring) prefix+=(env --ignore-signal=PIPE) ;;
    shimmed) prefix+=("LD_PRELOAD=$top/libnosigpipe.so") ;;
    launched) prefix+=("$LAUNCHER" --quiet) ;;
    esac
    "${IN[@]}" "${prefix[@]}" "${@:3}"
}

dies() { # COMMAND [ARGUMENT]...
    run run_as bare '' "$@"
    assert_equal "$*: $status" "$*: $SIGPIPE_STATUS"
}

# In each mode, or launched, what is in the file `oracle`. The records name the calls.
MODES='catch ignore mask flags'
answers() { # shimmed|launched CALLS COMMAND [ARGUMENT]...
    local way=$1 calls=$2 mode
    shift 2
    for mode in $MODES; do
        run_as "$way" "mode=$mode" "$@" >answers || echo "status $?" >>answers
        diff -U 2 --label "oracle: $*" --label "mode=$mode" oracle answers
        [ "$way" = shimmed ] || break
    done
    run_as "$way" log=stderr "$@" 2>log >answers
    diff -U 2 --label "oracle: $*" --label log=stderr oracle answers
    assert_equal "$*: $(sed -n 's/.* call=\([a-z]*\) .*/\1/p' log | sort -u | xargs)" "$*: $calls"
}

outlives() { # shimmed|launched CALLS COMMAND [ARGUMENT]...
    dies "${@:3}"
    run_as ignoring '' "${@:3}" | sed 's/^main: disposition ignored$/main: disposition default/' >oracle
    answers "$@"
}

CALLS='send sendmsg syscall write writev'
# The launcher's guard has no interposers: send(2) is sendto(2) for the kernel.
STATIC_CALLS='sendmsg sendto syscall write writev'

# Reads lines "COMPILER [FLAG]...". With a log the mode is `catch`; `mask` is the mode that relies on the
# interposers.
each_outlives() { # PLUGIN
    local -a way
    local MODES=mask
    while read -r -a way; do
        build program "${way[@]}"
        outlives shimmed "$CALLS" ./program "$1"
    done
}

@test "linked lazily or at once, at a fixed address or not, with other tables, segments and notes" {
    build plugin.so gcc
    each_outlives ./plugin.so <<'WAYS'
gcc
gcc -Wl,-z,now
gcc -Wl,-z,lazy
gcc -Wl,--hash-style=sysv
gcc -Wl,--hash-style=gnu
gcc -Wl,-z,pack-relative-relocs
gcc -no-pie -fno-pie
gcc -no-pie -fno-pie -fno-plt
gcc -no-pie -fno-pie -Wl,-Ttext-segment=0x60000000
gcc -Wl,-z,noseparate-code,-z,norelro
gcc -Wl,-z,execstack
gcc -Wl,-z,interpose
gcc -Wl,-Bsymbolic -rdynamic
gcc -fstack-clash-protection -fstack-protector-all -D_FORTIFY_SOURCE=2 -mno-red-zone
WAYS
}

@test "with -fcf-protection, and glibc told to use a shadow stack" {
    build plugin.so gcc -fcf-protection=full
    build program gcc -fcf-protection=full -Wl,-z,ibt,-z,shstk
    run -0 readelf -n program
    assert_output --partial 'x86 feature: IBT, SHSTK'
    outlives shimmed "$CALLS" env GLIBC_TUNABLES=glibc.cpu.x86_shstk=on ./program ./plugin.so
}

@test "by gold, lld and mold, by clang and tcc, and optimized at link time" {
    build plugin.so clang -fuse-ld=lld
    # lld and mold relocate the calls of a resolver behind it: it could not make them, bare either.
    each_outlives ./plugin.so <<'WAYS'
gcc -fuse-ld=gold
gcc -fuse-ld=gold -Wl,-z,now,--hash-style=sysv,--icf=all
gcc -fuse-ld=gold -fsplit-stack
gcc -fuse-ld=lld -DNO_RESOLVED_CALLS
gcc -fuse-ld=mold -DNO_RESOLVED_CALLS
gcc -flto
clang
clang -fuse-ld=lld -Wl,--no-rosegment,--hash-style=sysv -DNO_RESOLVED_CALLS
clang -fuse-ld=lld -Wl,-z,separate-loadable-segments,-z,now
clang -fuse-ld=lld -flto=thin -O2 -DNO_RESOLVED_CALLS
tcc -DNO_TLS -DNO_IFUNC -DNO_CONSTRUCTOR
WAYS
}

@test "plugins at a fixed address, initialized first, with a System V hash table or TLS descriptors" {
    local -a flags
    build program gcc
    while read -r -a flags; do
        build plugin.so gcc "${flags[@]}"
        outlives shimmed "$CALLS" ./program ./plugin.so
    done <<'FLAGS'
-Wl,-Ttext-segment=0x3000000000
-Wl,-z,initfirst,-z,interpose
-Wl,--hash-style=sysv,-z,now
-mtls-dialect=gnu2
FLAGS
}

@test "with much thread-local storage, and as much of it in a plugin as without the shim" {
    build plugin.so gcc -DTLS_SIZE=1048576
    build program gcc -DTLS_SIZE=1048576
    outlives shimmed "$CALLS" ./program ./plugin.so
    # A thread needs a larger stack then, bare too.
    assert_line_of oracle 'small thread: pthread_create -1 Invalid argument'
    build program gcc
    outlives shimmed "$CALLS" ./program ./plugin.so
    # What libc keeps for objects that come later (glibc.rtld.optional_static_tls) is theirs.
    local size largest=0
    for size in $(seq 448 64 2048); do
        build "static$size.so" gcc -ftls-model=initial-exec "-DTLS_SIZE=$size"
        run -0 run_as ignoring '' ./program "./static$size.so"
        [[ $output != *'no plugin'* ]] || break
        largest=$size
    done
    assert [ "$largest" -gt 448 ]
    outlives shimmed "$CALLS" ./program "./static$largest.so"
    run -0 run_as shimmed '' ./program "./static$size.so"
    assert_line 'no plugin'
}

assert_line_of() { # FILE LINE
    run -0 cat "$1"
    assert_line "$2"
}

@test "with the oldest versions of libc's symbols" {
    local name
    for name in pthread_kill pthread_create posix_spawn pthread_attr_setstacksize dlopen dlsym; do
        echo "__asm__(\".symver $name, $name@GLIBC_2.2.5\");"
    done >old.h
    build plugin.so gcc
    build program gcc -include old.h
    run -0 nm -D program
    assert_line --partial 'U posix_spawn@GLIBC_2.2.5'
    outlives shimmed "$CALLS" ./program ./plugin.so
}

# --- In other systems

@test "built in Debian 11, and run here" {
    local name built
    built=$(built_in bullseye)
    run -0 nm -D "$built/now"
    assert_line --partial 'U pthread_kill@GLIBC_2.2.5'
    for name in now lazy tls; do
        outlives shimmed "$CALLS" "$built/$name" "$built/plugin.so"
    done
}

@test "built here, in Debian 11 and in Debian 13, and run in Debian 13" {
    local suite name layer=$BATS_TEST_TMPDIR/layer/changes
    mkdir -p "$layer/here"
    build "$layer/here/now" gcc -Wl,-z,now
    build "$layer/here/plugin.so" gcc
    for suite in bullseye trixie; do
        cp -r "$(built_in "$suite")" "$layer/$suite"
    done
    run -0 readelf -d "$layer/trixie/relr"
    assert_line --partial '(RELR)'
    use_root trixie gcc libc6-dev
    IN=(in_root)
    for name in here/now bullseye/now bullseye/lazy bullseye/tls trixie/now trixie/lazy trixie/tls trixie/relr; do
        outlives shimmed "$CALLS" "/$name" "/${name%/*}/plugin.so"
    done
}

# There libpthread's constructor runs first, and the shim's behind those of the program's libraries (shim/init.c).
@test "built in Debian 11, and run there: a library whose constructor writes by stdio" {
    mkdir -p layer/changes
    cp -r "$(built_in bullseye)" layer/changes/built
    use_root bullseye gcc libc6-dev
    IN=(in_root)
    run -0 in_root ldd /built/linked
    assert_line --partial libpthread.so.0
    outlives shimmed "$CALLS" /built/linked /built/plugin.so
}

into_pipe() { # COMMAND...
    "$@" >&9
}

@test "tools of Debian 11 run here" {
    use_root bullseye gcc libc6-dev
    local tool mode
    mkfifo pipe
    exec 8<>pipe
    exec 9>pipe 8<&-
    for tool in cat\ /etc/passwd seq\ 100000 "find /etc/passwd" "tar -cf - /etc/passwd" "sh -c 'echo text; echo alive >&2'"; do
        eval "set -- $tool"
        set -- "$(find "$BELOW/bin" "$BELOW/usr/bin" -name "$1" | head -n 1)" "${@:2}"
        run into_pipe run_as bare '' "$@"
        assert_equal "$tool: $status" "$tool: $SIGPIPE_STATUS"
        run into_pipe run_as ignoring '' "$@"
        oracle="$status $output"
        for mode in $MODES; do
            run into_pipe run_as shimmed "mode=$mode" "$@"
            assert_equal "$mode: $status $output" "$mode: $oracle"
        done
    done
}

# --- Static

@test "static programs of every libc and linker" {
    local -a way
    local program
    while read -r -a way; do
        build program "${way[@]}"
        outlives launched "$STATIC_CALLS" ./program
    done <<'WAYS'
gcc -static -DNO_RESOLVED_CALLS
gcc -static-pie -DNO_RESOLVED_CALLS
gcc -static -DNO_RESOLVED_CALLS -DTLS_SIZE=1048576
gcc -static -DNO_RESOLVED_CALLS -fuse-ld=gold
gcc -static -DNO_RESOLVED_CALLS -fuse-ld=mold
gcc -static -DNO_RESOLVED_CALLS -flto -O2
clang -static -DNO_RESOLVED_CALLS -fuse-ld=lld
WAYS
    for program in "$(built_in bullseye)"/static*; do
        outlives launched "$STATIC_CALLS" "$program"
    done
    # glibc 2.41 and musl make their system calls in one place, which does not tell which it is.
    for program in "$(built_in trixie)"/static*; do
        outlives launched syscall "$program"
    done
    build program musl-gcc -static -DNO_IFUNC
    outlives launched syscall ./program
}

@test "musl, with a plugin" {
    build plugin.so musl-gcc -DTLS_SIZE=1048576
    build program musl-gcc -DNO_IFUNC
    outlives shimmed 'sendmsg sendto syscall write writev' ./program ./plugin.so
}

# --- Other languages

go_build() { # OUTPUT CGO_ENABLED in_c|without_c ARGUMENT...
    env -u GOFLAGS GO111MODULE=off GOTOOLCHAIN=local GOCACHE="$BATS_FILE_TMPDIR/cache" CGO_ENABLED="$2" \
        go build -o "$1" "${@:4}" "$SOURCES/program.go" "$SOURCES/$3.go"
}

@test "Go with C in it, linked by Go or by gcc" {
    local mode
    for mode in internal external; do
        go_build program 1 in_c -ldflags=-linkmode=$mode
        outlives shimmed write ./program
    done
}

# Go's runtime handles the signal itself in its own threads (tests/applications/go.bats).
@test "Go alone does the same as ever" {
    local way
    go_build program 0 without_c
    run -0 run_as bare '' ./program
    oracle=$output
    assert_line 'pipe: write |1: broken pipe'
    for way in ignoring shimmed launched; do
        run -0 run_as "$way" '' ./program
        assert_output "$oracle"
    done
}

# The runtime starts programs without libc, so that no interposer takes the signal out of the mask.
@test "in mode=mask, a program that Go starts has the signal blocked, as libnosigpipe(7) says" {
    go_build program 1 in_c -ldflags=-linkmode=external
    run -0 run_as shimmed mode=mask ./program child
    assert_line $'SigBlk:\t0000000000001000'
    run -0 run_as shimmed mode=catch ./program child
    assert_line $'SigBlk:\t0000000000000000'
}

# Rust's alternate signal stack of 8 KiB is too small for a record beside a signal frame with AVX-512
# (libnosigpipe(7), CAVEATS). Without the preload the guard runs there.
@test "Rust, dynamic and static, where it has set the default again" {
    local -a flags
    local way calls frame left
    frame=$(LD_SHOW_AUXV=1 /bin/true | sed -n 's/^AT_MINSIGSTKSZ: *//p')
    left=$((8192 - ${frame:-0}))
    while read -r way flags; do
        # shellcheck disable=SC2086 # a word each
        rustc --edition 2021 -D warnings $flags -o program "$SOURCES/program.rs"
        # As Rust starts it, it ignores the signal.
        run_as bare '' ./program >oracle
        assert grep -q '^thread: connection Err(BrokenPipe)$' oracle
        run_as "$way" '' ./program | diff oracle -
        dies ./program default
        calls='write writev'
        # RECORD_STACK of report/event.c, and what the guard itself takes: between the two either may be.
        if [ "$way" = launched ] && [ "$left" -lt 5120 ] && [ "$(altstack_size ./program)" -le 8192 ]; then
            [ "$left" -ge 4608 ] && run_as "$way" log=stderr ./program default 2>&1 >/dev/null | grep -q call= || calls=
        fi
        answers "$way" "$calls" ./program default
    done <<'WAYS'
shimmed
shimmed -C panic=abort -O
shimmed -C prefer-dynamic
launched -C target-feature=+crt-static
launched -C target-feature=+crt-static -C relocation-model=static
WAYS
}

altstack_size() { # COMMAND [ARGUMENT]...
    strace -f -e trace=sigaltstack "$@" 2>&1 >/dev/null | sed -n 's/.*SS_DISABLE.*//; s/.*ss_size=\([0-9]*\).*/\1/p' | head -n 1
}

@test "Pascal, whose programs have no libc" {
    fpc -v0 -o"$PWD/program" -FU"$PWD" "$SOURCES/program.pas" >/dev/null
    outlives launched syscall ./program
}
