#!/bin/sh
# Shows what the project is for: a server is killed, and its clients, the same program bare, under
# nosigpipe, and protected while it runs, fare differently. The status is 0 only if each did as it
# should. The third client is left out where a process cannot be protected while it runs.
# Usage: demo.sh [BUILD-FOLDER]

set -u
unset LD_PRELOAD NOSIGPIPE_OPTIONS

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=${1:-$root/build}
interval=200 # milliseconds between two sends of a client
running=     # the processes to stop when the demo ends, whichever way it ends

# --- Telling

if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') red=$(printf '\033[31m')
    green=$(printf '\033[32m') plain=$(printf '\033[0m')
else
    bold='' red='' green='' plain=''
fi

step() { # NUMBER TEXT
    printf '\n%s%s%s  %s\n' "$bold" "$1" "$plain" "$2"
}

row() { # TEXT-OF-EACH-COLUMN...; 80 columns in all
    printf '   %s%-20s%s  %s' "$left" "$1" "$plain" "$right"
    if [ -n "$late" ]; then
        printf '%-29s%s  %s%s%s\n' "$2" "$plain" "$right" "$3" "$plain"
    else
        printf '%s%s\n' "$2" "$plain"
    fi
}

table() { # COLOUR-OF-THE-FIRST-COLUMN COLOUR-OF-THE-OTHERS
    left=$bold right=$bold
    printf '\n'
    row BARE 'UNDER NOSIGPIPE' 'PROTECTED WHILE IT RUNS'
    left='' right=''
    row -------------------- ----------------------------- ------------------------
    left=$1 right=$2
}

fail() { # TEXT
    printf '\ndemo: FAILED: %s\n' "$1" >&2
    exit 1
}

# --- Processes and what they write

cleanup() {
    for pid in $running; do
        kill -s KILL "$pid"
        wait "$pid"
    done 2>/dev/null
    rm -rf -- "$folder"
}

is_running() { # PID; a process that has ended but is not waited for is a zombie, "Z" in proc(5)
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) && [ "${state:-Z}" != Z ]
}

await() { # COMMAND...: until it succeeds; fails when it has not for long
    tries=300
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

# The status of a child that has ended. bash tells of the signal on standard error: not here.
take_status() { # PID
    wait "$1" 2>/dev/null
    status=$?
    others=
    for pid in $running; do
        [ "$pid" = "$1" ] || others="$others $pid"
    done
    running=$others
}

has_line() { # FILE PATTERN [COUNT]
    [ "$(grep -c -e "$2" "$1")" -ge "${3:-1}" ]
}

has_ended() { # PID
    ! is_running "$1"
}

# SIGPIPE at its default, as a program finds it that is started from a terminal: a parent that
# ignores it would pass that on. POSIX lets no shell undo that; env of coreutils 8.32 can.
make_sigpipe_default() {
    set_default=
    (exec sh -c 'kill -s PIPE $$')
    [ $? -ne 141 ] || return 0
    set_default='env --default-signal=PIPE'
    $set_default true 2>/dev/null ||
        fail 'SIGPIPE is ignored here, and only env of GNU coreutils 8.32 or later can undo that'
}

# Becomes a client whose files are in a folder of its own, a core, if there were one, included.
client() { # NAME LAUNCHER-OR-NOTHING
    cd "$folder/$1" || exit
    # shellcheck disable=SC3045 # dash, busybox and bash have it
    ulimit -c unlimited 2>/dev/null
    shift
    # shellcheck disable=SC2086 # two words or none
    exec $set_default "$@" "$build/tests/demo_client" "$port" "$interval" >output 2>errors
}

# --- The demo

case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
for file in nosigpipe libnosigpipe.so tests/demo_server tests/demo_client; do
    [ -f "$build/$file" ] || fail "$build/$file is not there: run 'make all programs' first"
done
folder=$(mktemp -d) || fail 'cannot make a temporary folder'
trap cleanup EXIT
trap 'exit 1' HUP INT TERM PIPE
for name in bare shimmed late; do
    mkdir "$folder/$name"
    : >"$folder/$name/output" # read before it is first written
done
: >"$folder/server"
make_sigpipe_default

printf '%snosigpipe: the same client, with and without it%s\n' "$bold" "$plain"

"$build/tests/demo_server" >"$folder/server" 2>&1 &
server=$!
running=$server
await has_line "$folder/server" '^listening' || fail 'the server does not listen'
port=$(sed -n 's/^listening on port //p' "$folder/server")
step 1 "A server starts: pid $server, 127.0.0.1 port $port."

client bare &
bare=$!
running="$running $bare"
client shimmed "$build/nosigpipe" &
shimmed=$!
running="$running $shimmed"
client late &
late=$!
running="$running $late"
for name in bare shimmed late; do
    await has_line "$folder/$name/output" '^Hello' ||
        fail "the client '$name' gets no greeting: $(cat "$folder/$name/errors")"
done
for pid in $bare $shimmed $late; do
    await has_line "$folder/server" "hello from pid $pid\$" 2 ||
        fail "the server receives nothing from the client with pid $pid"
done

# Other CPUs have no nosigpipe-attach, and ptrace(2) may be forbidden here, as by Yama to all but root.
refused=
if answer=$("$build/nosigpipe" -p "$late" 2>&1); then
    [ "$answer" = "$late demo_client: guarded" ] || fail "nosigpipe -p $late says: $answer"
else
    case $answer in
    *' alone, and this is '* | *'Operation not permitted') ;;
    *) fail "nosigpipe -p $late says: $answer" ;;
    esac
    kill -s KILL "$late"
    take_status "$late"
    late='' refused=$answer
fi

greeting() { # NAME
    sed -n 1p "$folder/$1/output"
}
count=Three
[ -n "$late" ] || count=Two
step 2 "$count clients connect; each sends 1024 bytes every $interval ms, with plain send()."
table '' ''
row "\$ demo_client $port" "\$ nosigpipe demo_client $port" "\$ demo_client $port"
row "pid $bare" "pid $shimmed" "pid $late"
row "$(greeting bare)" "$(greeting shimmed)" "$(greeting late)"
if [ -n "$late" ]; then
    step 3 'The third one is protected now, while it runs.'
    printf '\n   $ nosigpipe -p %s\n   %s\n' "$late" "$answer"
else
    step 3 'No client is protected while it runs, because that is refused here:'
    printf '\n'
    printf '%s\n' "$refused" | fold -s -w 77 | sed 's/^/   /'
fi

kill -s KILL "$server"
take_status "$server"
step 4 "The server is gone: kill -KILL $server. The clients go on sending."

await has_ended "$bare" ||
    fail "the bare client (pid $bare) outlives the server: is the library in /etc/ld.so.preload?"
take_status "$bare"
[ $status -eq 141 ] || fail "the bare client ended with status $status, not with 141 (SIGPIPE)"
[ ! -s "$folder/bare/errors" ] || fail "the bare client complained: $(cat "$folder/bare/errors")"
[ "$(ls "$folder/bare")" = "$(printf 'errors\noutput')" ] || fail 'the bare client left a core'

three_epipes_or_end() { # NAME PID
    has_line "$folder/$1/output" '-1 EPIPE' 3 || has_ended "$2"
}
check_survivor() { # NAME PID WHICH
    await three_epipes_or_end "$1" "$2" || fail "the client $3 has seen no EPIPE"
    if ! is_running "$2"; then
        take_status "$2"
        fail "the client $3 ended with status $status (141 is SIGPIPE): no protection"
    fi
}
check_survivor shimmed "$shimmed" 'under nosigpipe'
[ -z "$late" ] || check_survivor late "$late" 'that was protected while it ran'

epipe() { # NAME NUMBER: that one of the client's EPIPE lines
    grep -e '-1 EPIPE' "$folder/$1/output" | sed -n "$2p"
}
table "$red" "$green"
row 'status 141: SIGPIPE' "$(epipe shimmed 1)" "$(epipe late 1)"
row 'no message' "$(epipe shimmed 2)" "$(epipe late 2)"
row 'no core file' "$(epipe shimmed 3)" "$(epipe late 3)"
row "pid $bare is gone" "pid $shimmed is running" "pid $late is running"

for pid in $shimmed $late; do
    kill -s TERM "$pid"
    await has_ended "$pid" || fail "the client with pid $pid does not end by SIGTERM"
    take_status "$pid"
    [ $status -eq 143 ] || fail "the client with pid $pid ended with status $status, not with 143"
done
step 5 "The demo ends what lives: kill -TERM $shimmed${late:+ $late}. Status: 143, as ever."

printf '\n%sPASSED%s  Bare, the client died silently; with nosigpipe it got EPIPE and lived.\n' \
    "$green" "$plain"
