# A fleet of one host, watched by the distribution's programs: what happens there is counted, and alerts come.
# shellcheck disable=SC2154 # `run` sets output and status

load fleet

# Starts a server, which says in its log at which address it listens: the kernel chose the port.
start_server() { # NAME COMMAND [ARGUMENT]...
    local log=$BATS_FILE_TMPDIR/$1.log name=$1
    shift
    "$@" >"$log" 2>&1 </dev/null 3>&- 4>&- &
    echo $! >>"$BATS_FILE_TMPDIR/pids"
    wait_for grep -q -E 'Listening on.*127\.0\.0\.1:[1-9]' "$log" || { cat "$log" && return 1; }
    sed -n -E '/Listening on/ { s/.*(127\.0\.0\.1:[1-9][0-9]*).*/\1/p; q }' "$log" >"$BATS_FILE_TMPDIR/$name"
}

address() { # NAME
    cat "$BATS_FILE_TMPDIR/$1"
}

# Waits until a command succeeds, but not for ever.
wait_for() { # COMMAND [ARGUMENT]...
    local end=$((SECONDS + 100))
    until "$@"; do
        [ $SECONDS -lt $end ] || { echo "in vain: $*" && return 1; }
        sleep 0.1
    done
}

# Prints the result of a query in JSON, one sample a line; fails if there is none.
query() { # EXPRESSION
    curl -sS --fail-with-body --data-urlencode "query=$1" "http://$(address prometheus)/api/v1/query" |
        jq -c -e 'if .status == "success" then .data.result[] else error(.error) end'
}

# Prints the labels of the alerts that Alertmanager has, of those that a filter of jq takes.
alerts() { # FILTER
    curl -sS --fail-with-body "http://$(address alertmanager)/api/v2/alerts" | jq -c -e ".[].labels | select($1)"
}

# Writes the audit's file, as the service does.
audit() {
    dash "$BUILD/nosigpipe-audit" --openmetrics="$BATS_FILE_TMPDIR/textfiles/nosigpipe.prom" 2>/dev/null
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    mkdir textfiles logs progs metrics silences
    cp "$FLEET/nosigpipe.mtail" progs
    # What lasts minutes there is a second here. The time over which broken writes are summed up stays.
    sed -E 's/^( *for:) .*/\1 1s/' "$FLEET/nosigpipe.rules.yml" >rules.yml
    promtool check rules rules.yml
    start_server node_exporter prometheus-node-exporter --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory="$PWD/textfiles" --web.listen-address=127.0.0.1:0
    # mtail reads what is appended to a file after it has found it.
    touch logs/one logs/many logs/full
    mkfifo logs/fifo
    start_server mtail mtail --progs progs --logs "$PWD/logs/*" --logtostderr --address 127.0.0.1 --port 0
    printf '%s\n' 'route: { receiver: nobody, group_wait: 0s }' 'receivers: [{ name: nobody }]' >alertmanager.yml
    start_server alertmanager prometheus-alertmanager --config.file=alertmanager.yml --storage.path="$PWD/silences" \
        --cluster.listen-address= --web.listen-address=127.0.0.1:0
    # A target that does not answer in time has no series until the next time.
    cat >prometheus.yml <<CONFIG
global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 500ms }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['$(address alertmanager)'] }] }] }
scrape_configs:
  - { job_name: node, static_configs: [{ targets: ['$(address node_exporter)'] }] }
  - { job_name: mtail, static_configs: [{ targets: ['$(address mtail)'] }] }
CONFIG
    start_server prometheus prometheus --config.file=prometheus.yml --storage.tsdb.path=metrics --web.listen-address=127.0.0.1:0

    # At first there is nothing to tell of.
    wait_for query 'count(up == 1) == 2' >/dev/null
    wait_for query 'nosigpipe_records_lost_total == 0' >/dev/null
    run alerts true
    assert_output ''
    # Somebody would die.
    mkfifo input
    env -u LD_PRELOAD --default-signal=PIPE "$PROGRAMS/audit_state" default pipe <input >ready 3>&- 4>&- &
    echo $! >>pids
    exec 7>input # stays open until the end
    wait_for grep -q ready ready
    audit
    # A service makes one broken write, and another goes on and on; a third one's log has no room for a while.
    service one-write "log=file:$PWD/logs/one" 'attempt 1'
    service many-writes "log=file:$PWD/logs/many,format=json" 'attempt 9000'
    service no-room "log=file:$PWD/logs/full" 'ulimit -S -f 0; attempt 3; ulimit -S -f unlimited'
    # As journalctl writes to a FIFO.
    service by-fifo "log=file:$PWD/records" 'attempt 20'
    timeout 100 cat records >logs/fifo
}

teardown_file() {
    local pid
    [ -e "$BATS_FILE_TMPDIR/pids" ] || return 0
    while read -r pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done <"$BATS_FILE_TMPDIR/pids"
    return 0
}

@test "fleet: the broken writes of services reach Prometheus, each counted once" {
    wait_for query 'nosigpipe_broken_writes_total{program="one-write"} == 1' >/dev/null
    wait_for query 'nosigpipe_broken_writes_total{program="many-writes"} == 9000' >/dev/null
    wait_for query 'nosigpipe_broken_writes_total{program="no-room"} == 3' >/dev/null
    wait_for query 'nosigpipe_broken_writes_total{program="by-fifo"} == 20' >/dev/null
    run query 'sum by (program, call, kind, action) (nosigpipe_broken_writes_total)'
    assert_equal "$(jq -r '[.metric.program, .metric.call, .metric.kind, .metric.action, .value[1]] | join(" ")' <<<"$output" | sort)" \
        'by-fifo write pipe epipe 20
many-writes write pipe epipe 9000
no-room write pipe unknown 3
one-write write pipe epipe 1'
    run query 'nosigpipe_records_lost_total'
    assert_equal "$(jq -r '.value[1]' <<<"$output")" 3
}

@test "fleet: the audit's numbers reach Prometheus" {
    local file=$BATS_FILE_TMPDIR/textfiles/nosigpipe.prom
    wait_for query 'nosigpipe_vulnerable >= 1' >/dev/null
    run query 'node_textfile_scrape_error'
    assert_equal "$(jq -r '.value[1]' <<<"$output")" 0
    run query 'sum by (verdict) (nosigpipe_processes)'
    assert_equal "$(jq -r '"nosigpipe_processes{verdict=\"\(.metric.verdict)\"} \(.value[1])"' <<<"$output" | sort)" \
        "$(grep '^nosigpipe_processes' "$file" | sort)"
    run query 'sum(nosigpipe_vulnerable)'
    assert_equal "$(jq -r '.value[1]' <<<"$output")" "$(awk '/^nosigpipe_vulnerable/ { sum += $NF } END { print sum }' "$file")"
}

@test "fleet: a service's broken write fires the alert, and so do the others" {
    wait_for alerts '.alertname == "NosigpipeBrokenWrite" and .program == "one-write"' >/dev/null
    wait_for alerts '.alertname == "NosigpipeStorm" and .program == "many-writes" and .severity == "critical"' >/dev/null
    wait_for alerts '.alertname == "NosigpipeRecordsLost"' >/dev/null
    wait_for alerts '.alertname == "NosigpipeWouldDie"' >/dev/null
    # Only what is the matter.
    run alerts '.alertname == "NosigpipeStorm" and .program != "many-writes"'
    assert_output ''
    # Every rule can be evaluated with the series of these programs.
    run jq -r '.data.groups[].rules[] | "\(.name) \(.health) \(.lastError // "")"' \
        <<<"$(curl -sS "http://$(address prometheus)/api/v1/rules")"
    assert_equal "${#lines[@]}" 6
    for line in "${lines[@]}"; do assert_regex "$line" '^[^ ]+ ok $'; done
}

@test "fleet: an audit that is no longer written fires an alert" {
    wait_for test -s "$BATS_FILE_TMPDIR/textfiles/nosigpipe.prom"
    run query 'time() - node_textfile_mtime_seconds{file=~"(.*/)?nosigpipe[.]prom"} > 1800'
    assert_output ''
    touch -d '1 hour ago' "$BATS_FILE_TMPDIR/textfiles/nosigpipe.prom"
    wait_for alerts '.alertname == "NosigpipeAuditStale" and (.file | endswith("/nosigpipe.prom"))' >/dev/null
}

@test "fleet: each query of the dashboard has data" {
    local expression count=0 dashboard=$FLEET/nosigpipe-dashboard.json
    wait_for alerts '.alertname == "NosigpipeWouldDie"' >/dev/null
    wait_for query 'nosigpipe_broken_writes_total{program="many-writes"} == 9000' >/dev/null
    while IFS= read -r expression; do
        count=$((count + 1))
        # As Grafana puts in: all instances, the last 5 minutes, four scrapes.
        expression=${expression//\$instance/.*}
        expression=${expression//\$__range/5m}
        expression=${expression//\$__rate_interval/8s}
        refute_regex "$expression" '\$'
        wait_for query "$expression" >"$BATS_TEST_TMPDIR/data"
        run cat "$BATS_TEST_TMPDIR/data"
        refute_output --partial NaN
    done < <(jq -r '.panels[].targets[].expr' "$dashboard")
    assert_equal "$count" "$(jq '.panels | length' "$dashboard")"
    [ "$count" -ge 8 ]
    # Each metric of ours is shown, and none that is not there.
    run bash -c 'grep -o -h -E "nosigpipe_[a-z_]+" "$1" | sort -u' - "$dashboard"
    assert_output "$(printf '%s\n' nosigpipe_{broken_writes_total,processes,records_lost_total,vulnerable})"
    # The variable names both targets: its query is one for series.
    run curl -sS -G --data-urlencode "match[]=$(jq -r '.templating.list[] | select(.name == "instance") | .definition' "$dashboard" |
        sed -E 's/^label_values\((.*), instance\)$/\1/')" "http://$(address prometheus)/api/v1/series"
    assert_equal "$(jq -r '[.data[].instance] | unique | length' <<<"$output")" 2
}

@test "fleet: the dashboard is one that Grafana can import" {
    local dashboard=$FLEET/nosigpipe-dashboard.json
    # Panels with numbers of their own, within the 24 columns, none over another; each with the chosen source of data.
    run jq -e '(.uid == "nosigpipe") and (.schemaVersion >= 30) and
        ([.panels[].id] | length == (unique | length)) and
        ([.panels[] | .gridPos | .x + .w <= 24] | all) and
        ([.panels[].gridPos | . as $p | range(.x; .x + .w) as $x | range($p.y; $p.y + $p.h) as $y | [$x, $y]] | length == (unique | length)) and
        ([.panels[] | .datasource, .targets[].datasource | .type == "prometheus" and .uid == "${datasource}"] | all) and
        ([.templating.list[].name] == ["datasource", "instance"]) and
        ([.panels[] | (.title | length > 0) and (.description | length > 0)] | all)' "$dashboard"
    assert_success
}
