#!/usr/bin/env bats
# Options that nosigpipe-host writes into a copy of the object. The tests write them without it.

load ../lib/common
load ../lib/record
load ../lib/host

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    COPY=$PWD/libnosigpipe.so
}

with_copy() { # COMMAND...
    env -u NOSIGPIPE_OPTIONS --default-signal=PIPE LD_PRELOAD="$COPY" "$@"
}

# Makes broken writes on a pipe.
broken_writes() { # [COMMAND]...
    with_copy "$@" "$PROGRAMS/policy" 5 pipe write 3 3>/dev/null
}

@test "options in the object are as good as the variable, and need none" {
    write_host_options "$COPY" "log=file:$PWD/log,format=json,backtrace=2"
    broken_writes
    run decode json log
    assert_success
    assert_line --partial 'call=write'
    assert_line --partial 'backtrace='
}

@test "the variable overrides single keys, and off takes all away" {
    write_host_options "$COPY" "log=file:$PWD/log,format=json,action=die"
    broken_writes env NOSIGPIPE_OPTIONS=action=epipe
    run decode json log
    [ -n "$output" ]
    rm log
    run broken_writes env NOSIGPIPE_OPTIONS=
    assert_failure "$SIGPIPE_STATUS"
    [ -s log ]
    rm log
    run broken_writes env NOSIGPIPE_OPTIONS=off
    assert_failure "$SIGPIPE_STATUS"
    [ ! -e log ]
}

@test "the object that nobody has written into has no options, and has room for 1533 bytes of them" {
    cp "$SHIM" "$COPY"
    broken_writes
    local options=log=file:$PWD/log
    write_host_options "$COPY" "$options" '' "$(printf "%0$((1533 - ${#options}))d" 0)"
    broken_writes
    [ -s log ]
    run readelf -S -W "$SHIM"
    assert_line --regexp ' \.nosigpipe_host +PROGBITS .* 00061a '
}

# Whether the program, by its name or its path, is protected: it is not where it dies.
protected() { # FILE [COMMAND]...
    run with_copy "${@:2}" "$1" 1 pipe write 3 3>/dev/null
    case $status in
    0) echo yes ;;
    "$SIGPIPE_STATUS") echo no ;;
    *) echo "status $status" ;;
    esac
}

expect() { # yes|no ONLY EXCEPT FILE [COMMAND]...
    write_host_options "$COPY" '' "$2" "$3"
    assert_equal "$1: only=$2 except=$3: ${*:4}" "$(protected "${@:4}"): only=$2 except=$3: ${*:4}"
}

@test "only and except say for which programs it is, by their path or the last part of it" {
    mkdir -p 'odd folder'
    cp "$PROGRAMS/policy" 'odd folder/a b'
    ln -s 'odd folder/a b' linked
    expect yes '' '' "$PWD/odd folder/a b"
    expect yes 'a b' '' "$PWD/odd folder/a b"
    expect yes 'x:a ?' '' './odd folder/a b'
    expect no x '' './odd folder/a b'
    expect no '' '[a-c] b' "$PWD/odd folder/a b"
    expect no '' "$PWD/*" "$PWD/odd folder/a b"
    # A path as the program was started: not where that is relative, nor where the link leads.
    expect yes '' "$PWD/*" './odd folder/a b'
    expect yes '' 'a b' "$PWD/linked"
    expect no '' linked "$PWD/linked"
    expect no 'a*' 'a b' "$PWD/odd folder/a b"
}

# glibc's linker puts what it was given there (elf/rtld.c, AT_EXECFN); musl's leaves its own name.
# bats test_tags=native
@test "a program that is started by naming glibc's dynamic linker counts by its own name" {
    local linker
    linker=$(readelf -l "$PROGRAMS/policy" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
    write_host_options "$COPY" '' '' "${linker##*/}"
    run with_copy "$linker" "$PROGRAMS/policy" 1 pipe write 3 3>/dev/null
    assert_success
    write_host_options "$COPY" '' '' policy
    run with_copy "$linker" "$PROGRAMS/policy" 1 pipe write 3 3>/dev/null
    assert_failure "$SIGPIPE_STATUS"
}

@test "a script counts by its own name, and so does what it starts" {
    cp "$PROGRAMS/policy" program
    printf '#!/bin/sh\n"%s/program" 1 pipe write 3; echo "status $?"' "$PWD" >script
    chmod +x script
    answer() {
        with_copy "$PWD/script" 3>/dev/null 2>&1 | sed -n 's/^status //p'
    }
    write_host_options "$COPY" '' program ''
    assert_equal "$(answer)" 0
    write_host_options "$COPY" '' script ''
    assert_equal "$(answer)" "$SIGPIPE_STATUS"
    # The shell of the script is protected itself: its builtin writes live.
    printf '#!/bin/dash\nwhile echo x; do :; done 2>/dev/null; echo lived >&3' >script
    for only in script dash; do
        write_host_options "$COPY" '' "$only" ''
        with_copy "$PWD/script" 3>"said_$only" | true
    done
    assert_equal "$(cat said_script)" lived
    assert_equal "$(cat said_dash)" ''
}

@test "options in the object make no system call, and a program that is left out makes those of off" {
    cp "$SHIM" "$COPY"
    calls() { # [VARIABLE=VALUE]...
        strace -f -o calls "${@/#/-E}" -E LD_PRELOAD="$COPY" "$PROGRAMS/policy" 1 pipe none 3 3>/dev/null || :
        sed -E '1d; s/0x[0-9a-f]+|[0-9]{3,}/N/g' calls # of addresses and process ids; the first is execve
    }
    calls >bare
    write_host_options "$COPY" mode=catch,storm=9,stdio=default 'policy:none' none
    calls >with
    run diff bare with
    assert_success
    calls NOSIGPIPE_OPTIONS=off >off
    write_host_options "$COPY" mode=catch '' policy
    calls >left_out
    run diff off left_out
    assert_success
    [ -s left_out ]
}
