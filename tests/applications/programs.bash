# What the tests of this folder share, which run programs of the distribution without the shim and
# with it. A test defines `scene`, which runs the program by `under`, and `goes_on`, which asserts
# what the program does after its broken write; then `outlives` or `unchanged` plays the scene in
# every way and, if all is well, adds a row to the page PROGRAMS.md.

load "${BASH_SOURCE[0]%/*}/../lib/common"

HERE=${BASH_SOURCE[0]%/*}

# Finds the programs of the distribution before others in PATH.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# A loopback address of the test's own: whatever port is free there, no connection of another test's
# can take it, since those come from 127.0.0.1.
ADDRESS=127.1.$((BASHPID >> 8 & 255)).$((BASHPID & 255))

PLAIN=(env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE)

setup() {
    work=$BATS_TEST_TMPDIR/setup
    mkdir "$work"
    started=()
    modes='catch ignore mask flags'
    package=
    trace=
    before=
    behind=
}

teardown() {
    [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
}

# One way to run a program: bare, with SIGPIPE ignored (the oracle), or with the shim in a mode. What
# `before` and `behind` name is preloaded in any way, and stands there in LD_PRELOAD.
use_way() { # bare|ignoring|MODE
    local shim=
    way=$1
    echo "way: $way" # for a test that fails
    prefix=("${PLAIN[@]}")
    case $way in
    bare) ;;
    ignoring) prefix+=(--ignore-signal=PIPE) ;;
    *)
        shim=$SHIM
        prefix+=(NOSIGPIPE_OPTIONS="mode=$way")
        ;;
    esac
    # shellcheck disable=SC2206 # none or one word each
    local objects=($before $shim $behind) IFS=:
    [ ${#objects[@]} -eq 0 ] || prefix+=(LD_PRELOAD="${objects[*]}")
    [ -z "$trace" ] || prefix=(strace -D -f -q -o "$trace" -e 'signal=SIGPIPE,SIGTERM,SIGKILL'
        -e 'trace=rt_sigaction,write,writev,pwritev2,sendto,sendmsg' "${prefix[@]}")
}

# Runs the program of the scene in the foreground.
under() { # COMMAND...
    "${prefix[@]}" "${@:?no command}"
}

# The same in the background, to be ended with the test. Its process id is in $!.
start_under() { # COMMAND...
    "${prefix[@]}" "$@" 3>&- &
    started+=($!)
}

# Kills and forgets the process that was started last.
stop() { # SIGNAL
    kill -s "$1" "${started[-1]}" 2>/dev/null || true
    wait "${started[-1]}" 2>/dev/null || true
    unset 'started[-1]'
}

wait_until() { # COMMAND...
    local deadline=$((SECONDS + 100))
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $deadline ]; then
            echo "waited in vain for: $*"
            return 1
        fi
        sleep 0.02
    done
}

# Sets `port` to one that is free on ADDRESS, for servers that cannot let the kernel choose.
free_port() {
    port=$("${PLAIN[@]}" python3 -IS -c 'import socket, sys
print(socket.create_server((sys.argv[1], 0)).getsockname()[1])' "$ADDRESS")
}

# For `python3 -c` with a port: writes to a server until that has left, and prints the error.
PYTHON_CLIENT='import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
try:
    while True: peer.send(b"request\n")
except BrokenPipeError as error:
    print(error.strerror)'

# Sets `port` to that of a server that leaves its clients (peer.py tells how).
start_peer() { # [--until TEXT] HOW [GREETING [ANSWER]]
    rm -f "$work/port"
    mkfifo "$work/port"
    "${PLAIN[@]}" python3 -IS "$HERE/peer.py" "$@" >"$work/port" 3>&- &
    started+=($!)
    read -r port <"$work/port"
}

# Runs the command with its output into a FIFO that nobody reads. It is opened for both at first,
# since an open(2) of a FIFO waits for the other end.
into_pipe() { # COMMAND...
    [ -p "$work/pipe" ] || mkfifo "$work/pipe"
    (
        exec 8<>"$work/pipe" 9>"$work/pipe" 8<&-
        "$@" >&9
    )
}

# As bats' `run scene`, but not in a subshell, with an empty folder as $work, and whatever the scene
# has left running is ended.
play() { # WAY
    local already=${#started[@]}
    local output_file=$BATS_TEST_TMPDIR/output
    work=$BATS_TEST_TMPDIR/work
    rm -rf "$work" ${trace:+"$trace"}
    mkdir "$work"
    use_way "$1"
    status=0
    scene >"$output_file" 2>&1 || status=$?
    while [ ${#started[@]} -gt "$already" ]; do stop KILL; done
    output=$(<"$output_file")
    mapfile -t lines <"$output_file"
    echo "$output" # for a test that fails
}

# How the program ends without the shim, and what it does where SIGPIPE is ignored. A test may have
# its own.
dies() {
    assert_equal "$status" "$SIGPIPE_STATUS"
}

when_ignored() {
    goes_on
}

# The program dies bare, and lives with the shim as it does where SIGPIPE is ignored.
outlives() { # PROGRAM BROKEN OUTCOME [BARE]
    dies_and_lives
    record "$1" "$2" "${4:-ended by SIGPIPE}" "$3"
}

dies_and_lives() {
    local each
    play_broken bare
    dies
    play_broken ignoring
    when_ignored
    for each in $modes; do
        play_broken "$each"
        goes_on
    done
}

# The program handles or ignores SIGPIPE itself, and does the same in every way. Its system calls show that
# it had a broken write, how it treats SIGPIPE, and that the shim was at work.
unchanged() { # PROGRAM BROKEN OUTCOME [BARE]
    local provided='' each guard
    trace=$BATS_TEST_TMPDIR/trace
    for each in bare $modes; do
        play_broken "$each"
        goes_on
        guard=guarded
        [ "$each" != bare ] || guard='not guarded'
        assert_equal "$(guarded)" "$guard"
        provided=${provided:-$(provision)}
        assert_equal "$(provision)" "$provided"
    done
    record "$1" "$2" "${4:-lives: $provided}" "$3"
}

# Where the system calls are traced, until a write breaks: on a busy machine the peer's reset may come
# behind the program's last write.
play_broken() { # WAY
    for _ in {1..10}; do
        play "$1"
        [ -n "$trace" ] || return 0
        wait_until trace_is_whole
        ! grep -q ' = -1 EPIPE' "$trace" || return 0
    done
    echo 'no write broke'
    return 1
}

# strace -D may come to the end later than the program.
trace_is_whole() {
    awk '{ running[$1] = 1 }
        / \+\+\+ (exited|killed) / { delete running[$1] }
        END { for (each in running) exit 1; exit !NR }' "$trace"
}

# Whether the shim has installed its guard in place of the default action.
guarded() {
    local flags='[A-Z_|]*SA_ONSTACK|SA_RESTART|SA_SIGINFO'
    grep -q "SIGPIPE, {sa_handler=0x[0-9a-f]*, sa_mask=~\\[[A-Z ]*], sa_flags=$flags, .*}, NULL, 8)" "$trace" &&
        echo guarded || echo 'not guarded'
}

# Prints the last disposition before the first broken write, of the writing process or the one before it.
provision() {
    awk '/rt_sigaction\(SIGPIPE, \{/ { any = own[$1] = $0 }
        / = -1 EPIPE/ {
            disposition = $1 in own ? own[$1] : any
            if (/MSG_NOSIGNAL/) print "passes MSG_NOSIGNAL itself"
            else if (disposition ~ /PIPE, {sa_handler=SIG_IGN/) print "ignores it itself"
            else if (disposition ~ /PIPE, {sa_handler=0x/) print "has its own handler"
            else print "not known: " disposition
            exit
        }' "$trace"
}

# Adds a row to the page. The first word of PROGRAM is a command, unless `package` is set.
record() { # PROGRAM BROKEN BARE OUTCOME
    local group=${BATS_TEST_FILENAME##*/}
    local shown=$modes
    [ "$modes" != 'catch ignore mask flags' ] || shown=all
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "${group%.bats}" "$1" "$(version "${1%%[ ,]*}")" \
        "$2" "$3" "$4" "$shown" >>"${PROGRAM_ROWS:-/dev/null}"
}

# The package and its version. dpkg may know a file of /usr/bin as one of /bin.
version() { # COMMAND
    local file
    if [ -z "$package" ]; then
        file=$(readlink -f -- "$(type -P -- "$1")")
        package=$(dpkg-query -S "$file" "${file#/usr}" 2>/dev/null | sed -n '1s/:.*//p')
    fi
    dpkg-query -W -f '${Package} ${Version}\n' "$package" | head -n 1
}
