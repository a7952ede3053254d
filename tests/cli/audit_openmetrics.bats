# nosigpipe-audit --openmetrics: the numbers for Prometheus, and the file of node_exporter.
# shellcheck disable=SC2154 # `run` sets output, stderr and status

load audit

# A vulnerable process with a socket in a control group.
fabricate_member() { # PID PATH...
    local pid=$1
    fabricate_process "$pid"
    ln -s 'socket:[77]' "$TREE/$pid/fd/3"
    printf '%s\n' "${@:2}" >"$TREE/$pid/cgroup"
}

# Reads what is printed as Prometheus's text format has it: names and labels with their escapes undone, in JSON. What
# is not well formed, or there twice, is an error.
parsed() {
    python3 -c '
import json, re, sys
result = {}
text = sys.stdin.buffer.read().decode("utf-8")
assert text.endswith("\n# EOF\n"), "no end"
types = {}
for line in text.split("\n")[:-2]:
    comment = re.fullmatch(r"# (TYPE|HELP) (\w+) ([^\"\\]+)", line)
    if comment:
        assert (comment[1], comment[2]) not in types, line
        types[comment[1], comment[2]] = comment[3]
        continue
    sample = re.fullmatch(r"(\w+)(?:\{(\w+)=\"((?:[^\"\\]|\\[\\\"n])*)\"\})? (\d+)", line)
    assert sample, "not a sample: " + line
    name, _, value, number = sample.groups()
    assert types["TYPE", name] == "gauge" and ("HELP", name) in types, line
    if value is not None:
        name += "/" + re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), value)
    assert name not in result, line
    result[name] = int(number)
json.dump(result, sys.stdout)' <<<"$output"
}

number() { # NAME: of a sample, "null" if there is none
    parsed | jq -c --arg name "$1" '.[$name]'
}

@test "audit: --openmetrics counts the processes by verdict, and each verdict is there" {
    fabricate_tree
    audit_tree --openmetrics
    assert_equal "$status $stderr" "2 nosigpipe-audit: no process found in '$TREE'"
    fabricate_process 100 $'SigCgt:\t0000000000001000'
    audit_tree --openmetrics
    assert_equal "$status $stderr" '0 '
    assert_output '# TYPE nosigpipe_processes gauge
# HELP nosigpipe_processes Processes by what a broken write would meet: nosigpipe-audit(8), VERDICTS.
nosigpipe_processes{verdict="ignores"} 0
nosigpipe_processes{verdict="handles"} 1
nosigpipe_processes{verdict="blocked"} 0
nosigpipe_processes{verdict="guarded"} 0
nosigpipe_processes{verdict="unknown"} 0
nosigpipe_processes{verdict="vulnerable"} 0
# TYPE nosigpipe_vulnerable gauge
# HELP nosigpipe_vulnerable Processes that a broken write could end now, by unit or container. An empty unit is none.
nosigpipe_vulnerable{unit=""} 0
# TYPE nosigpipe_unreadable gauge
# HELP nosigpipe_unreadable Processes whose sockets and pipes the audit could not see.
nosigpipe_unreadable 0
# EOF'
    fabricate_process 101
    fabricate_process 102 $'SigIgn:\t0000000000001000'
    fabricate_process 103 $'SigBlk:\t0000000000001000'
    fabricate_process 104 $'SigCgt:\t0000000000001000'
    echo '1-2 r-xp 0 0 0 /lib/libnosigpipe.so' >"$TREE/104/maps"
    mkdir "$TREE/105" # as with hidepid=1
    audit_tree --openmetrics
    assert_equal "$status" 0
    assert_regex "$stderr" '^nosigpipe-audit: 1 could not be read'
    # 101 holds no socket or pipe, so a broken write cannot end it.
    assert_equal "$(parsed | jq -c '[.[]]')" '[1,1,1,1,1,1,0,1]'
}

@test "audit: --openmetrics names the unit or the container of those that would die" {
    local id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    fabricate_tree
    fabricate_member 100 0::/system.slice/nginx.service
    fabricate_member 101 0::/system.slice/nginx.service
    fabricate_member 102 0::/user.slice/user-1000.slice/user@1000.service/app.slice/app.scope
    fabricate_member 103 "0::/system.slice/docker-$id.scope"
    fabricate_member 104 "0::/docker/${id//a/b}"
    fabricate_member 105 0::/machine.slice/machine-web.scope
    fabricate_member 106 0::/lxc.payload.db/system.slice/cron.service
    fabricate_member 107 0::/
    fabricate_member 108 '12:pids:/' '1:name=systemd:/system.slice/old.service' 0::/
    fabricate_member 109 '0::/system.slice/with:colon.service'
    fabricate_member 110 '0::/system.slice/dev-disk\x2dby.swap'
    # shellcheck disable=SC1003
    fabricate_member 111 $'0::/a"b\\n\xff\e\t.service'
    # The first process of a container survives, and so is not counted.
    fabricate_member 112 0::/system.slice/nginx.service
    sed -i 's/^NSpid:.*/&\t1/' "$TREE/112/status"
    # Neither a group nor, like this one, a file of it.
    fabricate_member 113
    rm "$TREE/113/cgroup"
    fabricate_process 114 $'SigIgn:\t0000000000001000'
    echo 0::/system.slice/ignores.service >"$TREE/114/cgroup"
    ln -s 'socket:[77]' "$TREE/114/fd/3"
    audit_tree --openmetrics
    assert_equal "$status $stderr" '0 '
    assert_equal "$(parsed | jq -c 'with_entries(select(.key | startswith("nosigpipe_vulnerable/"))) |
        with_entries(.key |= sub(".*?/"; ""))')" \
        "$(jq -c -n '{"": 2, "0123456789ab": 1, "0123456789bb": 1, "a\"b\\n\ufffd\ufffd\ufffd.service": 1,
            "app.scope": 1, "db": 1, "dev-disk\\x2dby.swap": 1, "nginx.service": 2, "old.service": 1, "web": 1,
            "with:colon.service": 1}')"
    assert_equal "$(number nosigpipe_processes/vulnerable)" 14
}

@test "audit: --openmetrics counts as many as the list has" {
    local pid
    state default pipe
    exec 8<&7 # stays open when the next one is started
    state ignore pipe
    run --separate-stderr dash "$BUILD/nosigpipe-audit" --openmetrics
    assert_success
    [ "$(number nosigpipe_processes/vulnerable)" -ge 1 ]
    [ "$(number nosigpipe_processes/ignores)" -ge 1 ]
    assert_equal "$(parsed | jq '[to_entries[] | select(.key | startswith("nosigpipe_vulnerable/")) | .value] | add > 0')" true
}

@test "audit: --openmetrics=FILE is replaced in one step, for everybody to read" {
    local variant file="$BATS_TEST_TMPDIR/a \"b\"'\$(touch x)\\/-nosigpipe.prom"
    mkdir "${file%/*}"
    fabricate_tree
    fabricate_process 100
    for variant in $VARIANTS; do
        rm -f "$file"
        (umask 077 && audit_as "$variant" --proc "$TREE" --openmetrics="$file")
        ln "$file" "$file.old"
        fabricate_process 101
        run --separate-stderr audit_as "$variant" --proc "$TREE" --openmetrics="$file"
        assert_equal "$status $output $stderr" '0  '
        output=$(cat "$file.old")
        assert_equal "$(number nosigpipe_processes/vulnerable)" 1
        output=$(cat "$file")
        assert_equal "$(number nosigpipe_processes/vulnerable)" 2
        assert_equal "$(stat -c %a "$file")" 644
        rm -r "$file.old" "$TREE/101"
        assert_equal "$(ls -A "${file%/*}")" -nosigpipe.prom
        # By a path from the folder that one is in.
        (cd "${file%/*}" && audit_as "$variant" --proc "$TREE" --openmetrics=-nosigpipe.prom)
        output=$(cat "$file")
        assert_equal "$(number nosigpipe_processes/vulnerable)" 1
    done
}

@test "audit: a reader of --openmetrics=FILE never sees a part of it" {
    local i seen=0 file=$BATS_TEST_TMPDIR/nosigpipe.prom
    fabricate_tree
    for i in {100..160}; do fabricate_member "$i" "0::/system.slice/unit$i.service"; done
    dash "$BUILD/nosigpipe-audit" --proc "$TREE" --openmetrics="$file"
    for i in {1..10}; do dash "$BUILD/nosigpipe-audit" --proc "$TREE" --openmetrics="$file" || touch "$file.failed"; done &
    until ! kill -0 $! 2>/dev/null; do
        output=$(cat "$file")
        assert_equal "$(grep -c '^nosigpipe_vulnerable' <<<"$output") ${output##*$'\n'}" '62 # EOF'
        seen=$((seen + 1))
    done
    wait $!
    [ "$seen" -gt 3 ]
    [ ! -e "$file.failed" ]
}

# Asserts the one line, and that nothing but what is in the folder already is there afterwards.
refused() { # MESSAGE [ARGUMENT]...
    local variant before
    before=$(ls -lA "$BATS_TEST_TMPDIR/folder")
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" "${@:2}"
        assert_equal "$variant $status $output $stderr" "$variant 2  nosigpipe-audit: $1"
        assert_equal "$(ls -lA "$BATS_TEST_TMPDIR/folder")" "$before"
    done
}

# The audit, when no file may have a byte. Standard error is a pipe there, since bats has a file for it.
without_room() { # VARIANT [ARGUMENT]...
    { (trap '' XFSZ && ulimit -f 0 && audit_as "$@") 2>&1 >&3 3>&- | cat >&2; return "${PIPESTATUS[0]}"; } 3>&1
}

@test "audit: a FILE of --openmetrics that cannot be written stays as it is" {
    local folder=$BATS_TEST_TMPDIR/folder
    fabricate_tree
    fabricate_process 100
    mkdir -p "$folder/sub"
    echo old >"$folder/file"
    ln -s file "$folder/link"
    ln -s nowhere "$folder/broken"
    mkfifo "$folder/fifo"
    refused '--openmetrics= needs a file' --proc "$TREE" --openmetrics=
    refused "--openmetrics: '/dev/null' is no regular file" --proc "$TREE" --openmetrics=/dev/null
    local name
    for name in sub link broken fifo; do
        refused "--openmetrics: '$folder/$name' is no regular file" --proc "$TREE" --openmetrics="$folder/$name"
    done
    refused "--openmetrics: cannot write '$folder/none/x'" --proc "$TREE" --openmetrics="$folder/none/x"
    refused "--openmetrics: cannot write '$folder/file/x'" --proc "$TREE" --openmetrics="$folder/file/x"
    refused "--openmetrics: cannot write '$folder/a?b/x'" --proc "$TREE" --openmetrics="$folder/a"$'\n'"b/x"
    refused "cannot enter the folder '/none'" --proc /none --openmetrics="$folder/new"
    mkdir "$BATS_TEST_TMPDIR/empty"
    refused "no process found in '$BATS_TEST_TMPDIR/empty'" --proc "$BATS_TEST_TMPDIR/empty" --openmetrics="$folder/new"
    local variant
    for variant in $VARIANTS; do
        run --separate-stderr without_room "$variant" --proc "$TREE" --openmetrics="$folder/file"
        assert_equal "$status $output $stderr" "2  nosigpipe-audit: --openmetrics: cannot write '$folder/file'"
        assert_equal "$(cat "$folder/file") $(ls -A "$folder" | wc -l)" 'old 5'
    done
}

@test "audit: as an ordinary user, --openmetrics=FILE in a closed folder is refused" {
    needs users
    local folder=$BATS_TEST_TMPDIR/folder
    mkdir "$folder"
    chmod 755 "$folder" "$BATS_TEST_TMPDIR"
    # By a descriptor: a source tree below /root is closed to others.
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups dash /dev/fd/9 9<"$BUILD/nosigpipe-audit" \
        --openmetrics="$folder/file"
    assert_equal "$status $output $stderr" "2  nosigpipe-audit: --openmetrics: cannot write '$folder/file'"
    assert_equal "$(ls -A "$folder")" ''
}

@test "audit: a signal leaves no file of --openmetrics=FILE behind" {
    local folder=$BATS_TEST_TMPDIR/folder signal pid status=0
    fabricate_tree
    fabricate_process 100
    mkdir "$folder"
    # The audit reads from a FIFO to which nothing is written.
    rm "$TREE/100/status"
    mkfifo "$TREE/100/status"
    for signal in HUP INT TERM; do
        env --default-signal=HUP,INT setsid dash "$BUILD/nosigpipe-audit" --proc "$TREE" \
            --openmetrics="$folder/file" 3>&- &
        pid=$!
        exec 9>"$TREE/100/status" # opens when the audit opens the other end
        assert [ -n "$(ls -A "$folder")" ]
        # To all of its group, as a terminal and systemd do.
        kill -s "$signal" -- "-$pid"
        wait "$pid" || status=$?
        exec 9>&-
        assert [ "$status" -gt 128 ]
        assert_equal "$signal $(ls -A "$folder")" "$signal "
    done
}

@test "audit: --openmetrics goes with --proc alone" {
    local argument
    fabricate_tree
    fabricate_process 100
    for argument in --json --pids --all --watch --calls 100 1; do
        audit_tree --openmetrics "$argument"
        assert_equal "$argument $status $output $stderr" "$argument 2  nosigpipe-audit: --openmetrics goes with --proc alone"
        audit_tree "$argument" --openmetrics="$BATS_TEST_TMPDIR/file"
        assert_equal "$argument $status $output $stderr" "$argument 2  nosigpipe-audit: --openmetrics goes with --proc alone"
    done
    [ ! -e "$BATS_TEST_TMPDIR/file" ]
    audit_tree --openmetricsx
    assert_equal "$status" 2
    assert_regex "$stderr" "unknown option '--openmetricsx' \\(accepted: .*--openmetrics, --openmetrics=FILE"
    run bash -c '"$@" >/dev/full' - dash "$BUILD/nosigpipe-audit" --openmetrics
    assert_failure 2
    assert_line 'nosigpipe-audit: cannot write to standard output'
}
