#!/bin/sh
# compare.sh: runs a command without the shim and with it, reduces what each printed to a list of
# passes and failures, and compares the lists.
# Status: 0 for equal lists, 1 for different ones, 125 for an error here.

set -u

usage() {
    cat <<'TEXT'
Usage: compare.sh [OPTION]... [--] COMMAND [ARGUMENT]...
Run COMMAND without the shim and with it, and compare the tests that pass.
Each of the two has a TMPDIR of its own; both start in the current folder.

  -m MODE         run the shim with mode=MODE
  -o OPTIONS      run the shim with NOSIGPIPE_OPTIONS=OPTIONS
  -f FILTER       what turns the output into lines 'TEST: RESULT': an
                  executable file, which is run, or else a sed program for
                  `sed -n`, in a file or written out. By default TAP and
                  the lines 'PASS: TEST', 'FAIL: TEST', ... are understood,
                  and a command that prints none is judged by its status.
                  COMMAND's statuses 125 to 127 mean that it did not run
  -r TIMES        where the lists differ, run both again, up to TIMES times;
                  a test passes on a side if it ever passed there (0)
  -s              one after the other, not side by side
  -k FOLDER       keep the outputs and the lists there
      --object FILE  preload FILE in place of the shim
      --help      show this and exit

Status: 0 if both lists are the same, 1 if not, 125 for an error here.
TEXT
}

fail() { # MESSAGE
    printf 'compare.sh: %s\n' "$1" >&2
    exit 125
}

here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 125
object=$here/../../build/libnosigpipe.so
options=
filter=
retries=0
sequential=
keep=
while [ $# -gt 0 ]; do
    case $1 in
    --help) usage && exit ;;
    -s) sequential=1 && shift && continue ;;
    --) shift && break ;;
    -m | -o | -f | -r | -k | --object)
        [ $# -gt 1 ] || fail "option '$1' needs a value"
        ;;
    -*) fail "unknown option '$1' (see --help)" ;;
    *) break ;;
    esac
    case $1 in
    -m) options=${options:+$options,}mode=$2 ;;
    -o) options=${options:+$options,}$2 ;;
    -f) filter=$2 ;;
    -r) retries=$2 ;;
    -k) keep=$2 ;;
    --object) object=$2 ;;
    esac
    shift 2
done
[ $# -gt 0 ] || fail 'no command given (see --help)'
case $retries in
'' | *[!0-9]*) fail "-r takes a number, not '$retries'" ;;
esac
[ -f "$object" ] || fail "no such object: '$object'"
object=$(readlink -f -- "$object") || exit 125

work=$(mktemp -d "${TMPDIR:-/tmp}/compare.XXXXXX") || exit 125
bare=
shimmed=
# shellcheck disable=SC2317 # the trap reaches it
finish() {
    [ -z "$bare" ] || kill "$bare" 2>/dev/null
    [ -z "$shimmed" ] || kill "$shimmed" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 125' HUP INT TERM
if [ -n "$keep" ]; then
    mkdir -p "$keep" || exit 125
fi
mkdir "$work/without" "$work/with" || exit 125

# Runs the command with the dispositions that a login shell has: a shell ignores SIGINT and SIGQUIT in
# background commands, and the caller may ignore SIGPIPE. Only descriptors 0 to 2 are inherited.
run_without() { # COMMAND...
    exec env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE,INT,QUIT \
        TMPDIR="$work/without" "$@" >"$work/without.output" 2>&1 </dev/null
}

run_with() { # COMMAND...
    exec env --default-signal=PIPE,INT,QUIT TMPDIR="$work/with" LD_PRELOAD="$object" \
        NOSIGPIPE_OPTIONS="$options" "$@" >"$work/with.output" 2>&1 </dev/null
}

tap_and_automake='
s/^ok [0-9]* *-* *\(.*\)/\1: pass/p
s/^not ok [0-9]* *-* *\(.*\)/\1: fail/p
s/^PASS: \(.*\)/\1: pass/p
s/^FAIL: \(.*\)/\1: fail/p
s/^SKIP: \(.*\)/\1: skip/p
s/^ERROR: \(.*\)/\1: error/p
s/^XFAIL: \(.*\)/\1: fails as expected/p
s/^XPASS: \(.*\)/\1: passes unexpectedly/p'

reduce() { # SIDE STATUS
    if [ -z "$filter" ]; then
        sed -n "$tap_and_automake" "$work/$1.output"
    elif [ -f "$filter" ] && [ -x "$filter" ]; then
        "$filter" <"$work/$1.output"
    elif [ -f "$filter" ]; then
        sed -n -f "$filter" "$work/$1.output"
    else
        sed -n "$filter" "$work/$1.output"
    fi >"$work/$1.now" || fail "the filter failed on what the command printed $1 the shim"
    case $2 in
    125 | 126 | 127)
        tail -n 3 "$work/$1.output" >&2
        fail "the command did not run $1 the shim: status $2"
        ;;
    esac
    [ -z "$filter" ] || [ -s "$work/$1.now" ] ||
        fail "the filter found no test in what the command printed $1 the shim"
    printf 'exit status: %s\n' "$2" >>"$work/$1.now"
}

run_both() { # COMMAND...
    (run_without "$@") &
    bare=$!
    if [ -n "$sequential" ]; then
        wait "$bare"
        bare_status=$?
    fi
    (run_with "$@") &
    shimmed=$!
    if [ -z "$sequential" ]; then
        wait "$bare"
        bare_status=$?
    fi
    wait "$shimmed"
    shimmed_status=$?
    bare=
    shimmed=
    [ -z "$keep" ] || cp "$work"/*.output "$keep/" || exit 125
    reduce without "$bare_status"
    reduce with "$shimmed_status"
}

# A test counts as passed if it passed in any run so far, and so does the command itself.
merge() { # SIDE
    cat "$work/$1.now" >>"$work/$1.all"
    sort -u "$work/$1.all" | awk '
        {
            test = $0; sub(/: [^:]*$/, "", test)
            result = substr($0, length(test) + 3)
            good = result == "pass" || (test == "exit status" && result == "0")
            if (!(test in results) || good) results[test] = result
        }
        END { for (test in results) print test ": " results[test] }' | sort >"$work/$1.list"
}

differences() {
    diff "$work/without.list" "$work/with.list" |
        sed -n 's/^< /without the shim: /p; s/^> /with the shim:    /p'
}

times=0
while :; do
    run_both "$@"
    merge without
    merge with
    [ -z "$keep" ] || cp "$work"/*.list "$keep/" || exit 125
    if cmp -s "$work/without.list" "$work/with.list"; then
        printf 'same: %d tests, %d of them pass\n' "$(grep -vc '^exit status: ' "$work/with.list")" \
            "$(grep -c ': pass$' "$work/with.list")"
        exit 0
    fi
    times=$((times + 1))
    [ "$times" -le "$retries" ] || break
    differences >&2
    printf 'compare.sh: both are run again (%d of %d)\n' "$times" "$retries" >&2
done
differences
exit 1
