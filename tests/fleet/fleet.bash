# For the tests of what a fleet of hosts is watched with.
# shellcheck disable=SC2154 # `run` sets output, stderr and status

load ../lib/common
load ../lib/record
bats_require_minimum_version 1.5.0

FLEET=$ROOT/scripts/fleet
APP=$ROOT/tests/fixtures/events/event_app.py

# Prints the metrics that mtail's program makes of these files, one a line, sorted. mtail says nothing of a line that
# its program cannot work on but in its log.
counted() { # FILE...
    local logs
    logs=$(IFS=, && echo "$*")
    rm -rf "$BATS_TEST_TMPDIR/progs"
    mkdir "$BATS_TEST_TMPDIR/progs"
    cp "$FLEET/nosigpipe.mtail" "$BATS_TEST_TMPDIR/progs"
    mtail --one_shot --one_shot_format=prometheus --logtostderr --progs "$BATS_TEST_TMPDIR/progs" --logs "$logs" \
        --emit_prog_label=false --address 127.0.0.1 --port 0 >"$BATS_TEST_TMPDIR/metrics" 2>"$BATS_TEST_TMPDIR/mtail.log" 3>&- || return
    ! grep -v '^I' "$BATS_TEST_TMPDIR/mtail.log" || return
    grep -v '^#' "$BATS_TEST_TMPDIR/metrics" | sort
}

# Asserts what is counted of these files: a line for each program with call, kind, action and number; and lost records.
assert_counted() { # LINES LOST FILE...
    run counted "${@:3}"
    assert_success
    assert_equal "$(sed -n -E 's/^nosigpipe_broken_writes_total\{action="(\w+)",call="(\w+)",kind="(\w+)",program="(.*)"\} ([0-9]+)$/\4 \2 \3 \1 \5/p' \
        <<<"$output")" "$1"
    # There is no metric, and no label, but these.
    assert_equal "$(grep -v '^nosigpipe_broken_writes_total{action="[^"]*",call="[^"]*",kind="[^"]*",program="' <<<"$output")" \
        "nosigpipe_records_lost_total $2"
}

# The sum of all broken writes in the output of `counted`.
sum_of() {
    awk '/^nosigpipe_broken_writes_total/ { sum += $NF } END { print sum + 0 }' <<<"$output"
}

# Runs a shell by another name, with `attempt NUMBER` for broken writes to a pipe, and a log.
service() { # NAME OPTIONS STATEMENTS
    # shellcheck disable=SC2016 # for the inner shells
    logging "$2" bash -c 'exec -a "$0" bash -c "$1"' "$1" '
        exec 3> >(:)
        wait $!
        attempt() { for ((i = 0; i < $1; i++)); do echo >&3; done 2>/dev/null; }
        '"$3"'
        exit 0'
}

# Makes so many broken writes to a pipe, and logs.
writes() { # NUMBER LOG [OPTIONS [STATEMENTS-AFTER]]
    logging "log=file:$2${3:+,$3}" python3 -I "$APP" "attempt($1)${4:+; $4}"
}
