# Servers under their own load generators, bare and with the shim, while hundreds of other clients
# are killed in mid-request. They all ignore SIGPIPE themselves: the tests show that the shim does no
# harm to them. They report the throughput, and never judge it.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, ..., and reads modes and package
load services

ROUNDS=6

setup() {
    started=()
    modes=catch
    package=
    # PostgreSQL runs as a user that may not read the folder of bats.
    work=$(mktemp -d)
    chmod 755 "$work"
    cp "$SHIM" "$work"
    SHIM=$work/${SHIM##*/}
}

teardown() {
    [ ${#started[@]} -eq 0 ] || kill_hard "${started[@]}"
    rm -rf "$work"
}

# Starts a server each way by the test's `serve`, in the folder `place`, and puts them under load in
# turn by its `round`, so that what else the machine does meets both alike. Each must end by the
# signal, with status 0.
compare() { # SIGNAL
    local number place answering
    local -A main answers
    for way in bare catch; do
        place=$work/$way
        mkdir "$place"
        use_way "$way"
        serve
        assert_preloaded "$answering"
        main[$way]=${started[-1]}
        answers[$way]=$answering
    done
    for number in $(seq $ROUNDS); do
        for way in $([ $((number % 2)) = 0 ] && echo bare catch || echo catch bare); do
            echo "round $number, $way"
            place=$work/$way
            answering=${answers[$way]}
            round
        done
    done
    for way in bare catch; do
        place=$work/$way
        processor_time "${answers[$way]}" >"$place/time"
        end_server "${main[$way]}" "$1"
        assert_broken_writes
    done
}

# Starts a hundred clients, which are the last of `started`.
start_leavers() { # ADDRESSES REQUEST [unheard]
    start_server "$work/ready" python3 -IS "$SOURCES/leavers.py" "$@"
}

kill_leavers() {
    kill_hard "${started[-1]}"
    unset 'started[-1]'
}

# Runs the load generator, with its output in `output`, while a hundred others are killed: in every
# second round in the midst of their answer, which these servers see before they write on; in the
# others while the server is stopped, so that its answer is a broken write.
under_load() { # ADDRESSES REQUEST COMMAND...
    local generator midst=$((number % 2))
    [ $midst = 0 ] || start_leavers "$1" "$2"
    start "${@:3}" >"$work/load" 2>&1
    generator=${started[-1]}
    unset 'started[-1]'
    if [ $midst = 0 ]; then
        kill -STOP "$answering"
        start_leavers "$1" "$2" unheard || echo 'no clients'
    fi
    kill_leavers
    kill -CONT "$answering"
    status=0
    wait "$generator" || status=$?
    output=$(<"$work/load")
    mapfile -t lines <"$work/load"
    assert_success
}

# Keeps the rate that the pattern finds in the generator's output.
keep_rate() { # SED-PROGRAM
    echo "$number $way $(sed -n "$1" "$work/load")" >>"$work/rates"
}

# What the process has used, and what its children had that have ended (proc(5)): unlike a rate, it
# does not depend much on what else the machine does.
processor_time() { # PID
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 + $14 + $15 }'
}

# Asserts that the server wrote to many of the clients that were killed.
assert_broken_writes() {
    local count
    count=$(grep -c 'Broken pipe' "$place/log")
    echo "broken writes, $way: $count"
    [ "$count" -ge 100 ]
}

end_server() { # PID SIGNAL
    kill -s "$2" "$1"
    status=0
    wait "$1" || status=$?
    assert_equal "$status" 0
}

# What the servers logged, but for what differs from client to client.
assert_same_log() { # SED-PROGRAM
    sed -E "s|$work/[a-z]*||g; $1" "$work/bare/log" | sort -u >"$work/said.bare"
    sed -E "s|$work/[a-z]*||g; $1" "$work/catch/log" | sort -u >"$work/said.catch"
    run diff "$work/said.bare" "$work/said.catch"
    assert_output ''
}

# Adds a row to the page: of the rounds' ratios of the rate with the shim to that without, the median;
# and the ratio of the servers' processor times.
record_load() { # PROGRAM REQUESTS-A-ROUND WHAT
    local ratio cost
    cost=$(awk '{ getline bare <other; printf "%.2f\n", $1 / bare }' other="$work/bare/time" \
        "$work/catch/time")
    ratio=$(awk '{ rate[$1, $2] = $3 }
        END { for (round in rate) if (sub(SUBSEP "bare", "", round))
            print rate[round, "catch"] / rate[round, "bare"] }' "$work/rates" | sort -n |
        awk '{ ratio[NR] = $1 }
            END { printf "%.2f\n", (ratio[int((NR + 1) / 2)] + ratio[int(NR / 2) + 1]) / 2 }')
    record "$1" "$((ROUNDS * 100)) clients killed in mid-request" \
        "lives, answers all $(($2 * ROUNDS)) $3 of the others" \
        "the same, at $ratio times the rate and $cost times the processor time"
}

@test "nginx" {
    serve() {
        free_port
        address=$ADDRESS:$port
        head -c 8000000 /dev/zero >"$place/large"
        cat >"$place/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
worker_processes 1;
pid $place/pid;
error_log $place/log info;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $place/body;
    proxy_temp_path $place/proxy;
    fastcgi_temp_path $place/fastcgi;
    uwsgi_temp_path $place/uwsgi;
    scgi_temp_path $place/scgi;
    keepalive_requests 1000000;
    server {
        listen $address;
        listen unix:$place/socket;
        root $place;
        location = /small { return 200 "answer\n"; }
    }
}
CONF
        start "${prefix[@]}" nginx -c "$place/nginx.conf" -e "$place/log"
        wait_until sh -c 'ab -q -n 1 "$0" >/dev/null 2>&1' "http://$address/small"
        answering=$(pgrep -P "${started[-1]}")
        echo "$address" >"$place/address"
    }
    round() {
        address=$(<"$place/address")
        under_load "$address,$place/socket" 'GET /large HTTP/1.0\r\n\r\n' \
            ab -q -k -s 300 -c 20 -n 8000 "http://$address/small"
        assert_line --regexp '^Complete requests: +8000$'
        assert_line --regexp '^Failed requests: +0$'
        refute_line --partial 'Non-2xx'
        keep_rate 's/^Requests per second: *\([0-9]*\).*/\1/p'
    }
    compare QUIT
    assert_same_log '/ \[(info|notice)\] /d'
    assert_equal "$(<"$work/said.bare")" ''
    record_load nginx 8000 requests
}

@test "Redis" {
    serve() {
        start "${prefix[@]}" redis-server --port 0 --unixsocket "$place/socket" --save '' \
            --dir "$place" --loglevel verbose --logfile "$place/log"
        wait_until redis-cli -s "$place/socket" ping
        head -c 300000 /dev/zero | redis-cli -s "$place/socket" -x set large
        answering=${started[-1]}
    }
    round() {
        under_load "$place/socket" 'GET large\r\nGET large\r\n' \
            redis-benchmark -s "$place/socket" -q --csv -c 20 -n 20000 -t get
        assert_equal "${#lines[@]}" 2
        keep_rate 's/^"GET","\([0-9]*\).*/\1/p'
        run redis-cli -s "$place/socket" info commandstats
        [[ $output =~ cmdstat_get:calls=([0-9]+) ]]
        [ "${BASH_REMATCH[1]}" -ge $((20000 * number)) ]
    }
    compare TERM
    assert_same_log 's/^[0-9]+:(.) .{24} /\1 /; s/[0-9]+/N/g; /^[A-Z] - /d'
    package=redis-server
    record_load redis-server 20000 requests
}

@test "PostgreSQL" {
    local bin as=()
    bin=$(echo /usr/lib/postgresql/*/bin)
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    serve() {
        [ "$(id -u)" != 0 ] || chown postgres "$place"
        "${as[@]}" "$bin/initdb" -D "$place/data" -U postgres -A trust -N --locale=C >/dev/null
        start "${prefix[@]}" "${as[@]}" "$bin/postgres" -D "$place/data" -k "$place" -h '' \
            -c fsync=off -c max_connections=300 -c autovacuum=off -c checkpoint_timeout=1d \
            2>"$place/log"
        wait_until "$bin/pg_isready" -q -h "$place" -U postgres
        "$bin/pgbench" -q -i -h "$place" -U postgres postgres 2>/dev/null
        answering=${started[-1]}
    }
    round() {
        under_load "$place/.s.PGSQL.5432" "$(large_query)" \
            "$bin/pgbench" -n -h "$place" -U postgres -c 8 -t 50 postgres
        assert_line 'number of transactions actually processed: 400/400'
        assert_line 'number of failed transactions: 0 (0.000%)'
        keep_rate 's/^tps = \([0-9]*\).*/\1/p'
    }
    compare INT
    # It tells of each client that is lost, in words that depend on the moment, and of those that
    # come while it starts or are still there when it ends.
    assert_same_log 's/^.{23} [A-Z]+ \[[0-9]+\] //; s/[0-9]+/N/g
        /could not (send|receive) data|connection to client lost|unexpected EOF/d
        /terminating connection due to administrator command/d
        /^STATEMENT: |^CONTEXT: |the database system is starting up/d'
    package=${bin%/bin}
    package=postgresql-${package##*/}
    record_load postgres 400 transactions
}

# The protocol's startup and one simple query, with no wait in between (PostgreSQL's manual,
# "Message Formats").
large_query() {
    local query="COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT"
    printf '\\0\\0\\0\\x29\\0\\3\\0\\0user\\0postgres\\0database\\0postgres\\0\\0'
    printf 'Q\\0\\0\\0\\x%x%s\\0' $((4 + ${#query} + 1)) "$query"
}
