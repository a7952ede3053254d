# Servers under their own load generators, bare and with the shim, while hundreds of other clients
# are killed in mid-request. They all ignore SIGPIPE themselves: what is shown is that the shim does
# not harm them. The throughput is told, never judged.

# shellcheck disable=SC2154 # `port`, `started` and `prefix` are set there
load services

# In turn, so that what else the machine does meets both alike.
WAYS='bare catch catch bare'

setup() {
    started=()
    # PostgreSQL runs as a user that may not look into bats' folder.
    work=$(mktemp -d)
    chmod 755 "$work"
    cp "$SHIM" "$work"
    SHIM=$work/${SHIM##*/}
    : >"$work/rates"
}

teardown() {
    [ ${#started[@]} -eq 0 ] || kill_hard "${started[@]}"
    rm -rf "$work"
}

start_batch() { # ADDRESS REQUEST
    start_server "$work/ready" python3 "$SOURCES/leavers.py" "$1" 100 "$2"
}

kill_batch() {
    kill_hard "${started[-1]}"
    unset 'started[-1]'
}

# Runs the load generator, with its output in `output`, while three hundred others are killed; the
# first of them are there before it.
under_load() { # ADDRESS REQUEST COMMAND...
    local generator
    start_batch "$1" "$2"
    start "${@:3}" >"$work/load" 2>&1
    generator=${started[-1]}
    unset 'started[-1]'
    kill_batch
    for _ in 2 3; do
        start_batch "$1" "$2"
        kill_batch
    done
    status=0
    wait "$generator" || status=$?
    output=$(<"$work/load")
    mapfile -t lines <"$work/load"
    assert_success
}

# Ends a server as it wishes to be ended.
end_server() { # SIGNAL
    kill -s "$1" "${started[-1]}"
    status=0
    wait "${started[-1]}" || status=$?
    unset 'started[-1]'
    assert_equal "$status" 0
}

# Keeps the rate that the pattern finds in the generator's output.
keep_rate() { # SED-PROGRAM
    echo "$way $(sed -n "$1" "$work/load")" >>"$work/rates"
}

tell_rates() { # WHAT
    awk -v what="$1" '{ sum[$1] += $2; count[$1]++ }
        END { printf "# %s: %d a second bare, %d with the shim: %.2f\n", what,
            sum["bare"] / count["bare"], sum["catch"] / count["catch"], sum["catch"] / sum["bare"] }' \
        "$work/rates" >&3
}

# What the server logged of each way, but for what differs from client to client.
assert_same_log() { # SED-PROGRAM
    local each
    for each in bare catch; do
        sed -E "$1" "$work/log.$each" | sort -u >"$work/said.$each"
    done
    run diff "$work/said.bare" "$work/said.catch"
    assert_output ''
}

@test "nginx" {
    local each address
    free_port
    address=$ADDRESS:$port
    head -c 8000000 /dev/zero >"$work/large"
    for each in $WAYS; do
        use_way "$each"
        cat >"$work/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
worker_processes 1;
pid $work/pid;
error_log $work/log.$each warn;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    keepalive_requests 1000000;
    server {
        listen $address;
        root $work;
        location = /small { return 200 "answer\n"; }
    }
}
CONF
        start "${prefix[@]}" nginx -c "$work/nginx.conf" -e "$work/log.$each"
        wait_until sh -c 'ab -q -n 1 "$0" >/dev/null 2>&1' "http://$address/small"
        assert_preloaded "$(pgrep -P "${started[-1]}")"
        under_load "$address" 'GET /large HTTP/1.0\r\n\r\n' \
            ab -q -k -c 20 -n 20000 "http://$address/small"
        assert_line --regexp '^Complete requests: +20000$'
        assert_line --regexp '^Failed requests: +0$'
        refute_line --partial 'Non-2xx'
        keep_rate 's/^Requests per second: *\([0-9]*\).*/\1/p'
        end_server QUIT
    done
    assert_same_log ''
    assert_equal "$(<"$work/said.bare")" ''
    tell_rates 'nginx, requests of ab'
}

@test "Redis" {
    local each socket=$work/socket
    for each in $WAYS; do
        use_way "$each"
        start "${prefix[@]}" redis-server --port 0 --unixsocket "$socket" --save '' --dir "$work" \
            --logfile "$work/log.$each"
        wait_until redis-cli -s "$socket" ping >/dev/null 2>&1
        assert_preloaded "${started[-1]}"
        head -c 300000 /dev/zero | redis-cli -s "$socket" -x set large
        under_load "$socket" 'GET large\r\nGET large\r\n' \
            redis-benchmark -s "$socket" -q --csv -c 20 -n 60000 -t get
        assert_equal "${#lines[@]}" 2
        refute_output --partial -i error
        keep_rate 's/^"GET","\([0-9]*\).*/\1/p'
        run redis-cli -s "$socket" info stats
        assert_line --regexp '^total_commands_processed:[0-9]{5,}'
        end_server TERM
    done
    assert_same_log 's/^[0-9]+:(.) .{24} /\1 /; s/[0-9]+/N/g'
    tell_rates 'Redis, requests of redis-benchmark'
}

@test "PostgreSQL" {
    local each bin as=() data=$work/data
    bin=$(echo /usr/lib/postgresql/*/bin)
    if [ "$(id -u)" = 0 ]; then
        as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
        chown postgres "$work"
    fi
    "${as[@]}" "$bin/initdb" -D "$data" -U postgres -A trust -N --locale=C >/dev/null
    for each in $WAYS; do
        use_way "$each"
        start "${prefix[@]}" "${as[@]}" "$bin/postgres" -D "$data" -k "$work" -h '' \
            -c fsync=off -c max_connections=300 -c autovacuum=off -c checkpoint_timeout=1d \
            2>>"$work/log.$each"
        wait_until "$bin/pg_isready" -q -h "$work" -U postgres
        assert_preloaded "${started[-1]}"
        "$bin/pgbench" -q -i -h "$work" -U postgres postgres 2>/dev/null
        under_load "$work/.s.PGSQL.5432" "$(large_query)" \
            "$bin/pgbench" -n -h "$work" -U postgres -c 8 -t 100 postgres
        assert_line 'number of transactions actually processed: 800/800'
        assert_line 'number of failed transactions: 0 (0.000%)'
        keep_rate 's/^tps = \([0-9]*\).*/\1/p'
        end_server INT
    done
    # It tells of each client that is lost, in words that depend on the moment, and of those that
    # come while it starts or are still there when it ends.
    assert_same_log 's/^.{23} [A-Z]+ \[[0-9]+\] //; s/[0-9]+/N/g
        /could not (send|receive) data|connection to client lost|unexpected EOF/d
        /terminating connection due to administrator command/d
        /^STATEMENT: |^CONTEXT: |the database system is starting up/d'
    tell_rates 'PostgreSQL, transactions of pgbench'
}

# The protocol's startup and one simple query, with no wait in between (PostgreSQL's manual,
# "Message Formats").
large_query() {
    local query="COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT"
    printf '\\0\\0\\0\\x29\\0\\3\\0\\0user\\0postgres\\0database\\0postgres\\0\\0'
    printf 'Q\\0\\0\\0\\x%x%s\\0' $((4 + ${#query} + 1)) "$query"
}
