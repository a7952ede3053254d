#!/usr/bin/env bats
# The sinks of the log: what they write.

load ../lib/common
load ../lib/options
load ../lib/record

EVENT=$PROGRAMS/record_event
STORM=$PROGRAMS/event_storm
POLICY=$PROGRAMS/policy

# Prints the system calls on the log in a trace of strace, one a line, without the numbers of descriptors.
calls_on_log() { # TRACE
    sed -n -E 's/^[0-9]+ +//
        /openat.*"log"/s/.* (O_[A-Z_|]+, [0-9]+).*/open \1/p
        /^(write|pwritev2|writev)\([0-9]+<[^>]*log>/s/\(.*//p
        /^close\([0-9]+<[^>]*log>/s/\(.*//p' "$1"
}

@test "stderr: the records stand among what the program prints itself" {
    cd "$BATS_TEST_TMPDIR"
    logging log=stderr "${APP[@]}" 'attempt(2); os.write(2, b"own\n")' 2>said
    assert_equal "$(sed -n 3p said)" own
    sed 3d said >log
    assert_equal "$(decode logfmt log | values_of call | xargs)" 'write write'
}

@test "file: opened for each record, one write each, mode 0600, closed" {
    cd "$BATS_TEST_TMPDIR"
    umask 0
    echo before >log
    logging "log=file:$PWD/log" "$POLICY" 5 pipe write 3 3>/dev/null
    assert_equal "$(sed -n 1p log)" before
    assert_equal "$(wc -l <log)" 5
    rm log
    strace -f -y -o trace -e trace=openat,write,pwritev2,writev,close \
        env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$PWD/log" \
        "$POLICY" 5 pipe write 2 3>/dev/null
    assert_equal "$(stat -c %a log)" 600
    sed -i "s|$PWD/log|log|g" trace
    run calls_on_log trace
    one='open O_WRONLY|O_CREAT|O_NOCTTY|O_APPEND|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC, 0600
write
close'
    assert_output "$one"$'\n'"$one"$'\n'"$one"
}

@test "no sink keeps a descriptor" {
    cd "$BATS_TEST_TMPDIR"
    for log in stderr "file:$PWD/log" syslog journal; do
        logging "log=$log" "${APP[@]}" 'before = os.listdir("/proc/self/fd"); attempt(3)
print(before == os.listdir("/proc/self/fd"))' >kept 2>/dev/null
        assert_equal "$(cat kept)" True
    done
}

@test "file: a handler that jumps out of the report of an event leaves no descriptor open" {
    cd "$BATS_TEST_TMPDIR"
    local case mode way
    for case in catch/late ignore/late mask/late flags/late mask/unseen; do
        mode=${case%/*} way=${case#*/}
        : >log
        logging "log=file:$PWD/log,mode=$mode" "$PROGRAMS/event_jumped" "$way" log >open
        assert_equal "$case: $(cat open)" "$case: 0"
        assert_equal "$case: $(decode logfmt log | values_of fd)" "$case: -1"
    done
}

@test "file: the program may close every descriptor, and use every number itself" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "${APP[@]}" 'os.dup2(broken, 100); broken = 100
os.closerange(0, 100); attempt(2)
first = os.open("own", os.O_WRONLY | os.O_CREAT); attempt(2)
os.write(first, f"{first} {answers}\n".encode())'
    assert_equal "$(cat own)" "0 ['EPIPE', 'EPIPE', 'EPIPE', 'EPIPE']"
    assert_equal "$(decode logfmt log | values_of events)" 4
}

@test "file: 8 processes of 8 threads share one, and no record is torn or lost" {
    cd "$BATS_TEST_TMPDIR"
    for _ in {1..8}; do
        logging "log=file:$PWD/log" "$STORM" 8 64 'write send' >/dev/null &
        pids+=($!)
    done
    wait "${pids[@]}"
    decode logfmt log >records
    # Of a thread's 64 writes 16 go to its pipe, 32 to its socket and 16 to the shared one, which
    # makes records at 1 to 10, 16, and 32, and for the 128 on the shared one at 64 and 128.
    each=$((8 * (11 + 12) + 14))
    assert_equal "$(values_of events <records | sort | uniq -c | xargs)" '8 512'
    assert_equal "$(values_of fd_count <records | wc -l)" $((8 * each))
    assert_equal "$(values_of pid <records | sort | uniq -c | awk '{print $1}' | sort -u)" \
        $((each + 1))
    assert_equal "$(values_of lost <records | sort -u)" 0
}

@test "stderr: 8 processes share a pipe, and no record is torn" {
    cd "$BATS_TEST_TMPDIR"
    mkfifo pipe
    cat pipe >log &
    reader=$!
    exec 9>pipe
    for _ in {1..8}; do
        logging log=stderr,format=json "$STORM" 8 64 'write send' 2>&9 >/dev/null &
        pids+=($!)
    done
    exec 9>&-
    wait "${pids[@]}" "$reader"
    decode json log >records
    [ "$(grep -c ^time= records)" -ge 8 ]
}

@test "stderr: a pipe, where the kernel does not know the flags that prevent waiting and signals" {
    cd "$BATS_TEST_TMPDIR"
    # The kernel refuses both flags, and the second attempt as well, or not.
    for when in 1+1 1+2; do
        [ "$when" = 1+1 ] && refused=8 || refused=4
        mkfifo pipe
        cat pipe >log &
        reader=$!
        strace -f -o trace -e trace=pwritev2 -e "inject=pwritev2:error=EOPNOTSUPP:when=$when" \
            env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS=log=stderr \
            "$POLICY" 5 pipe write 3 3>/dev/null 2>pipe
        wait "$reader"
        assert_equal "$(decode logfmt log | values_of events)" 3
        assert_equal "$(decode logfmt log | values_of lost)" 0
        assert_equal "$(grep -c 'pwritev2.*INJECTED' trace)" "$refused"
        rm pipe
    done
}

@test "syslog: a datagram for each record, in the form of RFC 3164, in each format" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json otel; do
        with_server /dev/log "$format" env LD_PRELOAD="$SHIM" TZ=Asia/Kathmandu \
            NOSIGPIPE_OPTIONS="log=syslog,format=$format" "$EVENT" send tcp 3>known
        assert_equal "$(find "$format" -type f | wc -l)" 2
        pid=$(values_of pid <known)
        for number in 1 2; do
            # The header and the record have the same time.
            sed -E 's/^[^:]*(:[^:]*){2}[^:]*: //' "$format/$number" >log
            echo >>log
            decode "$format" log >record
            seconds=$(values_of time <record)
            header="<28>$(LC_ALL=C date -u -d "${seconds%.*}Z" '+%b %e %T') record_event[$pid]: "
            assert_equal "$(head -c "${#header}" "$format/$number")" "$header"
        done
        sed "s/^<.*]: //" "$format/1" >log
        echo >>log
        decode "$format" log | without_time >record
        run diff <(grep -v ^answer known) <(grep . record)
        assert_success
    done
}

@test "syslog: where /dev/log takes connections, one record each, terminated as by syslog(3)" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    with_server --stream /dev/log own python3 -I -c 'import syslog; syslog.syslog("own")'
    with_server --stream /dev/log got env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS=log=syslog "$EVENT" send tcp 3>known
    assert_equal "$(find got -type f | wc -l)" 2
    for number in 1 2; do
        cmp <(tail -c 1 "got/$number") <(tail -c 1 own/1)
        grep -q "^<28>.* record_event\[$(values_of pid <known)]: " "got/$number"
    done
    sed 's/^<.*]: //' got/1 | tr '\0' '\n' >log
    run diff <(grep -v ^answer known) <(decode logfmt log | without_time | grep .)
    assert_success
}

@test "journal: the record has the fields that journald knows" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    with_server /run/systemd/journal/socket got env LD_PRELOAD="$SHIM" \
        NOSIGPIPE_OPTIONS=log=journal,format=otel "$EVENT" send tcp 3>/dev/null
    decode journal got/1 | grep '^[A-Z]' >fields
    assert_equal "$(sed -n 1p fields)" 'MESSAGE=a write found its reader gone (SIGPIPE)'
    id=$(sed -n '/^-- /{s///p;q}' "$ROOT/scripts/journal/nosigpipe.catalog")
    assert_equal "$(sed 1d fields | xargs)" "MESSAGE_ID=$id PRIORITY=4 SYSLOG_IDENTIFIER=record_event CODE_FUNC=send"
    decode journal got/2 | grep '^[A-Z]' >fields
    id=$(sed -n 's/^-- //p' "$ROOT/scripts/journal/nosigpipe.catalog" | tail -n 1)
    assert_equal "$(sed 1d fields | xargs)" "MESSAGE_ID=$id PRIORITY=4 SYSLOG_IDENTIFIER=record_event"
}

@test "log=file: a path that is not absolute or too long is refused with a line" {
    cd "$BATS_TEST_TMPDIR"
    accepted=$(values log)
    for value in file:relative file: file file:./x "file:/$(printf '%0255d' 0)"; do
        run logging "log=$value" "$POLICY" 5 pipe write 1 3>/dev/null
        assert_success
        assert_output \
            "nosigpipe: NOSIGPIPE_OPTIONS: bad value '$value' for 'log' (accepted: $accepted)"
    done
    assert_equal "$(ls)" ''
}

@test "log=file: the longest path, and one with blanks, quotes and equals signs" {
    cd "$BATS_TEST_TMPDIR"
    longest=$PWD/$(printf '%0200d' 0)/
    mkdir "$longest"
    longest+=$(printf '%0255d' 0)
    for path in "${longest:0:255}" "$PWD/a b\"c'=d:e"$'\n\xff'; do
        run logging "log=file:$path" "$POLICY" 5 pipe write 1 3>/dev/null
        assert_success
        assert_output ''
        assert_equal "$(decode logfmt "$path" | values_of events)" 1
    done
}

@test "log=file: a comma ends the path" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/a,format=json" "$POLICY" 5 pipe write 1 3>/dev/null
    assert_equal "$(decode json a | values_of events)" 1
}
