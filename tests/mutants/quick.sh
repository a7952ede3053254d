#!/bin/sh
# quick.sh BUILD SECTION...: prints, within seconds, what the fixtures print with the library of a build
# folder. mutants.py compares that with the same before a change. What differs from run to run is left out.

programs=$PWD/build/tests
build=$1
shim=$build/libnosigpipe.so
preload=$shim
work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT

with() { # OPTIONS COMMAND...: also how it ended
    with_options=$1
    shift
    echo "== ${with_options%%,*} ${1##*/}"
    timeout -s KILL 20 env --default-signal=PIPE "NOSIGPIPE_OPTIONS=$with_options" "LD_PRELOAD=$preload" "$@" 2>&1
    echo "status $?"
}

stable() {
    sed -e 's/time=[^ ]*/time=T/; s/"time":"[^"]*"/"time":T/; s/\(p\|t\|peer_p\)id\(="\{0,1\}\|":\)[0-9]*/\1id\2N/g' \
        -e "s|$work|WORK|g" -e 's/inode\(=\|":\)[0-9]*/inode\1N/g; s/+0x[0-9a-f]*/+N/g; s/:[0-9]\{4,5\}\b/:PORT/g'
}

records() { # FORMAT
    for target in '5 pipe write' '6 socket send' '1 pipe dprintf' '7 socket syscall'; do
        # shellcheck disable=SC2086 # three arguments
        with "log=stderr,format=$1" "$programs/policy" $target 12 3>&1
    done | stable
}

run() { # SECTION
    case $1 in
    units)
        make -s -C "$build/.." CFLAGS=-O2 WARNINGS=-w units && for unit in "$build"/units/*; do
            [ -d "$unit" ] || [ ! -x "$unit" ] || "$unit"
        done
        for target in "$build"/units/fuzz/*; do
            [ ! -x "$target" ] || find tests/fuzz/seeds tests/fuzz/found -type f -path "*/${target##*/}/*" -exec "$target" '{}' + 2>&1
        done
        ;;
    options)
        for options in colour=red mode mode=nonsense storm=x storm=1234567890 log=file:relative log=file: \
            'action=die,,mode=mask' off 'off,' ',' 'mode=catch,mode=flags' backtrace=33; do
            with "$options" "$programs/policy" 5 pipe write 1 3>&1
        done
        ;;
    policy)
        for options in action=die storm=3 stdio=default handlers=override,mode=ignore action=core; do
            for target in '5 pipe write' '1 pipe write' '1 socket send'; do
                # shellcheck disable=SC2086
                with "$options,log=stderr" "$programs/policy" $target 5 3>&1
            done
        done | stable
        ;;
    logfmt | json) records "$1" ;;
    ends)
        cd -- "$work" || exit
        for end in pipe fifo pair unix tcp tcp6; do
            for format in logfmt json; do
                with "format=$format,log=file:$work/log" "$programs/record_event" write $end "$work/w" 3>&1
                cat log
                rm -f log w v
            done
        done
        ;;
    matrix) with mode=catch "$programs/matrix" ;;
    handled) with mode=catch "$programs/matrix" --handled ;;
    flags) with mode=flags "$programs/matrix" ;;
    mask) with mode=mask "$programs/matrix" --after-mask ;;
    rules)
        with log=stderr,backtrace=32 "$programs/backtrace_rules"
        with log=stderr,backtrace=32 "$programs/backtrace_rules" instructions
        with log=stderr,backtrace=32,format=json "$programs/backtrace_deep"
        ;;
    absent) for mode in catch ignore mask flags; do with mode=$mode "$PWD/build/mutants/absent"; done ;;
    seccomp) for mode in catch ignore mask; do for place in process thread; do with mode=$mode "$programs/seccomp" $place; done; done ;;
    children)
        for mode in catch ignore mask flags; do
            with "mode=$mode" "$programs/children" run broken main "$programs/inherit" exit
            with "mode=$mode,children=release" "$programs/children" run untouched main "$programs/inherit" exit
            with "mode=$mode" "$programs/children" failed-write untouched main
        done
        ;;
    threads)
        for mode in catch ignore mask flags; do
            with mode=$mode "$programs/threads_storm"
            with mode=$mode,log=stderr,backtrace=16 "$programs/small_stack" 2>&1 | grep -c Broken
            with "mode=$mode,log=file:$work/log" "$programs/event_storm" 4 500 'write raw send raw'
            grep events= "$work/log"
            rm -f "$work/log"
        done
        ;;
    hostile)
        with log=stderr "$programs/hostile_late"
        with mode=catch "$programs/hostile_own_calls"
        with mode=catch "$programs/hostile_unload" "$shim"
        ;;
    sent) with mode=catch "$programs/sent" ;;
    early_counted) preload=$programs/preload_counter.so:$shim && with mode=catch "$programs/$1" ;;
    early_*) with mode=catch "$programs/$1" ;;
    transcript_*) for mode in catch ignore mask flags; do with mode=$mode "$programs/$1"; done ;;
    esac | stable
}

shift
for section in "$@"; do
    run "$section"
done
