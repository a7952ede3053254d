# Programs that ignore or handle SIGPIPE themselves, with events=all: they do the same as ever, and the record of
# their broken write says which.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, prefix, ...
load services
load ../lib/record

# The Java of the distribution.
JAVA=/usr/lib/jvm/default-java

# Plays the test's scene without the library, and with events=all in every mode until a write breaks: a peer's reset
# may come behind the program's last write. The output is the same, and the first record has these fields.
assert_told() { # FIELD...
    local mode said field log=$BATS_TEST_TMPDIR/log
    play bare
    said=$output
    assert [ -n "$said" ]
    for mode in $MODES; do
        rm -f "$log"
        for _ in {1..10}; do
            play "$mode,events=all,log=file:$log"
            assert_equal "$status $output" "0 $said"
            [ ! -s "$log" ] || break
        done
        decode logfmt "$log" | record_number 1 >"$BATS_TEST_TMPDIR/first"
        for field; do
            assert_equal "$mode $(grep "^${field%%=*}=" "$BATS_TEST_TMPDIR/first")" "$mode $field"
        done
    done
}

@test "Python ignores it" {
    scene() {
        start_peer close
        under /usr/bin/python3 -c "$PYTHON_CLIENT" "$port"
    }
    assert_told disposition=ignored call=send kind=tcp asked=8 action=epipe
}

@test "Node ignores it" {
    scene() {
        into_pipe under /usr/bin/node -e '
            try { require("fs").writeSync(1, "text"); } catch (error) { console.error(error.code); }'
    }
    assert_told program=node disposition=ignored call=write fd=1 kind=fifo asked=4 action=epipe
}

@test "Java handles it" {
    "$JAVA/bin/javac" -nowarn -d "$BATS_TEST_TMPDIR" "$BATS_TEST_DIRNAME/Peer.java" 2>/dev/null
    scene() {
        start_peer close
        under "$JAVA/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$BATS_TEST_TMPDIR" Peer "$port"
    }
    assert_told program=java disposition=handled kind=tcp6 asked=8 action=epipe
}

# The client is gone before the server, which is stopped meanwhile, reads its request.
@test "nginx ignores it" {
    scene() {
        cat >"$work/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
master_process off;
pid $work/pid;
error_log $work/log info;
events { }
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen unix:$work/socket;
        location / { return 200 "answer\n"; }
    }
}
CONF
        start "${prefix[@]}" nginx -c "$work/nginx.conf" -e "$work/log"
        wait_until [ -s "$work/pid" ]
        kill -STOP "${started[-1]}"
        python3 -IS -c 'import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
client.send(b"GET / HTTP/1.0\r\n\r\n")' "$work/socket"
        kill -CONT "${started[-1]}"
        wait_until grep 'Broken pipe' "$work/log"
        kill -s QUIT "${started[-1]}"
        wait "${started[-1]}"
        unset 'started[-1]'
        grep -o 'writev() failed (32: Broken pipe)' "$work/log"
    }
    assert_told program=nginx disposition=ignored call=writev kind=unix action=epipe
}
