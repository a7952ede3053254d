# nosigpipe-report: how it sums up records, and of which processes.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load report

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

@test "report: the events of a process are summed up by program, call and peer, at least" {
    { event; event count=2 fd_count=2 time=2026-11-28T12:30:00.000001Z; event count=3 call=write kind=pipe local='""' peer='""'
    } >log
    report log
    assert_success
    assert_equal "$stderr" ''
    assert_output "\
PROGRAM CALL  PEER     WRITES PROCESSES FIRST       LAST
srv     send  10.0.0.9    >=2         1 11-28 10:00 11-28 12:30
srv     write pipe        >=1         1 11-28 10:00 11-28 10:00
At least 3 broken writes of 1 process, on 2026-11-28 (UTC)
>= is the least: not all are recorded, and no summary tells their number"
    report --json log
    assert_line --index 0 '{"program":"srv","call":"send","peer":"10.0.0.9","disposition":"default","events":2,"exact":false,"processes":1,"first":"2026-11-28T10:00:00.000001Z","last":"2026-11-28T12:30:00.000001Z"}'
}

@test "report: a record stands for those that sampling has left out since the one before" {
    local count
    for count in 1 2 3 4 5 6 7 8 9 10 16 32 64; do event "count=$count" "fd_count=$count"; done >log
    report --json log
    assert_equal "$(rows 'map([.events, .exact])')" '[[64,false]]'
    # Of a file that begins later, only these.
    tail -n 1 log >end
    report --json --by peer end
    assert_equal "$(rows 'map([.events, .exact])')" '[[64,false]]' # as count says
    { cat end; event count=65 fd_count=1 peer=10.0.0.8:40001; } >two
    report --json --by peer two
    assert_equal "$(rows 'map([.peer, .events, .exact])')" '[["10.0.0.9",32,false],["10.0.0.8",1,false]]'
}

@test "report: a record that ends the process, or stops it, stands for as many as there were" {
    local number
    for number in 1 10 11 15 16 17 31 32 33 37 64 100; do
        rm -f log
        run env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$PWD/log,storm=$number" \
            "$PROGRAMS/policy" 5 pipe write 200 3>answers
        assert_failure "$SIGPIPE_STATUS"
        report --json --by call log
        # Each but the last has an answer. They are $number, unless a second went by between them.
        assert_equal "$(rows 'map(.events)')" "[$(($(wc -l <answers) + 1))]"
    done
    # Stopped each time, it has a record each time.
    for ((number = 1; number <= 40; number++)); do event "count=$number" "fd_count=$number"; done >each
    sed 's/action=epipe/action=stop/' each >stopped
    report --json --by call stopped
    assert_equal "$(rows 'map(.events)')" '[40]'
}

@test "report: with the summary the number is exact where one row has all of a call, or all are recorded" {
    { event; event count=2 call=write; event count=3 call=write peer=10.0.0.8:40001; summary 103 'send:101 write:2'; } |
        sed 's/by_call=\([^ ]* [^ ]*\)/by_call="\1"/' >log
    report --json log
    assert_equal "$(rows 'map([.call, .peer, .events, .exact])')" \
        '[["send","10.0.0.9",101,true],["write","10.0.0.8",1,true],["write","10.0.0.9",1,true]]'
    report log
    assert_line '103 broken writes of 1 process, on 2026-11-28 (UTC)'
    refute_line --partial 'the least'
    sed 's/write:2/write:9/; s/events=103/events=110/' log >above
    report --json above
    assert_equal "$(rows 'map([.call, .peer, .events, .exact])')" \
        '[["send","10.0.0.9",101,true],["write","10.0.0.8",1,false],["write","10.0.0.9",1,false]]'
    report --json --by program above
    assert_equal "$(rows 'map([.program, .events, .exact])')" '[["srv",110,true]]'
    report --json --by call above
    assert_equal "$(rows 'map([.call, .events, .exact])')" '[["send",101,true],["write",9,true]]'
    report --json --by peer above
    assert_equal "$(rows 'map([.peer, .events, .exact])')" '[["10.0.0.9",2,false],["10.0.0.8",1,false]]'
}

@test "report: a summary without events counts, with a peer that is not recorded" {
    summary 12 'writev:12' >log
    report --json log
    assert_equal "$(rows 'map([.call, .peer, .events, .exact, .processes])')" '[["writev","not recorded",12,true,1]]'
}

@test "report: processes are told apart by host, ID, program, the summary, and numbers that come again" {
    { event; event pid=8; event program=other; event count=2; } >log
    report --json --by call log
    assert_equal "$(rows 'map([.events, .processes])')" '[[4,3]]'
    # Another process has the ID.
    { event; event count=2; event; event count=2; } >log
    report --json --by call log
    assert_equal "$(rows 'map([.events, .processes])')" '[[4,2]]'
    { event; summary 1 send:1; event; summary 1 send:1; event; } >log
    report --json --by call log
    assert_equal "$(rows 'map([.events, .processes])')" '[[3,3]]'
    # Those of two threads, out of order, are of one.
    { event count=2; event; event count=4; event count=3; } >log
    report --json --by call log
    assert_equal "$(rows 'map([.events, .processes])')" '[[4,1]]'
    # Their first records are lost.
    { event count=5; event count=6; event time=2026-11-28T10:00:02.100001Z; } >log
    report --json --by call log
    assert_equal "$(rows 'map(.processes)')" '[2]'
    { event | sed 's/^/Nov 28 10:00:00 one srv[7]: /'; event | sed 's/^/Nov 28 10:00:00 two srv[7]: /'; event count=2; } >log
    report --json --by call log
    assert_equal "$(rows 'map([.events, .processes])')" '[[4,3]]'
}

@test "report: clients are one peer whatever their port, and a server has its port" {
    local line
    {
        for line in 'peer=10.0.0.9:40001' 'peer=10.0.0.9:2000 local=10.0.0.1:443' 'peer=10.0.0.9:32768 local=10.0.0.1:40000' \
            'kind=tcp6 peer=[::ffff:10.0.0.9]:40001 local=[::ffff:10.0.0.1]:443'; do
            event $line
        done
        event peer=10.0.0.9:5432 local=10.0.0.1:40001
        event kind=tcp6 'peer=[fe80::1%2]:443' 'local=[fe80::2%2]:40001'
        event kind=tcp6 'peer=[fe80::1%2]:40001' 'local=[fe80::2%2]:443'
        event kind=socket peer=10.0.0.8:40001 local=10.0.0.1:443
        event kind=socket peer='[2001:db8::1]:5432' local='[2001:db8::2]:40001'
        event kind=socket peer='""' local='""'
        # A hexadecimal number is one to some awks.
        event kind=tcp6 peer='[::1]:5432' local=0x1f
        event kind=unix peer=@0a1b2 local=/run/srv.sock
        event kind=unix peer='""' local=/run/srv.sock
        event kind=unix peer=/run/db.sock local='""'
        event kind=unix peer='""' local='""'
        event kind=fifo peer='""' local=/run/fifo
        event kind=pipe peer='""' local='""'
        event kind=unknown peer='""' local='""'
        event kind=other peer='""' local='""'
        event peer='""'
    } >log
    report --json --by peer log
    assert_equal "$(rows 'map([.peer, .events])')" "$(tr -d '\n' <<'JSON'
[["10.0.0.9",4],["client of /run/srv.sock",2],["/run/db.sock",1],["10.0.0.8",1],["10.0.0.9:5432",1],
["FIFO /run/fifo",1],["Unix socket",1],["[2001:db8::1]:5432",1],["[::1]:5432",1],["[fe80::1%2]:443",1],
["fe80::1%2",1],
["other file",1],["pipe",1],["socket",1],["tcp",1],["unknown",1]]
JSON
)"
}

@test "report: where programs ignore or handle the signal, a column says so" {
    { event disposition=default; event count=2; event count=3 disposition=ignored; } >log
    report log
    assert_line --index 0 'PROGRAM CALL PEER     SIGPIPE WRITES PROCESSES FIRST       LAST'
    assert_line --regexp '^srv     send 10.0.0.9 ignored    >=1 '
    assert_line --regexp '^srv     send 10.0.0.9 default    >=2 '
}

@test "report: records of two years have the year" {
    { event; event pid=8 time=2025-01-02T10:00:00.000001Z; } >log
    report log
    assert_line --regexp ' 2 2025-01-02 2026-11-28$'
    assert_line 'At least 2 broken writes of 2 processes, 2025-01-02 to 2026-11-28 (UTC)'
}

@test "report: a long text is cut, and the table has 80 columns at most" {
    { event program="$(printf 'p%.0s' {1..60})" kind=unix peer="/$(printf 'q%.0s' {1..100})"
      event program='"grüße 中文 x"' count=2 pid=8; } >log
    report log
    assert_line --regexp '^p+~ .* /q+~ '
    [ "$(LC_ALL=C.UTF-8 wc -L <<<"$output")" -le 80 ]
}

@test "report: many rows are few lines, and a million ports and peers are no more rows" {
    local i
    for ((i = 0; i < 51; i++)); do event "peer=10.0.0.$i:40000" "pid=$i"; done >log
    report log
    assert_line '1 row with 1 of the writes left out: --json has them'
    for ((i = 0; i < 60; i++)); do event "peer=10.0.0.$i:40000" "pid=$i"; done >log
    report log
    assert_equal "${#lines[@]}" 54
    assert_line '10 rows with 10 of the writes left out: --json has them'
    report --json log
    assert_equal "${#lines[@]}" 60
    awk 'BEGIN { for (i = 0; i < 30000; i++) printf "time=2026-11-28T10:00:00.000001Z pid=%d program=srv call=send " \
        "kind=unix peer=/run/%d count=1 fd_count=1\n", i, i }' >log
    report --json log
    assert_equal "${#lines[@]}" 10001
    assert_line --index 0 --partial '"peer":"(others)","disposition":"default","events":20000,"exact":false,"processes":20000,'
}

@test "report: records of a real program, in each form, are summed up" {
    local format
    for format in logfmt json; do
        shimmed env NOSIGPIPE_OPTIONS="log=file:$PWD/log,format=$format" "$PROGRAMS/runner_write" >/dev/null
    done
    report --json log
    assert_equal "$(rows 'map([.program, .call, .peer, .exact, .processes])')" '[["runner_write","write","pipe",true,2]]'
}
