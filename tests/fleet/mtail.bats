# What mtail counts of the records of real programs.
# shellcheck disable=SC2154 # `run` sets output, status and lines

load fleet

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    LOG=$PWD/log
}

@test "mtail: as many are counted as a program has made, though not all are recorded, in each format" {
    local number format
    for format in logfmt json otel; do
        for number in 1 9 10 11 15 16 17 31 32 33 1000; do
            rm -f "$LOG"
            writes "$number" "$LOG" format="$format"
            assert_counted "python3 write pipe epipe $number" 0 "$LOG"
        done
        [ "$(wc -l <"$LOG")" -lt 20 ]
        mv "$LOG" "$LOG.$format"
    done
    # All in one.
    cat "$LOG".* >"$LOG"
    assert_counted 'python3 write pipe epipe 3000' 0 "$LOG"
    # An empty file, and one that has no records.
    : >"$LOG"
    seq 100 >"$LOG.other"
    assert_counted '' 0 "$LOG" "$LOG.other"
}

@test "mtail: of a process that is killed the least is counted, and more than half" {
    local number
    for number in 1 10 15 16 31 32 100 511 512; do
        rm -f "$LOG"
        run writes "$number" "$LOG" '' 'os.kill(os.getpid(), signal.SIGKILL)'
        assert_failure 137
        run counted "$LOG"
        [ "$(sum_of)" -le "$number" ]
        [ $((2 * $(sum_of))) -gt "$number" ]
        [ "$number" -gt 10 ] || [ "$(sum_of)" = "$number" ]
    done
}

@test "mtail: threads that break several descriptors by several calls are counted exactly" {
    local answered
    answered=$(logging "log=file:$LOG" "$PROGRAMS/event_storm" 8 2500 'write writev send sendmsg')
    run counted "$LOG"
    assert_equal "$(sum_of)" "$answered"
    # What the records do not tell apart is put nowhere.
    assert_line --partial 'call="several",kind="several",program="event_storm"'
    assert_line --partial 'call="sendmsg",kind="unix",program="event_storm"'
    refute_line --partial '-'
}

@test "mtail: a write that ends the process is counted with those before it" {
    local number status
    # 12 and 37 are between the numbers that are recorded.
    for number in 1 10 12 16 37 64; do
        rm -f "$LOG"
        run writes 100 "$LOG" storm="$number"
        assert_failure "$SIGPIPE_STATUS"
        run counted "$LOG"
        assert_equal "$(sum_of)" "$number"
        assert_line --regexp 'action="storm",call="write",kind="pipe",program="python3"\} [1-9][0-9]*$'
    done
    rm -f "$LOG"
    run writes 100 "$LOG" action=die
    assert_failure "$SIGPIPE_STATUS"
    assert_counted 'python3 write pipe die 1' 0 "$LOG"
}

@test "mtail: a process that is stopped each time has a record each time" {
    local pid state
    env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$LOG,action=stop" \
        python3 -I "$APP" 'attempt(37)' 3>&- &
    pid=$!
    # A zombie takes signals, too.
    while state=$(cat "/proc/$pid/stat" 2>/dev/null) && [[ $state != *') Z '* ]]; do
        kill -CONT "$pid" 2>/dev/null || :
    done
    wait "$pid"
    assert_counted 'python3 write pipe stop 37' 0 "$LOG"
}

@test "mtail: with events=all a write that would have ended nobody has another action" {
    logging "log=file:$LOG,events=all" python3 -I "$APP" 'signal.signal(signal.SIGPIPE, signal.SIG_IGN); attempt(40)'
    assert_counted 'python3 write pipe ignored 40' 0 "$LOG"
    writes 3 "$LOG" events=all,format=json
    assert_counted 'python3 write pipe epipe 3
python3 write pipe ignored 40' 0 "$LOG"
}

@test "mtail: records that were lost are counted, and so are their writes" {
    writes 3 "$PWD/later/log" '' 'os.mkdir("later")'
    assert_counted 'python3 write pipe unknown 3' 3 later/log
    # Some of them.
    writes 20 "$PWD/there/log" '' 'os.mkdir("there"); attempt(30)'
    run counted there/log
    assert_equal "$(sum_of)" 50
    assert_line 'nosigpipe_records_lost_total 11'
}

@test "mtail: a write behind the summary has another summary, and is counted once" {
    logging "log=file:$LOG" "$PROGRAMS/late_flush" 2
    [ "$(grep -c events= "$LOG")" -gt 1 ]
    run counted "$LOG"
    assert_equal "$(sum_of)" "$(sed -n 's/.* events=\([0-9]*\) .*/\1/p' "$LOG" | tail -n 1)"
    # As of one of which the first summary told more than its records.
    rm "$LOG"
    writes 1000 "$LOG"
    sed -i '$s/ lost=0$/ lost=2/' "$LOG"
    sed -n -E '$ { s/(events=|write:|pipe:)1000/\11001/g; s/lost=2/lost=5/p }' "$LOG" >last
    cat last >>"$LOG"
    assert_counted 'python3 write pipe epipe 1001' 5 "$LOG"
}

@test "mtail: the next process with the same ID is another one" {
    local i
    # The first is killed, so that no summary says what it had; the second has fewer, the third more.
    run writes 40 "$LOG" '' 'os.kill(os.getpid(), signal.SIGKILL)'
    assert_failure 137
    writes 20 "$LOG"
    writes 300 "$LOG"
    sed -i -E 's/ pid=[0-9]+/ pid=77/' "$LOG"
    # Minutes apart.
    awk '/ count=1 /{ i++ } { sub(/T..:../, "T10:0" i); print }' "$LOG" >moved
    assert_counted 'python3 write pipe epipe 352' 0 moved
    # Processes of the same ID in two files, as of two containers.
    cp moved moved2
    assert_counted 'python3 write pipe epipe 704' 0 moved moved2
}

@test "mtail: a text in front of a record is no matter" {
    local header format
    for format in logfmt json otel; do
        rm -f "$LOG"
        writes 20 "$LOG" format=$format
        while IFS= read -r header; do
            while IFS= read -r line; do printf '%s%s\n' "$header" "$line"; done <"$LOG" >prefixed
            assert_counted 'python3 write pipe epipe 20' 0 prefixed
        done <<'HEADERS'
Nov 30 01:02:03 my-host python3[7]: 
<28>Nov  3 01:02:03 python3[7]: 
<28>1 2026-11-30T01:02:03.000004+01:00 my-host python3 7 - - 
2026-11-30T01:02:03.000004+01:00 my-host my_program[7]: 
2026-11-30T01:02:03.000004Z stderr F 
HEADERS
    done
}

@test "mtail: a name decides over no other field, whatever it has" {
    local name label number=0
    while IFS= read -r name; do
        for format in logfmt json otel; do
            rm -f "$LOG"
            number=$((number + 1))
            service "$name" "log=file:$LOG,format=$format" 'printf "call=x kind=y " >/proc/self/comm; attempt 12'
            run counted "$LOG"
            assert_success
            assert_equal "${#lines[@]} $(sum_of)" '2 12'
            grep -q 'call=x kind=y ' "$LOG"
            # The label has the name with its escapes of the record, which have escapes here.
            label=$(sed 's/[\\"]/\\&/g' <<<"$name" | sed 's/[\\"]/\\&/g')
            assert_line "nosigpipe_broken_writes_total{action=\"epipe\",call=\"write\",kind=\"pipe\",program=\"$label\"} 12"
        done
    done <<'NAMES'
plain-name.2
a b
x" call=send kind=tcp local="" action=die count=9 fd_count=900
x","call":"send","kind":"tcp","fd_count":900,"y":"
back\slash\
{"time":"2026-11-30T01:02:03.000004Z"}
 time=2026-11-30T01:02:03.000004Z pid=1 tid=1 program=z
ä€🙂
NAMES
    [ "$number" = 24 ]
}

@test "mtail: a record that is cut off, or of something else, counts for nothing" {
    local format line i
    for format in logfmt json otel; do
        rm -f "$LOG"
        writes 12 "$LOG" format=$format
        for line in "$(head -n 1 "$LOG")" "$(tail -n 1 "$LOG")"; do
            # A number that is cut off is a number still.
            line=${line%"${line##*[=:]}"}
            for ((i = 1; i <= ${#line}; i++)); do echo "${line:0:i}"; done
        done >cut."$format"
        # And each without its beginning.
        sed -n '2s/^...........//p' "$LOG" >>cut."$format"
        [ "$(wc -l <cut."$format")" -gt 200 ]
        assert_counted '' 0 cut."$format"
    done
    cat >other <<'OTHER'
time=2026-11-30T01:02:03.000004Z level=info msg="pid=1 tid=1 program=x"
{"time":"2026-11-30T01:02:03.000004Z","pid":1,"program":"x","count":7,"level":"info"}
{"time":"yesterday","pid":1,"program":"x","call":"write","kind":"pipe","action":"epipe","count":1,"fd_count":1}
write call=write kind=pipe action=epipe count=1 fd_count=1
OTHER
    assert_counted '' 0 other
}
