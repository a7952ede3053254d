# Network clients whose server closes the connection. Most handle or ignore SIGPIPE themselves; nothing may
# change for them.

# shellcheck disable=SC2154 # programs.bash sets work and port
load programs

repeated() { # TEXT TIMES
    printf "%.0s$1" $(seq "$2")
}

# A text long enough that a client reads it in parts, and writes in between.
LONG=$(repeated 'some text\\n' 9000)

# More than fits into a connection that nobody reads: by default 4 MiB at the sender (tcp(7), tcp_wmem).
setup_file() {
    seq 1000000 >"$BATS_FILE_TMPDIR/numbers"
}

@test "busybox telnet ends by its own choice" {
    scene() {
        start_peer close "$LONG"
        yes | under busybox telnet 127.0.0.1 "$port"
    }
    goes_on() { assert_failure 1; }
    trace=$BATS_TEST_TMPDIR/trace
    outlives 'busybox telnet' 'connection whose server hung up' 'exits with 1'
}

@test "busybox wget reports the error" {
    scene() {
        start_peer close
        under busybox wget -O - --post-file="$BATS_FILE_TMPDIR/numbers" "http://127.0.0.1:$port/"
    }
    goes_on() {
        assert_failure 1
        assert_line --partial 'wget: error getting response'
    }
    outlives 'busybox wget' 'POST to a server that hung up' 'says that there was no answer, exits with 1'
}

@test "telnet, which has a handler, does the same as ever" {
    scene() {
        start_peer --until y close "$LONG"
        yes | under inetutils-telnet 127.0.0.1 "$port"
    }
    goes_on() {
        assert_failure 1
        assert_output --partial 'Connection closed by foreign host.'
    }
    unchanged telnet 'connection whose server hung up' 'says "Connection closed", exits with 1'
}

# What it has for a broken output is never written; then it writes that for ever, as it does where
# SIGPIPE is ignored.
@test "telnet, whose output broke, ends with stdio=default" {
    scene() {
        start_peer close "$LONG"
        into_pipe under env "$options" inetutils-telnet 127.0.0.1 "$port"
    }
    options=NOSIGPIPE_OPTIONS=
    trace=$BATS_TEST_TMPDIR/trace
    play_broken bare
    dies
    for mode in catch flags; do
        options=NOSIGPIPE_OPTIONS=mode=$mode,stdio=default
        play_broken "$mode"
        dies
        assert_equal "$(guarded)" guarded
    done
    modes='catch, flags'
    record telnet 'pipe on descriptor 1' 'ended by SIGPIPE' 'the same, with stdio=default'
}

# Its `write_or_die` asks for EPIPE, and then raises the signal.
@test "git push ends itself by SIGPIPE" {
    local line
    line='0000000000000000000000000000000000000000 capabilities^{}\0report-status'
    line=$(printf '%04x' $((4 + ${#line} - 1)))$line
    scene() {
        git init -q "$work/repository"
        git -C "$work/repository" -c user.name=name -c user.email=address commit -q --allow-empty -m text
        start_peer --until repository close "${line}0000"
        under git -C "$work/repository" push "git://127.0.0.1:$port/repository" HEAD:branch
    }
    trace=$BATS_TEST_TMPDIR/trace
    play_broken bare
    dies
    refute grep -q 'SIGPIPE.*si_code=SI_TKILL' "$trace"
    for each in $modes; do
        # Its write of a flush packet does not ask, and may be the first that breaks where the machine is busy.
        for _ in {1..10}; do
            play_broken "$each"
            [[ $output == *'unable to write flush packet: Broken pipe'* ]] || break
        done
        dies
        grep -q 'SIGPIPE.*si_code=SI_TKILL' "$trace"
    done
    record 'git push' 'connection whose server hung up' 'ended by SIGPIPE' 'raises SIGPIPE itself'
}

@test "nc.traditional and nc.openbsd do the same as ever" {
    local requests
    requests=$(repeated '\\xff\\xfd\\x01' 64)
    scene() {
        start_peer close "$requests"
        under "$program" -t 127.0.0.1 "$port" </dev/null
    }
    goes_on() { assert_success; }
    for program in nc.traditional nc.openbsd; do
        unchanged "$program" 'answers to the TELNET options of a server that hung up' 'exits with 0'
    done
}

@test "ncat and socat do the same as ever" {
    goes_on() {
        assert_failure 1
        assert_output --partial 'Broken pipe'
    }
    for program in ncat socat; do
        case $program in
        ncat) scene() { start_peer close "$LONG" && yes | under ncat 127.0.0.1 "$port"; } ;;
        socat) scene() { start_peer close "$LONG" && yes | under socat - "TCP:127.0.0.1:$port"; } ;;
        esac
        unchanged "$program" 'connection whose server hung up' 'says "Broken pipe", exits with 1'
    done
}

@test "openssl s_client does the same as ever" {
    scene() {
        start_peer close x
        under openssl s_client -connect "127.0.0.1:$port" </dev/null
    }
    goes_on() {
        assert_failure 1
        assert_output --partial 'SSL handshake has read'
    }
    unchanged 'openssl s_client' 'alert to a server that hung up' 'shows its summary, exits with 1'
}

@test "ssh does the same as ever" {
    scene() {
        start_peer close 'SSH-2.0-peer\r\n'
        under ssh -F none -p "$port" 127.0.0.1 </dev/null
    }
    goes_on() {
        assert_failure 255
        assert_output --partial 'Broken pipe'
    }
    unchanged ssh 'connection whose server hung up' 'says "Broken pipe", exits with 255'
}

@test "rsync does the same as ever" {
    scene() {
        start_peer close '@RSYNCD: 31.0\n'
        under rsync --port="$port" /etc/passwd 127.0.0.1::module/
    }
    goes_on() {
        assert_failure 12
        assert_output --partial 'Broken pipe'
    }
    unchanged rsync 'connection whose server hung up' 'says "Broken pipe", exits with 12'
}

@test "wget connects anew, as ever" {
    scene() {
        start_peer close '' 'HTTP/1.0 200 OK\r\n\r\nserved'
        under wget -q -O - --waitretry=0 --post-file="$BATS_FILE_TMPDIR/numbers" "http://127.0.0.1:$port/"
    }
    goes_on() {
        assert_success
        assert_output served
    }
    unchanged wget 'POST to a server that hung up' 'connects anew, is served'
}

@test "curl, whose output broke, does the same as ever" {
    scene() { into_pipe under curl -sS "file://$BATS_FILE_TMPDIR/numbers"; }
    goes_on() {
        assert_failure 23
        assert_output --partial 'curl: (23) '
    }
    unchanged curl 'pipe on descriptor 1' 'says so, exits with 23'
}

@test "lftp outlives a command that it writes to, as ever" {
    scene() { under lftp -c "cat file://$BATS_FILE_TMPDIR/numbers | head -n 1; echo alive"; }
    goes_on() {
        assert_success
        assert_output $'1\nalive'
    }
    unchanged lftp 'pipe to a command that had read enough' 'does its next command'
}

@test "logger and tnftp do the same as ever" {
    scene() {
        start_peer close
        until grep -qs ' = -1 EPIPE' "$trace"; do
            echo text
            sleep 0.01
        done | timeout 100 "${prefix[@]}" logger -T -n 127.0.0.1 -P "$port"
    }
    goes_on() { assert_success; }
    unchanged logger 'connection to a syslog server that hung up' 'reads to the end, exits with 0'

    scene() {
        start_peer close '220 a\r\n220 b\r\n220 c\r\n'
        echo 'user name' | under tnftp -n 127.0.0.1 "$port"
    }
    goes_on() {
        assert_failure 1
        assert_output --partial 'lostpeer due to signal 13'
    }
    unchanged tnftp 'connection whose server hung up' 'says "lostpeer due to signal 13", exits with 1'
}

@test "mosquitto_sub, whose output broke, takes its messages, as ever" {
    scene() {
        free_port
        printf 'listener %s %s\nallow_anonymous true\n' "$port" "$ADDRESS" >"$work/config"
        "${PLAIN[@]}" mosquitto -c "$work/config" 2>/dev/null 3>&- &
        started+=($!)
        wait_until bare mosquitto_pub -h "$ADDRESS" -p "$port" -t topic -r -m text
        into_pipe under mosquitto_sub -h "$ADDRESS" -p "$port" -t topic -C 1
    }
    goes_on() { assert_success; }
    unchanged mosquitto_sub 'pipe on descriptor 1' 'exits with 0'
}
