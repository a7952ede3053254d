# Servers whose client closes the connection: they must serve the next client.

# shellcheck disable=SC2154 # programs.bash sets work and prefix
load programs

# Starts a server that is to listen on $ADDRESS and $port, and waits until it does.
serve() { # COMMAND...
    start_under "$@"
    server=$!
    wait_until listening_or_dead
}

# Starts a server that prints its port, and sets `port` to that.
serve_anywhere() { # COMMAND...
    start_under "$@" >"$work/port"
    server=$!
    wait_until read_port
}

read_port() {
    read -r port <"$work/port"
}

listening_or_dead() {
    [ -n "$(ss -Hltn "src $ADDRESS:$port")" ] || ! running
}

running() {
    kill -0 "$server" 2>/dev/null
}

client() { # [--tls] [--leave HOW] REQUEST
    "${PLAIN[@]}" python3 -IS "$HERE/client.py" "${@:1:$#-1}" "$ADDRESS:$port" "${@: -1}"
}

leaves() { # HOW [--tls] REQUEST
    { client --leave "$@"; } >/dev/null 2>&1 || true
}

# The client has left before the server sees it.
leaves_unheard() { # REQUEST
    kill -STOP "$server"
    leaves unheard "$@"
    kill -CONT "$server"
}

next_client() { # [--tls] REQUEST
    client "$@" 2>/dev/null || echo 'not served'
}

# Ends the server, if it still runs, and returns its status.
ended() {
    kill -TERM "$server" 2>/dev/null
    wait "$server"
}

TERMINATED=143

# A server that a broken write ends, or that serves the next client and then ends by the signal.
dies() {
    assert_failure "$SIGPIPE_STATUS"
    assert_output 'not served'
}

goes_on() {
    assert_failure "$TERMINATED"
    assert_output served
}

# The server writes to the client that has closed until a write fails.
@test "a perl server serves the next client" {
    scene() {
        serve_anywhere perl -MIO::Socket::INET -e '
            my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => $ARGV[0]) or die $@;
            $| = 1;
            print $server->sockport, "\n";
            while (my $client = $server->accept) {
                sysread($client, my $request, 9);
                if ($request =~ /first/) { until ($!{EPIPE}) { syswrite($client, "x") } }
                else { print $client "served\n" }
            }' "$ADDRESS"
        leaves "$how" first
        next_client next
        ended
    }
    for how in close reset kill; do
        dies_and_lives
    done
    record perl 'client that closed, reset, or was killed' 'ended by SIGPIPE' 'serves the next client'
}

@test "a zsh server serves the next client" {
    scene() {
        serve_anywhere zsh -f -c '
            zmodload zsh/net/tcp || exit
            until ztcp -l $((port = 20000 + RANDOM % 10000)); do :; done
            print $port
            listener=$REPLY
            while ztcp -a $listener; do
                client=$REPLY
                read -r request <&$client
                if [[ $request = first ]]; then
                    while print answer >&$client; do :; done
                else
                    print served >&$client
                fi
                ztcp -c $client
            done' 2>/dev/null
        leaves close 'first\n'
        next_client 'next\n'
        ended
    }
    outlives zsh 'ztcp client that left' 'serves the next client'
}

# More than a socket takes at once.
big_file() {
    head -c 20000000 /dev/zero >"$work/big"
    echo served >"$work/small"
}

@test "a python server that has set the default again serves the next client" {
    scene() {
        big_file
        serve_anywhere env -C "$work" /usr/bin/python3 -c '
import http.server, signal, socketserver, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
server = socketserver.TCPServer((sys.argv[1], 0), http.server.SimpleHTTPRequestHandler)
print(server.server_address[1], flush=True)
server.serve_forever()' "$ADDRESS" 2>/dev/null
        leaves close 'GET /big HTTP/1.0\r\n\r\n'
        next_client 'GET /small HTTP/1.0\r\n\r\n' | tail -n 1
        ended
    }
    when_ignored() { dies; }
    outlives 'python3 http.server, SIG_DFL set again' 'client that left in the midst of a file' \
        'serves the next client'
}

# The script writes its answer, for which a pipe has no room, when its client has left, and then does what it is there
# for. The server starts it with the default action, so an ignored SIGPIPE does not help here. The header is one write:
# by a second one, the server may have ended.
@test "a CGI script under busybox httpd does its work when its client left" {
    scene() {
        mkdir "$work/cgi-bin"
        mkfifo "$work/gone"
        cat >"$work/cgi-bin/order" <<'SCRIPT'
#!/bin/dash
printf 'Content-Type: text/plain\n\n'
[ "$QUERY_STRING" != first ] || read -r gone <"$WORK/gone"
for i in $(seq 5000); do echo 'a line of the answer'; done
echo served
echo "$QUERY_STRING" >>"$WORK/orders"
SCRIPT
        chmod +x "$work/cgi-bin/order"
        free_port
        WORK=$work serve busybox httpd -f -p "$ADDRESS:$port" -h "$work" 2>/dev/null
        leaves close 'GET /cgi-bin/order?first HTTP/1.0\r\n\r\n'
        # By then a write of its head may have ended it: so this waits for no reader.
        exec 8<>"$work/gone"
        echo gone >&8
        wait_until first_is_over
        next_client 'GET /cgi-bin/order?next HTTP/1.0\r\n\r\n' | tail -n 1
        wait_until grep next "$work/orders"
        cat "$work/orders"
        exec 8>&-
        ended
    }
    first_is_over() {
        if [ -n "$trace" ]; then
            grep 'killed by SIGPIPE' "$trace"
        else
            grep first "$work/orders"
        fi
    }
    trace=$BATS_TEST_TMPDIR/trace
    for each in bare ignoring; do
        play "$each"
        assert_failure "$TERMINATED"
        assert_output $'served\nnext'
    done
    trace=
    for each in $modes; do
        play "$each"
        assert_failure "$TERMINATED"
        assert_output $'served\nfirst\nnext'
    done
    record 'busybox httpd, a CGI script of dash' 'client that left before the answer' \
        'the script is ended by SIGPIPE, its order is lost' 'the script keeps its order'
}

@test "openssl s_server serves the next client, as ever" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
        -keyout "$BATS_TEST_TMPDIR/key" -out "$BATS_TEST_TMPDIR/certificate" 2>/dev/null
    scene() {
        big_file
        free_port
        serve env -C "$work" openssl s_server -accept "$ADDRESS:$port" -WWW -quiet \
            -key ../key -cert ../certificate >/dev/null 2>&1
        leaves close --tls 'GET /big HTTP/1.0\r\n\r\n'
        next_client --tls 'GET /small HTTP/1.0\r\n\r\n' | tail -n 1
        ended
    }
    unchanged 'openssl s_server' 'client that left in the midst of a file' 'serves the next client'
}

@test "an rsync daemon serves the next client, as ever" {
    scene() {
        printf 'use chroot = no\n' >"$work/config"
        printf "[module%s]\npath = $work\ncomment = text\n" $(seq 50) >>"$work/config"
        free_port
        serve rsync --daemon --no-detach --address="$ADDRESS" --port="$port" --config="$work/config"
        leaves_unheard '@RSYNCD: 31.0\n#list\n'
        bare rsync "rsync://$ADDRESS:$port/" | tail -n 1
        ended
    }
    goes_on() { assert_line --index -1 --partial module50; }
    unchanged 'rsync daemon' 'client that left before the list of modules' 'serves the next client'
}

@test "mosquitto serves the next clients, as ever" {
    # CONNECT as "name", and SUBSCRIBE to "#" (MQTT 3.1.1), in one go.
    local subscriber='\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04name\x82\x06\x00\x01\x00\x01#\x00'
    scene() {
        free_port
        printf 'listener %s %s\nallow_anonymous true\n' "$port" "$ADDRESS" >"$work/config"
        serve mosquitto -c "$work/config" 2>/dev/null
        bare mosquitto_pub -h "$ADDRESS" -p "$port" -t topic -r -m served
        leaves_unheard "$subscriber"
        bare mosquitto_sub -h "$ADDRESS" -p "$port" -t topic -C 1
        ended
    }
    goes_on() {
        assert_success
        assert_output served
    }
    unchanged mosquitto 'subscriber that left before its message' 'serves the next client'
}

@test "git daemon serves the next client, and its child for the first ends by its own choice" {
    scene() {
        git init -q "$work/repository"
        git -C "$work/repository" -c user.name=name -c user.email=address commit -q --allow-empty -m text
        free_port
        serve git daemon --listen="$ADDRESS" --port="$port" --base-path="$work" --export-all
        leaves_unheard '0020git-upload-pack /repository\x00'
        wait_until first_is_over
        bare git ls-remote "git://$ADDRESS:$port/repository" | tail -n 1
        ended
    }
    first_is_over() { grep -E '\+\+\+ (exited|killed)' "$trace"; }
    trace=$BATS_TEST_TMPDIR/trace
    for each in bare $modes; do
        play_broken "$each"
        assert_failure "$TERMINATED"
        assert_line --index -1 --partial refs/heads/
        run grep -q 'killed by SIGPIPE' "$trace"
        if [ "$each" = bare ]; then assert_success; else assert_failure; fi
    done
    record 'git daemon' 'client that left before the list of references' \
        'its child is ended by SIGPIPE, the daemon serves the next client' \
        'its child reports the error, the daemon serves the next client'
}
