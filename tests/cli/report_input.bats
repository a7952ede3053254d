# nosigpipe-report: what it reads, and the messages of bad input.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load report

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# The same record, of another process each, in every form.
forms() {
    local json header
    event pid=1
    event pid=2 'backtrace=' | sed 's/$/ backtrace="a+0x1(f) b+0x2"/'
    event pid=3 | sed 's/thread=srv/thread="s r=\\"\\\\v"/'
    json='{"time":"2026-11-28T10:00:00.000001Z","pid":PID,"tid":8,"program":"srv","thread":"s\"r","call":"send","fd":5,'
    json+='"kind":"tcp","local":"10.0.0.1:443","peer":"10.0.0.9:40001","peer_pid":0,"inode":1,"asked":1,"written":-1,'
    json+='"action":"epipe","count":1,"fd_count":1}'
    echo "${json/PID/4}"
    sed 's/PID/5/; s/":/": /g; s/,"/, "/g' <<<"$json"
    for header in '<28>Nov 28 10:00:00 srv[6]:' 'Nov  8 10:00:00 box srv[6]:' '2026-11-28T10:00:00.1+01:00 box srv[6]:' \
        '<28>1 2026-11-28T10:00:00Z box srv 6 - -'; do
        echo "$header $(event pid=6 "program=srv")"
        echo "$header ${json/PID/7}"
    done
    # The journal's: fields of its own, or a message; one with odd bytes, one that is there twice.
    echo '{"_HOSTNAME":"box","NOSIGPIPE_TIME":"2026-11-28T10:00:00.000001Z","NOSIGPIPE_PID":"16",' \
        '"NOSIGPIPE_PROGRAM":[115,114,118],"MESSAGE":"a write","NOSIGPIPE_CALL":"send","NOSIGPIPE_KIND":"tcp",' \
        '"NOSIGPIPE_LOCAL":["10.0.0.1:443","x"],"NOSIGPIPE_PEER":"10.0.0.9:40001","NOSIGPIPE_COUNT":"1",' \
        '"NOSIGPIPE_FD_COUNT":"1"}'
    event pid=17 | sed 's/thread=srv/thread="s r"/; s/"/\\"/g; s/.*/{"_HOSTNAME":"box","MESSAGE":"&"}/'
    sed 's/[\\"]/\\&/g; s/.*/{"MESSAGE":"&","_HOSTNAME":"box"}/' <<<"${json/PID/18}"
    echo '{"timestamp":"2026-11-28T10:00:00.000001Z","severity_text":"WARN","severity_number":13,"process.pid":19,' \
        '"body":"a write","thread.id":9,"process.executable.name":"srv","code.function.name":"send",' \
        '"network.transport":"tcp","network.type":"ipv4","nosigpipe.kind":"tcp","network.local.address":"10.0.0.1",' \
        '"network.local.port":443,"network.peer.address":"10.0.0.9","network.peer.port":40001,"nosigpipe.count":1,' \
        '"nosigpipe.disposition":"default","nosigpipe.fd_count":1,"error.type":"EPIPE"}'
}

@test "report: records of every form say the same, from files, standard input, or both" {
    forms >log
    local count
    count=$(wc -l <log)
    report --json log
    # Without a host, with one in the header, and behind <28>, the processes 6 and 7 are others.
    assert_equal "$(rows 'map([.program, .call, .peer, .events])')" "[[\"srv\",\"send\",\"10.0.0.9\",$count]]"
    INPUT=log report --json
    assert_equal "$(rows 'map(.events)')" "[$count]"
    { forms; forms | sed 's/10\.0\.0\.9/10.0.0.8/'; } >both
    INPUT=both report --json log - log
    assert_equal "$(rows 'map([.peer, .events])')" "[[\"10.0.0.9\",$((3 * count))],[\"10.0.0.8\",$count]]"
}

@test "report: summaries of every form are read" {
    {
        summary 3 '"write:2 send:1"' 1
        echo '{"time":"2026-11-28T11:00:00.000001Z","pid":2,"tid":2,"program":"srv","events":3,"by_call":"write:2 send:1","by_kind":"tcp:3","lost":0}'
        echo '{"NOSIGPIPE_TIME":"2026-11-28T11:00:00.000001Z","NOSIGPIPE_PID":"3","NOSIGPIPE_PROGRAM":"srv","NOSIGPIPE_EVENTS":"3","NOSIGPIPE_BY_CALL":"write:2 send:1"}'
        echo '{"timestamp":"2026-11-28T11:00:00.000001Z","process.pid":4,"process.executable.name":"srv","nosigpipe.events":3,"nosigpipe.by_call":"write:2 send:1"}'
    } >log
    report --json log
    assert_equal "$(rows 'map([.call, .events, .exact, .processes])')" '[["write",8,true,4],["send",4,true,4]]'
}

@test "report: lines that are torn or foreign are counted, and the first is named" {
    { event; echo 'a line of the program'; event count=2 | cut -c 1-100; echo; echo '{"msg":"not ours"}'; echo '{"time":"2026-11'
      event count=2 | sed 's/count=2/count=x/'; echo 'time='; event count=2; } >log
    report log
    assert_success
    assert_line --regexp '^srv .* >=2 +1 '
    assert_line '6 lines are no whole records, first log:2'
    report --json log
    assert_equal "$stderr" 'nosigpipe-report: 6 lines are no whole records, first log:2'
    { event; echo x; } >$'odd \e[31m=name'
    report $'odd \e[31m=name'
    assert_line '1 line is no whole record: odd ?[31m=name:2'
    INPUT=log report
    assert_line '6 lines are no whole records, first standard input:2'
    printf 'x' >log
    report log log
    assert_line 'No broken write is recorded'
    assert_line '2 lines are no whole records, first log:1'
    : >log
    report log
    assert_equal "$status $output" '0 No broken write is recorded'
    report --json log
    assert_equal "$status $output" '0 '
}

@test "report: no byte of a record reaches the terminal as it is, but those of text" {
    { event kind=unix peer='"/run/a\n\u001b[31m\ufffd\"b\\"'; event count=2 kind=unix peer=$'/raw\e[31m\377\302\233x'
      event count=3 program=$'p\001\002'; } >log
    report log
    assert_line --partial '/run/a??[31m?"b\'
    assert_line --partial '/raw?[31m??x'
    run cat -v <<<"$output"
    refute_output --partial '^'
    refute_output --partial 'M-'
    # awk separates the parts of a name by it.
    event program=$'a\034b' >separator
    report separator
    assert_line '1 line is no whole record: separator:1'
    report --json log
    assert_equal "$(jq -a -c -s 'map(.peer) | sort' <<<"$output")" \
        '["/raw\u001b[31m\ufffd\u009bx","/run/a\n\u001b[31m\ufffd\"b\\","10.0.0.9"]'
    run grep -q '[[:cntrl:]]' <<<"$output"
    assert_failure
}

@test "report: bad arguments are named, with what is accepted" {
    message() { # MESSAGE [ARGUMENT]...
        report "${@:2}"
        assert_equal "$status $output $stderr" "2  nosigpipe-report: $1"
    }
    mkdir folder
    message "unknown option '--x' (accepted: --by WHAT, --deaths, --journal, --json, --since TIME, -h, --help, -V, --version)" --x
    message "unknown value 'x?y' of --by (accepted: peer, program, call, unit)" --by $'x\ny'
    message "unknown value '' of --by (accepted: peer, program, call, unit)" --by=
    message '--by needs a value' --by
    message '--since needs a value' --journal --since=
    message "there is no file 'none'" none
    message "'folder' is a directory: name the files in it" -- folder
    message "the name of a file has a newline: 'a?b'" $'a\nb'
    message '--journal does not go with --deaths' --journal --deaths
    message "no FILE goes with --journal or --deaths: '-'" --journal -
    message '--since goes with --journal or --deaths alone' --since now -
    message '--by does not go with --deaths' --deaths --by call
    message "'no such time' is no time (accepted: today, -1h, '2026-11-29 07:00' and the like, systemd.time(7))" \
        --journal --since 'no such time'
}

@test "report: without a journal, one line says what is missing" {
    run --separate-stderr report_as busybox --journal
    assert_equal "$status $output $stderr" '2  nosigpipe-report: journalctl is not installed, without which no journal can be read'
    run --separate-stderr report_as busybox --deaths
    assert_equal "$status $output $stderr" '2  nosigpipe-report: journalctl is not installed, without which no journal can be read; nor is podman or docker installed'
    # What journalctl says.
    stub() { # MESSAGE
        mkdir -p bin
        printf '#!/bin/sh\necho "%s" >&2\n' "$1" >bin/journalctl
        chmod +x bin/journalctl
        PATH=$PWD/bin:$PATH run --separate-stderr "$BUILD/nosigpipe-report" --journal
        assert_equal "$status $output" '2 '
    }
    stub 'No journal files were found.'
    assert_equal "$stderr" 'nosigpipe-report: there is no journal on this machine: start systemd-journald.service'
    stub 'Hint: You are currently not seeing messages from other users and the system.'
    assert_equal "$stderr" 'nosigpipe-report: the journal of the system cannot be read by this user: try as root, or join the group systemd-journal'
}

@test "report: what the journal has of others is passed over" {
    export STUBS=$PWD/stubs
    mkdir stubs
    # shellcheck disable=SC2016
    printf '#!/bin/sh\n%s\n' 'echo "$*" >>"$0.asked"; [ "$2" = 0 ] || cat "$0.out"' >stubs/journalctl
    chmod +x stubs/journalctl
    { forms | tail -n 4; echo '{"MESSAGE":"fd_count=1 of another"}'; echo '{"MESSAGE":"another"}'; } >stubs/journalctl.out
    report --journal --since 2026-11-28
    assert_success
    assert_line --regexp '^srv +send +10.0.0.9 +>=4 +4 '
    refute_line --partial 'no whole record'
    assert_equal "$stderr" ''
    grep -q -e '-o json --since=@1795[0-9]* ' stubs/journalctl.asked
}

@test "report: a file that may not be read is named" {
    needs users
    (umask 077 && event >secret)
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups cat "$BUILD/nosigpipe-report"
    [ "$status" = 0 ] || skip 'another user cannot read the folder of the build'
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups sh "$BUILD/nosigpipe-report" "$PWD/secret"
    assert_equal "$status $output" '2 '
    assert_regex "$stderr" "^nosigpipe-report: ('$PWD/secret' cannot be read: try as root|there is no file .*)\$"
}

@test "report: standard input that is a terminal is not waited for" {
    run python3 -B -c 'import os, pty, subprocess, sys
main, other = pty.openpty()
sys.exit(subprocess.run(sys.argv[1:], stdin=other).returncode)' "$BUILD/nosigpipe-report"
    assert_failure 2
    assert_output 'nosigpipe-report: no FILE is given, and standard input is a terminal (for the journal: --journal)'
}

@test "report: output that cannot be written is an error, and a reader that goes is none" {
    local i
    event >log
    for i in '' --json --help --version; do
        # shellcheck disable=SC2016 # the inner shell's
        run bash -c '"$@" >/dev/full' - "$BUILD/nosigpipe-report" $i log
        assert_equal "$status $output" '2 nosigpipe-report: cannot write to standard output'
        # shellcheck disable=SC2016
        run bash -c '"$@" >&-' - "$BUILD/nosigpipe-report" $i log
        assert_equal "$status $output" '2 nosigpipe-report: cannot write to standard output'
    done
    for ((i = 0; i < 9000; i++)); do echo "time=2026-11-28T10:00:00.000001Z pid=1 program=p$i call=send count=1 fd_count=1"; done >many
    run bare bash -c "'$BUILD/nosigpipe-report' --json many | head -n 1"
    assert_equal "${#lines[@]}" 1
}

@test "report: --help and --version" {
    report --help
    assert_success
    assert_line --index 0 'Usage: nosigpipe-report [--by WHAT] [--json] [FILE...]'
    report -V
    assert_output "nosigpipe-report $("$LAUNCHER" --version | cut -d ' ' -f 2)"
}

@test "report: a tenth of a gigabyte of records is summed up in some seconds" {
    python3 -B -c 'for i in range(360000):
    print(f"time=2026-11-28T10:{i//60%60:02}:{i%60:02}.000001Z pid={i%5000} tid=7 program=my-server thread=my-server call=send "
          f"fd=5 kind=tcp local=10.0.0.1:443 peer=10.0.{i%7}.{i%9}:{32768+i%20000} peer_pid=0 inode={i} asked=1234567 "
          f"written=-1 action=epipe count={i//5000+1} fd_count=1 backtrace=\"libc.so.6+0x11bdc5(send) my-server+0x11d9\"")' >log
    [ "$(stat -c %s log)" -gt 95000000 ]
    # Seconds of processor time.
    run bash -c 'ulimit -t 60 && exec "$@"' - "$BUILD/nosigpipe-report" --by program log
    rm log
    assert_line --regexp '^my-server >=360000 +5000 '
}
