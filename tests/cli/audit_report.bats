# nosigpipe-audit: which processes it lists, in which form, and its messages.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load audit

pids() {
    jq -s -c 'map(.pid)' <<<"$output"
}

@test "audit: exposed processes are listed, with --all every process, and vulnerable ones first" {
    fabricate_tree
    fabricate_process 100 $'SigCgt:\t0000000000001000'
    fabricate_process 101
    fabricate_process 102
    ln -s 'socket:[77]' "$TREE/102/fd/3"
    fabricate_process 103 $'SigIgn:\t0000000000001000'
    ln -s 'socket:[77]' "$TREE/103/fd/3"
    audit_tree --json
    assert_equal "$(pids) $status" '[102] 1'
    audit_tree --json --all
    assert_equal "$(pids) $status" '[102,101,100,103] 1'
    audit_tree --json 103 101
    assert_equal "$(pids) $status" '[101,103] 1'
    audit_tree
    assert_line --index 1 --regexp '^102 root vulnerable +1 +0 static\? program 102$'
    assert_line --index 2 '4 processes: 2 vulnerable (1 listed), 1 ignore, 1 handle; 0 could not be read'
    rm -r "$TREE/102"
    audit_tree
    assert_equal "$status $output" "0 3 processes: 1 vulnerable (0 listed), 1 ignore, 1 handle; 0 could not be read"
}

@test "audit: --pids prints the vulnerable ones of the list on one line, and the status is 0" {
    fabricate_tree
    fabricate_process 100 $'SigCgt:\t0000000000001000'
    audit_tree --pids
    assert_equal "$status $output" '0 '
    fabricate_process 101
    audit_tree --pids
    assert_equal "$status $output" '0 '
    audit_tree --pids --all
    assert_equal "$status $output" '0 101'
    fabricate_process 102
    ln -s 'socket:[77]' "$TREE/102/fd/3"
    fabricate_process 103
    ln -s 'socket:[77]' "$TREE/103/fd/3"
    audit_tree --pids
    assert_equal "$status $output" '0 102,103'
    audit_tree --pids --all
    assert_equal "$status $output" '0 102,103,101'
    audit_tree --pids 100 101 103
    assert_equal "$status $output" '0 103,101'
    audit_tree --pids 100
    assert_equal "$status $output" '0 '
    audit_tree --pids --json
    assert_equal "$status $output $stderr" '2  nosigpipe-audit: --pids does not go with --json'
    audit_tree --pids 99
    assert_equal "$status $output" '2 '
}

@test "audit: what could not be read is no process ID, and a line on standard error says so" {
    local variant
    fabricate_tree
    fabricate_process 100
    ln -s 'socket:[77]' "$TREE/100/fd/3"
    mkdir "$TREE/101" # as with hidepid=1
    audit_tree --pids
    assert_equal "$status $output" '0 100'
    assert_regex "$stderr" '^nosigpipe-audit: 1 could not be read(: try as root)?$'
}

@test "audit: --pids that cannot be printed is an error" {
    run bash -c '"$@" >/dev/full' - dash "$BUILD/nosigpipe-audit" --all --pids
    assert_failure 2
    assert_line 'nosigpipe-audit: cannot write to standard output'
}

# Asserts that the last line names this command, and that a list without a vulnerable process has no such line.
remedy() { # LINE [ARGUMENT]...
    local variant
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" "${@:2}"
        assert_equal "$variant ${lines[-1]}" "$variant $1"
    done
}
# Starts a process whose input stays open when the next one is started, and adds its number to `ids`, in the order of
# the list: a later process may have a lower number.
# shellcheck disable=SC2034 # nobody closes it
state_beside() {
    local keep
    state "$@"
    exec {keep}<&7
    ids=$(tr ',' '\n' <<<"${ids:+$ids,}$PID" | sort -n | paste -s -d ,)
}
@test "audit: the last line is the command that protects what is listed" {
    local ids='' variant i
    state_beside default pipe
    remedy "Protect it now: nosigpipe --pid $PID" "$PID"
    state_beside default pipe
    # shellcheck disable=SC2086 # several words
    remedy "Protect them now: nosigpipe --pid $ids" ${ids/,/ }
    # Those that are named are all in the line, however many.
    for i in {1..14}; do
        state_beside default pipe
    done
    # shellcheck disable=SC2086 # several words
    remedy "Protect them now: nosigpipe --pid $ids" ${ids//,/ }
    remedy 'Protect them now: nosigpipe --pid "$(nosigpipe-audit --pids)"'
    remedy 'Protect them now: nosigpipe --pid "$(nosigpipe-audit --all --pids)"' --all
    # The shells and tools of the audit itself come and go.
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" --pids
        assert_success
        assert_regex "$output" '^[0-9]+(,[0-9]+)*$'
        for i in ${ids//,/ }; do
            assert_regex ",$output," ",$i,"
        done
    done
    state handle pipe
    run audit_as busybox "$PID"
    refute_output --partial 'Protect '
}

@test "audit: the command is left out where it is not the one, or not there" {
    fabricate_tree
    fabricate_process 100
    audit_tree --all
    assert_line --index 0 --partial PID
    refute_output --partial 'nosigpipe --pid'
    state default pipe
    sed "s/abi='[0-9,]*'/abi='2,1,183'/" "$BUILD/nosigpipe-audit" >"$BATS_TEST_TMPDIR/arm"
    run dash "$BATS_TEST_TMPDIR/arm" "$PID"
    assert_failure 1
    refute_output --partial 'nosigpipe --pid'
}

@test "audit: a process is guarded by the library, or by the guard as its interpreter, and by no other file" {
    local file
    for file in libnosigpipe.so ld-nosigpipe.so 'ld-nosigpipe.so (deleted)'; do
        fabricate_tree
        fabricate_process 100 $'SigCgt:\t0000000000001000'
        printf '7f00-7f01 r-xp 00000000 fe:01 5   /usr/lib/%s\n' "$file" >"$TREE/100/maps"
        audit_tree --json --all
        assert_equal "$(jq -c '[.verdict, .shim]' <<<"$output")" '["guarded",true]'
    done
    for file in old-nosigpipe.so ld-nosigpipe.so/x ldnosigpipe.so; do
        printf '7f00-7f01 r-xp 00000000 fe:01 5   /usr/lib/%s\n' "$file" >"$TREE/100/maps"
        audit_tree --json --all
        assert_equal "$(jq -c '[.verdict, .shim]' <<<"$output")" '["handles",false]'
    done
}

@test "audit: the first process of a namespace survives SIGPIPE, and is listed only with --all" {
    fabricate_tree
    fabricate_process 100 $'NSpid:\t100\t1'
    ln -s 'socket:[77]' "$TREE/100/fd/3"
    fabricate_process 101 $'NSpid:\t101\t11'
    ln -s 'socket:[77]' "$TREE/101/fd/3"
    audit_tree --json
    assert_equal "$(pids)" '[101]'
    audit_tree --all
    assert_line --regexp '^100 root vulnerable .*pid 1 '
    refute_line --regexp '^101 .*pid 1'
}

@test "audit: kernel threads and zombies are never listed; a message explains why where one is named" {
    fabricate_tree
    fabricate_process 100
    fabricate_process 101
    sed -i /VmSize/d "$TREE/101/status"
    fabricate_process 102 $'State:\tZ (zombie)'
    sed -i /VmSize/d "$TREE/102/status"
    fabricate_process 103 $'Tgid:\t100'
    audit_tree --json --all
    assert_equal "$(pids)" '[100]'
    audit_tree --json 101 102
    assert_equal "$status $output" '0 '
    assert_equal "$stderr" "nosigpipe-audit: 101 is a kernel thread, which SIGPIPE does not end
nosigpipe-audit: 102 is a zombie, which has ended already"
    audit_tree 103
    assert_equal "$status $stderr" '2 nosigpipe-audit: not a process, but a thread of 100: 103'
    fabricate_process 104 $'Tgid:\t10\e[31m0' # in a damaged copy of /proc
    audit_tree 104
    assert_equal "$status $stderr" '2 nosigpipe-audit: not a process, but a thread of 10?[31m0: 104'
}

@test "audit: a process whose first thread has ended is listed, however many threads are left" {
    local count
    for count in 2 10 199; do
        fabricate_tree
        fabricate_process 100 $'State:\tZ (zombie)' $'Threads:\t'"$count"
        sed -i /VmSize/d "$TREE/100/status"
        audit_tree --json --all
        assert_equal "$count $(pids)" "$count [100]"
    done
}

@test "audit: a real zombie is left out, and so is the audit itself" {
    local variant zombie audit
    # The child ends while its parent is a program that does not wait for it.
    start env bash -c '(until grep -qx sleep "/proc/$$/comm"; do :; done) &
        echo $! >"$0"; echo ready; exec sleep infinity >/dev/null' \
        "$BATS_TEST_TMPDIR/zombie"
    zombie=$(<"$BATS_TEST_TMPDIR/zombie")
    until grep -q '^State:.Z' "/proc/$zombie/status"; do
        sleep 0.01
    done
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" --json --all
        assert_equal "$(jq "select(.pid == $PID).pid" <<<"$output")" "$PID"
        assert_equal "$(jq "select(.pid == $zombie).pid" <<<"$output")" ''
    done
    run --separate-stderr bash -c 'echo $$; exec dash "$0" --json --all' "$BUILD/nosigpipe-audit"
    audit=${lines[0]}
    output=$(tail -n +2 <<<"$output")
    assert_equal "$(jq "select(.pid == $PID).pid" <<<"$output")" "$PID"
    assert_equal "$(jq "select(.pid == $audit or (.command | test(\"self=$audit \"))).pid" \
        <<<"$output")" ''
}

@test "audit: an error is one line that names its cause, with status 2" {
    local variant argument message absent=99999999 # beyond the highest pid_max
    for variant in $VARIANTS; do
        while IFS='|' read -r argument message; do
            # shellcheck disable=SC2086 # several arguments
            run --separate-stderr audit_as "$variant" $argument
            assert_equal "$status $output $stderr" "2  nosigpipe-audit: $message"
        done <<TEXT
--bad|unknown option '--bad' (accepted: --json, --pids, --openmetrics, --openmetrics=FILE, --all, --watch, --calls, --proc DIR, -h, --help, -V, --version)
-1|unknown option '-1' (accepted: --json, --pids, --openmetrics, --openmetrics=FILE, --all, --watch, --calls, --proc DIR, -h, --help, -V, --version)
1x|'1x' is not a process ID
$$ $absent|no such process: $absent
--proc|--proc needs a folder
--proc /nowhere|cannot enter the folder '/nowhere'
--proc $BATS_TEST_TMPDIR|no process found in '$BATS_TEST_TMPDIR'
TEXT
        run --separate-stderr audit_as "$variant" $'1\n2' ''
        assert_equal "$status $stderr" "2 nosigpipe-audit: '1?2' is not a process ID"
    done
}

@test "audit: --help and --version" {
    run audit_as busybox --help
    assert_success
    assert_line --index 0 'Usage: nosigpipe-audit [--json | --pids] [--all] [--proc DIR] [PID...]'
    assert_equal "$output" "$(audit_as busybox -h)"
    run audit_as busybox --version
    assert_output --regexp '^nosigpipe-audit [0-9]+\.[0-9]+'
    assert_equal "$output" "$(audit_as busybox -V)"
}

@test "audit: JSON has any name unchanged, and in the table it is harmless" {
    local variant name=$'q"\\ (\n) n' odd=$'\t"\\ \e[1m\u00e9\u20ac\U0001f600(x)\n\u009b\x7f\x01'
    start env bash -c 'exec -a "$0" "$@"' "$odd" "$PROGRAMS/audit_state" default pipe "name=$name"
    assert_object "[.name, .command]" \
        "$(jq -n -c --arg n "$name" --arg c "$odd default pipe name=$name" '[$n, $c]')"
    for variant in $VARIANTS; do
        run audit_as "$variant" "$PID"
        assert_line --index 1 --partial $'?"\\ ?[1m\u00e9\u20ac\U0001f600(x)????'
    done
    # Not UTF-8: a lone byte, an overlong form, a surrogate, beyond U+10FFFF, a character cut short.
    odd=$'\xff.\xc0\xaf.\xed\xa0\x80.\xf4\x90\x80\x80.\xe2\x82'
    start env bash -c 'exec -a "$0" "$@"' "$odd" "$PROGRAMS/audit_state" default pipe
    local r=$'\ufffd'
    assert_object .command "\"$r.$r$r.$r$r$r.$r$r$r$r.$r$r default pipe\""
}

@test "audit: the table fits 80 columns, and cuts text between characters" {
    local i text variant
    fabricate_tree
    printf -v text '\u20ac\U0001f600\u00e9%.0s' {1..2000}
    for i in 1 2 3 4 5 6 7; do
        fabricate_process "123456$i" $'Uid:\t0\t1234567890\t0\t0'
        printf '%.*s%s' "$i" xxxxxxx "$text" >"$TREE/123456$i/cmdline"
    done
    audit_tree --all
    assert_equal "${#lines[@]}" 9
    # Two columns for the widest.
    for i in 1 2 3 4 5 6 7; do
        iconv -f UTF-8 -t UTF-8 <<<"${lines[$i]}" >/dev/null
        assert [ "$(LC_ALL=C.UTF-8 wc -L <<<"${lines[$i]}")" -le 80 ]
        assert_regex "${lines[$i]}" '~$'
    done
    audit_tree --all --json
    iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
    assert_equal "$(jq -c '.command | length' <<<"$output" | sort -u)" 4096
    refute_output --partial ufffd
}

# Tools that do as they are told, and something more: BODY is run first, with the tool's arguments.
spy() { # TOOL BODY
    local spies=$BATS_TEST_TMPDIR/spies
    mkdir -p "$spies"
    printf '#!/bin/sh\n%s\nPATH=${PATH#*:}\nexec %s "$@"\n' "$2" "$1" >"$spies/$1"
    chmod +x "$spies/$1"
}

audit_with_spies() { # [ARGUMENT]...
    PATH=$BATS_TEST_TMPDIR/spies:$PATH dash "$BUILD/nosigpipe-audit" --proc "$TREE" "$@"
}

@test "audit: a process that ends while it is read is left out; if it was named, that is an error" {
    fabricate_tree
    spy grep "case \$* in *101/maps*) rm -r '$TREE/101' ;; esac"
    fabricate_process 100
    fabricate_process 101
    run --separate-stderr audit_with_spies --json --all
    assert_equal "$(pids) $status$stderr" '[100] 1'
    fabricate_process 101
    run --separate-stderr audit_with_spies --json 100 101
    assert_equal "$(pids) $status $stderr" '[100] 2 nosigpipe-audit: no such process: 101'
    # The process ends still earlier, before its status is read.
    spy sort "rm -r '$TREE/101'"
    fabricate_process 101
    run --separate-stderr audit_with_spies --json --all
    assert_equal "$(pids) $status$stderr" '[100] 1'
}

@test "audit: the output stays valid while processes start and end" {
    local variant churn
    while :; do bash -c 'exit 0'; done 3>&- 4>&- &
    churn=$!
    started+=("$churn")
    for variant in $VARIANTS $VARIANTS $VARIANTS; do
        run --separate-stderr audit_as "$variant" --json --all
        assert_regex "$status $stderr" '^[01] (nosigpipe-audit: [0-9]+ could not be read(: try as root)?)?$'
        assert [ "$(jq -c .verdict <<<"$output" | wc -l)" -eq "${#lines[@]}" ]
    done
}

@test "audit: thousands of processes are read by few commands" {
    local i tool commands
    fabricate_tree
    printf "$TREE/%s/fd\n" {1000..5999} | xargs mkdir -p
    for ((i = 1000; i < 6000; i++)); do
        : >"$TREE/$i/maps"
        printf 'State:\tS\nTgid:\t%s\nVmSize:\t1\nThreads:\t1\nSigBlk:\t%016d\nSigIgn:\t%016d\nSigCgt:\t%016d\n' \
            "$i" 0 0 0 >"$TREE/$i/status"
    done
    fabricate_process 5999
    ln -s 'socket:[77]' "$TREE/5999/fd/3"
    for tool in cat grep ls od sort tr xargs; do
        spy "$tool" "echo $tool >>'$BATS_TEST_TMPDIR/commands'"
    done
    run --separate-stderr audit_with_spies --json
    assert_equal "$(pids) $status$stderr" '[5999] 1'
    run audit_with_spies
    assert_line --partial '5000 processes: 5000 vulnerable (1 listed)'
    commands=$(wc -l <"$BATS_TEST_TMPDIR/commands")
    assert [ "$commands" -gt 20 ]
    assert [ "$commands" -lt 500 ]
}

@test "audit: a slow audit prints its progress to a terminal, not to a file" {
    fabricate_tree
    fabricate_process 100
    # The time that the audit must have taken by the clock that it reads.
    spy ls 'case $* in *ns/net*)
        read -r began _ </proc/uptime
        until read -r now _ </proc/uptime && [ "${now%.*}" -gt "$((${began%.*} + 1))" ]; do
            sleep 0.05
        done ;;
    esac'
    run --separate-stderr audit_with_spies 100
    assert_equal "$stderr" ''
    run env SHELL="$BASH" script -qec "$(declare -f audit_with_spies; declare -p BATS_TEST_TMPDIR BUILD TREE)
        audit_with_spies 100 >/dev/null" /dev/null
    assert_output --regexp $'\rnosigpipe-audit: [01] of 1 processes read\r? *'
}
