#!/usr/bin/env bats
# The record of an event: each field is compared with what the program that made the event knows.

load ../lib/common
load ../lib/record

EVENT=$PROGRAMS/record_event
EVENT_LEFT=$PROGRAMS/event_left
ENDS='pipe fifo pair unix tcp tcp6'

# The pairs of origin and end that raise SIGPIPE. The kernel decides: without the shim, they end the
# program.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    for origin in $("$EVENT"); do
        for end in $ENDS; do
            [ "$origin" != partial ] || [ "$end" = pipe ] || continue
            status=0
            bare "$EVENT" "$origin" "$end" "$(where "$end")" >/dev/null 2>&1 3>&1 || status=$?
            # The first test says so where the kernel lacks one of these.
            case "$origin $status" in *' 0' | 'io_uring 99' | 'pwritev2 99') ;; *) echo "$origin $end $status" ;; esac
            rm -f w v
        done
    done >pairs
}

# The path of a Unix socket is recorded as it was given; that of a FIFO is the full path.
where() { # END
    case $1 in
    fifo) pwd -P | tr '\n' / && echo w ;;
    unix) echo w ;;
    esac
}

# Runs every pair in a process of its own. What the programs know is in the file `known`. Datagrams of their records,
# and as many of summaries, come into FOLDER.
run_pairs() { # OPTIONS [FOLDER]
    local datagrams=0
    while read -r origin end _; do
        logging "$1" "$EVENT" "$origin" "$end" "$(where "$end")" 3>>known || return
        rm -f w v
        [ $# -eq 1 ] || await_datagrams "$2" $((datagrams += 2)) || return
    done <"$BATS_FILE_TMPDIR/pairs"
}

# Asserts that the decoded events on standard input are those in `known`.
assert_known() {
    awk 'BEGIN { RS = ""; } /\ncall=/' | without_time >recorded
    grep -v '^answer' known >expected
    run diff expected recorded
    assert_success
    assert_output ''
    # Whatever the kernel answered: EPIPE, or a count of what had gone out.
    run grep -c -x -E 'answer (-1 EPIPE|65536 0)' known
    assert_output "$(wc -l <"$BATS_FILE_TMPDIR/pairs")"
}

@test "each origin raises SIGPIPE, and ends the program without the shim" {
    needs rings
    run awk '$3 != 141' "$BATS_FILE_TMPDIR/pairs"
    assert_output ''
    assert_equal "$(cut -d' ' -f1 "$BATS_FILE_TMPDIR/pairs" | uniq)" "$("$EVENT")"
    assert_equal "$(cut -d' ' -f2 "$BATS_FILE_TMPDIR/pairs" | sort -u | xargs)" \
        "$(xargs -n1 <<<"$ENDS" | sort | xargs)"
}

# musl's send is its sendto, and its stdio makes system calls of its own.
# bats test_tags=glibc
@test "logfmt: each record says what the program knows" {
    cd "$BATS_TEST_TMPDIR"
    run_pairs "log=file:$PWD/log"
    decode logfmt log >records
    assert_known <records
}

# bats test_tags=native
@test "json: each record says what the program knows" {
    cd "$BATS_TEST_TMPDIR"
    run_pairs "log=file:$PWD/log,format=json"
    decode json log >records
    assert_known <records
    # A second parser agrees that each line is an object.
    run jq -s 'map(type) | unique' log
    assert_output --regexp '^\[[[:space:]]*"object"[[:space:]]*\]$'
}

# A name that OpenTelemetry does not have, another type or another value fails in decode.
# bats test_tags=native
@test "otel: each record says what the program knows, in OpenTelemetry's names" {
    cd "$BATS_TEST_TMPDIR"
    run_pairs "log=file:$PWD/log,format=otel,backtrace=2"
    decode otel log | grep -v '^backtrace=' >records
    assert_known <records
    # A number is a number for a second parser, too.
    run jq -s 'map(."process.pid", ."severity_number" | type) | unique' log
    assert_output --regexp '^\[[[:space:]]*"number"[[:space:]]*\]$'
    run jq -s 'map(."network.peer.port" | type) | unique | join(" ")' log
    assert_output '"null number"'
}

# bats test_tags=native
@test "journal: each record says what the program knows" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    export -f run_pairs logging where await_datagrams
    export SHIM EVENT BATS_FILE_TMPDIR
    with_server /run/systemd/journal/socket got bash -c 'run_pairs log=journal got'
    mapfile -t files < <(seq -f 'got/%.0f' "$(find got -type f | wc -l)")
    decode journal "${files[@]}" >records
    assert_known <records
}

# musl's send is its sendto, and its stdio makes system calls of its own.
# bats test_tags=glibc
@test "the record is the same in the modes in which interposed calls raise no signal" {
    cd "$BATS_TEST_TMPDIR"
    for mode in ignore mask flags; do
        rm -f known log
        # By the other ways the signal is ignored, or drained later, in two of these modes.
        grep -E '^(write|writev|sendfile|splice|tee|send|sendto|sendmsg|sendmmsg) ' \
            "$BATS_FILE_TMPDIR/pairs" >pairs
        BATS_FILE_TMPDIR=$PWD run_pairs "log=file:$PWD/log,mode=$mode"
        decode logfmt log >records
        BATS_FILE_TMPDIR=$PWD assert_known <records
    done
}

# musl's send is its sendto, and its stdio makes system calls of its own.
# bats test_tags=glibc
@test "a write that was interrupted, jumped out of or cancelled is not taken for the broken one" {
    cd "$BATS_TEST_TMPDIR"
    local way
    for way in handler jump cancel; do
        ignoring "$EVENT_LEFT" "$way" 3>known | cat >/dev/null
        # It ends a program that writes to a broken pipe on descriptor 1, as the other one is not.
        for options in "log=file:$PWD/log" "log=file:$PWD/log,stdio=default"; do
            logging "$options" "$EVENT_LEFT" "$way" 3>answers | cat >/dev/null
            assert_equal "${PIPESTATUS[0]}" 0
            diff known answers
            decode logfmt log >records
            assert_equal "fd=$(values_of fd <records)" "$(grep ^fd known)"
            assert_equal "$(values_of kind <records)" unix
            assert_equal "$(values_of call <records)" write
            rm log
        done
    done
}

# bats test_tags=native
@test "the same fields in the same order in every format" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json otel; do
        logging "log=file:$PWD/$format,format=$format" "$EVENT" write tcp 3>/dev/null
        decode "$format" "$format" >records
        record_number 1 <records | assert_keys "$EVENT_KEYS"
        record_number 2 <records | assert_keys "$SUMMARY_KEYS"
        assert_equal "$(record_number 3 <records)" ''
    done
    with_server /run/systemd/journal/socket got \
        env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS=log=journal "$EVENT" write tcp 3>/dev/null
    own='MESSAGE MESSAGE_ID PRIORITY SYSLOG_IDENTIFIER'
    decode journal got/1 | assert_keys "$own CODE_FUNC $EVENT_KEYS"
    decode journal got/2 | assert_keys "$own $SUMMARY_KEYS"
}

# bats test_tags=native
@test "time: UTC, in microseconds, between before and after, whatever TZ is" {
    cd "$BATS_TEST_TMPDIR"
    before=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
    TZ=Asia/Kathmandu logging "log=file:$PWD/log" "$EVENT" write pipe 3>/dev/null
    after=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
    decode logfmt log | values_of time >moments
    assert_equal "$(wc -l <moments)" 2
    while read -r time; do
        [[ $time =~ ^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}\.[0-9]{6}Z$ ]]
        [[ ! $time < $before && ! $time > $after ]] || fail "$before $time $after"
    done <moments
}

# bats test_tags=native
@test "time: leap days, turns of years and centuries as date(1) has them" {
    cd "$BATS_TEST_TMPDIR"
    for date in 1970-01-01T00:00:00 1999-12-31T23:59:59 2000-02-29T12:34:56 2000-03-01T00:00:00 \
        2023-02-28T23:59:59 2024-02-29T23:59:59 2024-03-01T00:00:00 2024-12-31T23:59:59 \
        2038-01-19T03:14:08 2096-02-29T01:02:03 2100-02-28T23:59:59 2100-03-01T00:00:00 \
        2400-02-29T00:00:00 9999-12-31T23:59:59; do
        # The kernel's answer is replaced: struct timespec, little-endian, 1234 ns.
        answer=$(python3 -c 'import struct, sys
print(struct.pack("<qq", int(sys.argv[1]), 1234).hex())' "$(date -u -d "${date}Z" +%s)")
        strace -f -o trace -e trace=clock_gettime \
            -e inject=clock_gettime:poke_exit=@arg2="$answer" \
            env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$PWD/log" \
            "$EVENT" write pipe 3>/dev/null
        assert_equal "$(decode logfmt log | values_of time | sort -u)" "$date.000001Z"
        rm log
    done
}

# bats test_tags=native
@test "IPv6 addresses are spelled as inet_ntop spells them" {
    needs networks
    cd "$BATS_TEST_TMPDIR"
    for address in ::1 2001:db8::1 2001:db8:0:1:0:0:0:1 2001:db8:0:0:1:0:0:1 2001:db8:1:2:3:4:5:6 \
        2001:db8::8:0 2001:db8:0:0:0:0:0:0 2001:0db8:00ab:0:1:0:ffff:a0b 2001:db8:0:1:1:1:1:1 \
        ::ffff:127.0.0.1; do
        logging_there "log=file:$PWD/log" "$EVENT" send tcp6 "$address" 3>>known
    done
    decode logfmt log | awk 'BEGIN { RS = ""; } /\ncall=/' | without_time >recorded
    run diff <(grep -v ^answer known) recorded
    assert_success
    assert_equal "$(values_of peer <recorded | grep -c ::)" 7
}

# musl's send is its sendto, and its stdio makes system calls of its own.
# bats test_tags=glibc
@test "a link-local IPv6 address has the number of its interface" {
    needs networks
    cd "$BATS_TEST_TMPDIR"
    logging_there "log=file:$PWD/log" "$EVENT" send tcp6 fe80::1%near 3>known
    decode logfmt log | record_number 1 | without_time >recorded
    run diff <(grep -v ^answer known) recorded
    assert_success
    assert_equal "$(grep -c '^\(local\|peer\)=\[fe80::1%1234567\]:' recorded)" 2
}

# Makes a network in which this host has every address of 2001:db8::/32, and an interface `near` fe80::1.
logging_there() { # OPTIONS COMMAND...
    # shellcheck disable=SC2016 # for the inner shell
    unshare --net sh -ec '
        ip link set lo up
        echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
        ip -6 route add local 2001:db8::/32 dev lo
        ip link add near index 1234567 type veth peer name far
        ip link set near up
        ip link set far up
        ip address add fe80::1/64 dev near nodad
        LD_PRELOAD=$1 NOSIGPIPE_OPTIONS=$2
        shift 2
        export LD_PRELOAD NOSIGPIPE_OPTIONS
        exec "$@"' sh "$SHIM" "$@"
}
