#!/usr/bin/env bats
# Names and paths with characters that logs have trouble with.

load ../lib/common
load ../lib/record

EVENT=$PROGRAMS/record_event

# Names of programs, threads and sockets, each followed by its form in JSON and logfmt. Each byte that is
# not UTF-8 is replaced.
NAMES=(
    'plain' 'plain'
    'two words=3' 'two words=3'
    '"quoted"' '"quoted"'
    $'a\nb' $'a\\nb'
    $'tab\there' $'tab\\there'
    $'\e[31mred\a' $'\\x1b[31mred\\x07'
    $'back\\slash\\n' $'back\\\\slash\\\\n'
    $'del\x7f' $'del\\x7f'
    $'next\u0085line' $'next\\x85line'
    $'csi\u009b0m' $'csi\\x9b0m'
    $'\xff\xfe' $'\\ufffd\\ufffd'
    $'cut \xe2\x82' $'cut \\ufffd\\ufffd'
    $'over \xc0\xaf' $'over \\ufffd\\ufffd'
    $'sur \xed\xa0\x80' $'sur \\ufffd\\ufffd\\ufffd'
    $'high \xf4\x90\x80\x80' $'high \\ufffd\\ufffd\\ufffd\\ufffd'
    $'\u00e9 \u20ac \U1f600' $'\\xe9 \\u20ac \\U0001f600'
    "'" "'"
    '},{"x":1' '},{"x":1'
    '[1]: tag' '[1]: tag'
)

# Makes an event in a program of that name.
name_program() { # NAME
    mkdir -p bin
    cp "$PROGRAMS/policy" "bin/$1"
}

# Prints the forms of the names, one a line, each followed by a text.
expected_names() { # SUFFIX
    for ((i = 1; i < ${#NAMES[@]}; i += 2)); do
        printf '%s%s\n' "${NAMES[i]}" "$1"
    done
}

# Prints the values of a key in the events among the decoded records on standard input.
events_of() { # KEY
    awk 'BEGIN { RS = ""; ORS = "\n\n" } /\ncall=/' | values_of "$1"
}

@test "program and thread names, in both formats" {
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json; do
        for ((i = 0; i < ${#NAMES[@]}; i += 2)); do
            name_program "${NAMES[i]}"
            # nice: env(1) takes what has an equals sign in it for a variable.
            logging "log=file:$PWD/log,format=$format" \
                nice -n 0 "bin/${NAMES[i]}" 5 pipe write 1 3>/dev/null
        done
        decode "$format" log >records
        for key in program thread; do
            run diff <(expected_names '') <(events_of $key <records)
            assert_success
        done
        rm log
    done
}

@test "Unix sockets' paths, in both formats" {
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json; do
        for ((i = 0; i < ${#NAMES[@]}; i += 2)); do
            logging "log=file:$PWD/log,format=$format" "$EVENT" send unix "${NAMES[i]}x" 3>/dev/null
            rm -- "${NAMES[i]}x" "${NAMES[i]}y"
        done
        decode "$format" log >records
        run diff <(expected_names x) <(events_of peer <records)
        assert_success
        run diff <(expected_names y) <(events_of local <records)
        assert_success
        rm log
    done
}

# With the bytes that are not UTF-8 as Python shows them.
byte_for_byte() {
    printf '%s\0' "$@" | python3 -c 'import os, sys
for name in sys.stdin.buffer.read().split(b"\0")[:-2:2]:
    print(os.fsdecode(name).encode("unicode_escape").decode())'
}

@test "journal: every name and path arrives byte for byte" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    for ((i = 0; i < ${#NAMES[@]}; i += 2)); do
        mkdir -p bin
        cp "$EVENT" "bin/${NAMES[i]}"
        programs+=("${NAMES[i]}")
    done
    export -f await_datagrams
    # Two each: the event and the summary.
    # shellcheck disable=SC2016 # for the inner shell
    with_server /run/systemd/journal/socket got bash -c 'shim=$1
        shift
        for name; do
            LD_PRELOAD=$shim NOSIGPIPE_OPTIONS=log=journal "bin/$name" send unix "${name}x" 3>/dev/null &&
                await_datagrams got $((datagrams += 2)) || exit
        done' bash "$SHIM" "${programs[@]}"
    for ((i = 1; i <= ${#NAMES[@]}; i += 2)); do
        decode journal "got/$i"
    done >records
    for key in SYSLOG_IDENTIFIER program; do
        run diff <(byte_for_byte "${NAMES[@]}") <(values_of "$key" <records)
        assert_success
    done
    run diff <(byte_for_byte "${NAMES[@]}" | sed 's/$/x/') <(values_of peer <records)
    assert_success
}

@test "syslog: no name of a program breaks out of the tag" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    mkdir bin
    for ((i = 0; i < ${#NAMES[@]}; i += 2)); do
        name_program "${NAMES[i]}"
    done
    name_program "$(printf '%060d' 0)"
    export -f await_datagrams
    # shellcheck disable=SC2016 # for the inner shell
    with_server /dev/log got bash -c 'for program in bin/*; do
            LD_PRELOAD=$1 NOSIGPIPE_OPTIONS=log=syslog "$program" 5 pipe write 1 3>/dev/null &&
                await_datagrams got $((datagrams += 2)) || exit
        done' bash "$SHIM"
    assert_equal "$(find got -type f | wc -l)" $((${#NAMES[@]} + 2))
    for file in got/*; do
        # As RFC 3164 has it: at most 32 characters, none of which ends the tag.
        LC_ALL=C grep -q -a -E \
            '^<28>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [A-Za-z0-9._-]{1,32}\[[0-9]+\]: time=' "$file"
        # One line, without a newline at the end.
        assert_equal "$(wc -l <"$file")" 0
    done
}

@test "a path may have every byte" {
    cd "$BATS_TEST_TMPDIR"
    for part in '1 46' '48 127' '128 220' '221 255'; do
        # shellcheck disable=SC2086 # two words
        path=$(printf '\\%03o' $(seq $part))
        path=$(printf '%b_' "${path//\\/\\0}")x
        logging "log=file:$PWD/log,format=json" "$EVENT" send unix "$path" 3>/dev/null
        decode json log | record_number 1 | values_of peer >peer
        python3 -c 'import os, sys
path = os.fsencode(sys.argv[1]).decode("ascii", "replace")
print(path.encode("unicode_escape").decode())' "$path" >expected
        run diff expected peer
        assert_success
        rm log
    done
}

@test "the longest path, abstract names, and names that are cut between characters" {
    cd "$BATS_TEST_TMPDIR"
    longest=$(printf '%0107d' 0)x
    logging "log=file:$PWD/log" "$EVENT" send unix "$longest" 3>/dev/null
    logging "log=file:$PWD/log" "$EVENT" send unix "@$$ abstract" 3>/dev/null
    decode logfmt log | values_of peer >peers
    assert_equal "$(cat peers)" "$longest"$'\n'"@$$ abstract"
    rm log

    # 64 bytes of a program's name are kept, and 15 of a thread's (the kernel's TASK_COMM_LEN).
    for name in "$(printf 'é%.0s' {1..40})" "x$(printf 'é%.0s' {1..40})" \
        "$(printf '€%.0s' {1..30})" "$(printf '😀%.0s' {1..20})"; do
        name_program "$name"
        logging "log=file:$PWD/log,format=json" "bin/$name" 5 pipe write 1 3>/dev/null
        jq -r -s '.[0].program' log >program
        jq -r -s '.[0].thread' log >thread
        assert_equal "$(python3 -c 'import sys
print(sys.argv[1].encode()[:64].decode(errors="ignore"))' "$name")" "$(cat program)"
        assert_equal "$(python3 -c 'import sys
print(sys.argv[1].encode()[:15].decode(errors="ignore"))' "$name")" "$(cat thread)"
        rm log
    done
}

@test "the path of a FIFO that is too long is cut between characters" {
    cd "$BATS_TEST_TMPDIR"
    for start in a aa aaa; do
        fifo=$PWD/$start$(printf '€%.0s' {1..60})
        logging "log=file:$PWD/log,format=json" "$EVENT" write fifo "$fifo" 3>/dev/null
        jq -r -s '.[0].local' log >local
        assert_equal "$(python3 -c 'import sys
print(sys.argv[1].encode()[:112].decode(errors="ignore"))' "$fifo")" "$(cat local)"
        rm log
    done
}

@test "a program without a name" {
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json; do
        # shellcheck disable=SC2016 # for the inner shell
        logging "log=file:$PWD/log,format=$format" bash -c \
            'exec -a "" "$1" 5 pipe write 1' bash "$PROGRAMS/policy" 3>/dev/null
        assert_equal "$(decode "$format" log | record_number 1 | grep ^program=)" program=
        rm log
    done
}
