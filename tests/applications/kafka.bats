# A Kafka broker is killed while producers send to it. A report on librdkafka of January 2013 says "Program
# received signal SIGPIPE", in the thread for the broker, which had called sendmsg.
#
# sender.c does what that librdkafka did, and dies. The librdkafka of today does not, neither in plain text nor by
# TLS: it passes MSG_NOSIGNAL to sendmsg, and it starts its threads with every signal blocked, so
# that the SIGPIPE of OpenSSL's write(2) stays pending there for ever (librdkafka 2.0.2,
# rd_kafka_transport_socket_sendmsg and rd_kafka_broker_add). Of it and of kcat the tests show that
# they do under the shim what they do without.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, ..., and reads modes and package
load services

setup_file() {
    build_c broker rdkafka
    build_c producer rdkafka
    build_c sender ssl crypto
}

setup() {
    started=()
    modes=$MODES
    package=
    PEM=$BATS_TEST_TMPDIR/pem
    OUTPUT=$BATS_TEST_TMPDIR/output
    RECEIVED=$BATS_TEST_TMPDIR/received
    make_certificate "$PEM"
}

start_receiver() {
    start_server "$RECEIVED" python3 "$SOURCES/receiver.py" "$PEM" "$ADDRESS" "${port:-0}"
    receiver=${started[-1]}
}

received() { # LINE: the receiver has it
    wait_until grep -q -x -e "$1" "$RECEIVED"
}

# Starts sender and receiver, sends the lines, and kills the receiver when it has them.
send_and_kill() { # LINE...
    port=
    start_receiver
    start_client "$OUTPUT" "$BATS_FILE_TMPDIR/sender" "$ADDRESS" "$port"
    printf '%s\n' "$@" >&7
    received "${!#}"
    kill_hard "$receiver"
}

# The first line for the dead is answered by a RST, the next raises the signal: in between, the
# sender's connection has gone.
send_to_the_dead() { # LINE...
    echo "$1" >&7
    wait_until connection_is_gone
    [ $# -eq 1 ] || printf '%s\n' "${@:2}" >&7
}

connection_is_gone() {
    [ -z "$(ss -Htn dst "$ADDRESS:$port")" ]
}

# Sends lines to a dead receiver: bare, the sender dies of it; with the shim it connects to the
# receiver that comes back, sends what it could not, and ends when it is told to.
assert_reconnects() { # LINE... -- LINE-TO-THE-DEAD...
    local way alive=() dead
    while [ "$1" != -- ]; do
        alive+=("$1")
        shift
    done
    shift
    dead=("$@")

    use_way bare
    send_and_kill "${alive[@]}"
    send_to_the_dead "${dead[@]}"
    end_client
    assert_equal "$status" "$SIGPIPE_STATUS"
    assert_equal "$(<"$OUTPUT")" connected

    for way in $MODES; do
        use_way "$way"
        send_and_kill "${alive[@]}"
        send_to_the_dead "${dead[@]}"
        wait_until grep -q '^lost: ' "$OUTPUT"
        start_receiver
        echo after >&7
        received "${dead[-1]}"
        received after
        end_client
        assert_equal "$status" 0
        assert_equal "$(<"$OUTPUT")" $'connected\nlost: Broken pipe\nconnected\ndone'
    done
}

@test "2013: a thread that sends by sendmsg to a broker that is killed" {
    assert_reconnects before -- first second
    package=libc6
    record 'librdkafka, as it was in 2013' 'broker killed in mid-stream' 'ended by SIGPIPE' \
        'connects to the broker that is back, loses nothing'
}

@test "a client of OpenSSL, in mid-stream" {
    assert_reconnects starttls before -- first second
}

@test "a client of OpenSSL, at the start of TLS" {
    assert_reconnects before -- first starttls
}

@test "a client of OpenSSL, as it shuts TLS down" {
    local way
    use_way bare
    send_and_kill starttls before
    send_to_the_dead first
    end_client
    assert_equal "$status" "$SIGPIPE_STATUS"
    for way in $MODES; do
        use_way "$way"
        send_and_kill starttls before
        send_to_the_dead first
        end_client
        assert_equal "$status" 0
        assert_equal "$(<"$OUTPUT")" $'connected\ndone'
    done
    package=libssl3
    record 'OpenSSL, a client by TLS' \
        'broker killed in mid-stream, at the start of TLS and before its end' 'ended by SIGPIPE' \
        'connects to the broker that is back, loses nothing'
}

# The broker, with TLS in front of it or not. Started again, it is where it was.
start_broker() { # plaintext|ssl
    local behind=$BATS_TEST_TMPDIR/behind
    if [ "$1" = plaintext ]; then
        start_server "$BATS_TEST_TMPDIR/port" "$BATS_FILE_TMPDIR/broker" "$ADDRESS" "${front_port:-0}"
        front_port=$port
        broker=("${started[-1]}")
        return
    fi
    rm -f "$behind"
    mkfifo "$behind"
    exec 8<>"$behind"
    start_server "$BATS_TEST_TMPDIR/port" \
        python3 "$SOURCES/tls_front.py" "$PEM" "$ADDRESS" "${front_port:-0}" <&8
    front_port=$port
    broker=("${started[-1]}")
    start_server "$BATS_TEST_TMPDIR/port" "$BATS_FILE_TMPDIR/broker" "$ADDRESS" 0 "$front_port"
    broker+=("${started[-1]}")
    echo "$port" >&8
    exec 8>&-
}

# Sets `settings`, each behind PREFIX.
client_settings() { # plaintext|ssl [PREFIX]
    local setting
    settings=()
    for setting in "bootstrap.servers=$ADDRESS:$front_port" "security.protocol=$1" \
        "ssl.ca.location=$PEM" linger.ms=0 reconnect.backoff.max.ms=200; do
        settings+=(${2+"$2"} "$setting")
    done
}

has_message() { # plaintext|ssl TEXT
    client_settings "$1" -X
    timeout 100 kcat -C -q -e -o beginning -X fetch.wait.max.ms=10 -t topic "${settings[@]}" |
        grep -q -e "^$2 *$"
}

# kcat takes its input in blocks of 1024 bytes.
write_message() { # TEXT...
    printf '%-1023s\n' "$@" >&7
}

# Kills the broker in the midst of a producer's messages. Every thread but main() has SIGPIPE
# blocked, and signal(7) says what that means for a signal that a thread's own write raises.
kill_in_mid_stream() { # plaintext|ssl COMMAND...
    local thread
    start_client "$OUTPUT" "${@:2}"
    write_message first
    wait_until has_message "$1" first
    assert_preloaded "$client"
    for thread in "/proc/$client/task/"*; do
        [ "${thread##*/}" != "$client" ] || continue
        [ $((0x$(sed -n 's/^SigBlk:\s*//p' "$thread/status") >> 12 & 1)) = 1 ]
    done
    write_message {1..30}
    kill_hard "${broker[@]}"
    write_message {31..40}
}

@test "a producer of librdkafka goes on when the broker is back" {
    local way security
    for security in plaintext ssl; do
        for way in bare catch mask; do
            use_way "$way"
            front_port=
            start_broker "$security"
            client_settings "$security"
            kill_in_mid_stream "$security" "$BATS_FILE_TMPDIR/producer" topic "${settings[@]}"
            start_broker "$security"
            write_message last
            wait_until has_message "$security" last
            end_client
            assert_equal "$status" 0
            assert_equal "$(tail -n 1 "$OUTPUT")" 'delivered 42, failed 0'
        done
    done
    modes='catch, mask' package=librdkafka1
    record 'librdkafka, a producer' 'broker killed in mid-stream, plaintext and TLS' \
        'lives: its threads have it blocked' 'goes on when the broker is back, loses nothing'
}

# kcat looks at what its librdkafka tells when it has read a message.
has_noticed() {
    write_message more
    grep -q 'All broker connections are down' "$OUTPUT"
}

@test "kcat says that no broker is left, and ends" {
    local way security
    for security in plaintext ssl; do
        for way in bare catch mask; do
            use_way "$way"
            front_port=
            start_broker "$security"
            client_settings "$security" -X
            kill_in_mid_stream "$security" kcat -P -t topic "${settings[@]}"
            wait_until has_noticed
            end_client
            assert_equal "$status" 1
        done
    done
    modes='catch, mask'
    record kcat 'broker killed in mid-stream, plaintext and TLS' 'lives: its threads have it blocked' \
        'says that all brokers are down, exits with 1'
}
