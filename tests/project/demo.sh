#!/bin/sh
# Shows what the project is for: a server is killed, and its two clients, the same program bare
# and under nosigpipe, fare differently. The status is 0 only if both did as they should.
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

row() { # LEFT RIGHT
    printf '   %s%-36s%s  %s%s%s\n' "$left" "$1" "$plain" "$right" "$2" "$plain"
}

table() { # COLOUR-OF-THE-LEFT COLOUR-OF-THE-RIGHT
    rule=------------------------------------
    left=$bold right=$bold
    printf '\n'
    row BARE 'UNDER NOSIGPIPE'
    left='' right=''
    row $rule $rule
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
mkdir "$folder/bare" "$folder/shimmed"
touch "$folder/server" "$folder/bare/output" "$folder/shimmed/output" # read before first written
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
for name in bare shimmed; do
    await has_line "$folder/$name/output" '^Hello' ||
        fail "the client '$name' gets no greeting: $(cat "$folder/$name/errors")"
done
for pid in $bare $shimmed; do
    await has_line "$folder/server" "hello from pid $pid\$" 2 ||
        fail "the server receives nothing from the client with pid $pid"
done
step 2 "Two clients connect; each sends 1024 bytes every $interval ms, with plain send()."
table '' ''
row "\$ demo_client $port" "\$ nosigpipe demo_client $port"
row "pid $bare" "pid $shimmed"
row "$(sed -n 1p "$folder/bare/output")" "$(sed -n 1p "$folder/shimmed/output")"

kill -s KILL "$server"
take_status "$server"
step 3 "The server is gone: kill -KILL $server. The clients go on sending."

await has_ended "$bare" ||
    fail "the bare client (pid $bare) outlives the server: is the library in /etc/ld.so.preload?"
take_status "$bare"
[ $status -eq 141 ] || fail "the bare client ended with status $status, not with 141 (SIGPIPE)"
[ ! -s "$folder/bare/errors" ] || fail "the bare client complained: $(cat "$folder/bare/errors")"
[ "$(ls "$folder/bare")" = "$(printf 'errors\noutput')" ] || fail 'the bare client left a core'

three_epipes_or_end() {
    has_line "$folder/shimmed/output" '-1 EPIPE' 3 || has_ended "$shimmed"
}
await three_epipes_or_end || fail 'the client under nosigpipe has seen no EPIPE'
if ! is_running "$shimmed"; then
    take_status "$shimmed"
    fail "the client under nosigpipe ended with status $status (141 is SIGPIPE): no protection"
fi
epipe() { # NUMBER: that one of the client's EPIPE lines
    grep -e '-1 EPIPE' "$folder/shimmed/output" | sed -n "$1p"
}
table "$red" "$green"
row "ended by SIGPIPE: status $status" "$(epipe 1)"
row 'message on standard error: none' "$(epipe 2)"
row 'core file: none' "$(epipe 3)"
row "pid $bare is gone" "pid $shimmed is running"

kill -s TERM "$shimmed"
await has_ended "$shimmed" || fail 'the client under nosigpipe does not end by SIGTERM'
take_status "$shimmed"
[ $status -eq 143 ] || fail "the client under nosigpipe ended with status $status, not with 143"
step 4 "The demo ends the survivor: kill -TERM $shimmed. Its status: 143, as ever."

printf '\n%sPASSED%s  Bare, the client died silently; under nosigpipe it got EPIPE and lived.\n' \
    "$green" "$plain"
