# The option backtrace: the frames in the record are compared with those that gdb prints.

bats_require_minimum_version 1.5.0
load ../lib/common

FLAGS='-std=c11 -D_GNU_SOURCE -O2 -g -pthread'
WAYS='write stdio raw send'
PLACES='main thread handler sort'

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    cp -R "$ROOT/tests/fixtures/backtrace" "$ROOT/tests/fixtures/broken.h" .
    # shellcheck disable=SC2086 # one word a flag
    {
        cc $FLAGS -rdynamic -o calls backtrace/backtrace_calls.c
        cc $FLAGS -rdynamic -o edges backtrace/backtrace_edges.c
        cc $FLAGS -rdynamic -o deep backtrace/backtrace_deep.c
        cc $FLAGS -rdynamic -o rules backtrace/backtrace_rules.c
        cc $FLAGS -rdynamic -fno-asynchronous-unwind-tables -fomit-frame-pointer \
            -o no_tables backtrace/backtrace_calls.c
        musl-gcc $FLAGS -rdynamic -Wl,--eh-frame-hdr -o calls_musl backtrace/backtrace_calls.c
        musl-gcc $FLAGS -rdynamic -o calls_musl_no_table backtrace/backtrace_calls.c
    }
    cp calls stripped
    strip stripped
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
    RECORD=$BATS_TEST_TMPDIR/record
}

# Runs a command with these options. Its records are in $RECORD.
recorded() { # OPTIONS COMMAND...
    local options=log=file:$RECORD,$1
    shift
    rm -f "$RECORD"
    run env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$options" "$@"
    assert_success
}

# The frames of the first record, a line each.
frames() {
    sed -n '1s/.* backtrace="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$RECORD" | tr ' ' '\n'
}

# Whether the innermost frame that has a name is that call of libc's, and those further in are libc's
# too: since 2.41 glibc has functions of its own between a cancellation point and the system call
# (nptl/cancellation.c, syscall_cancel.S).
assert_innermost() { # CALL
    assert_regex "$(frames | sed '/(/q' | xargs)" \
        "^(libc\.so\.6\+0x[0-9a-f]+ )*libc\.so\.6\+0x[0-9a-f]+\($1\)\$"
}

# The symbols among them, in one line.
symbols() {
    frames | sed -n 's/.*(\(.*\))/\1/p' | xargs
}

# What the functions of the program are called, for a place.
expected() { # PLACE
    case $1 in
    main) echo 'innermost middle outermost main' ;;
    thread) echo 'innermost middle outermost' ;;
    handler) echo 'innermost middle outermost handle interrupted main' ;;
    sort) echo 'innermost middle outermost compare main' ;;
    esac
}

# The symbols of the program itself.
own_symbols() { # PROGRAM
    frames | sed -n "s/^$1+.*(\(.*\))/\1/p" | grep -v '^_' | xargs
}

@test "the backtrace has the functions in the order of their calls, for each way to write, from each place" {
    for place in $PLACES; do
        for way in $WAYS; do
            recorded backtrace=32 ./calls "$way" "$place"
            assert_output -- -1
            assert_equal "$way $place: $(own_symbols calls)" "$way $place: $(expected "$place")"
        done
    done
}

@test "the backtrace is the same in each mode that sees the write" {
    for mode in catch ignore mask flags; do
        recorded "mode=$mode,backtrace=32" ./calls write sort
        assert_equal "$mode: $(own_symbols calls)" "$mode: $(expected sort)"
    done
}

@test "the innermost frame is libc's where a signal reported the write, and the caller's where none did" {
    recorded backtrace=32 ./calls write main
    assert_innermost write
    recorded backtrace=32 ./calls raw main
    assert_innermost syscall
    recorded backtrace=32,mode=mask ./calls send main
    assert_regex "$(frames | head -n 1)" '^calls\+0x[0-9a-f]+\(innermost\)$'
}

# gdb stops where SIGPIPE is about to be delivered. A send raises none, so action=core stops it.
# bats test_tags=slow
@test "gdb finds the same frames, in the same process" {
    for place in $PLACES; do
        for way in $WAYS; do
            rm -f "$RECORD"
            SHELL=/bin/sh gdb -nx -batch -iex 'set debuginfod enabled off' \
                -ex 'handle SIGPIPE stop pass' -ex 'handle SIGUSR1 nostop noprint pass' \
                -ex "set exec-wrapper env --default-signal=PIPE LD_PRELOAD=$SHIM \
NOSIGPIPE_OPTIONS=action=core,backtrace=32,log=file:$RECORD" \
                -ex run -ex "source $ROOT/tests/shim/backtrace_gdb.py" -ex continue \
                --args ./calls "$way" "$place" >"$BATS_TEST_TMPDIR/gdb" 2>&1
            theirs=$(grep -x '[^ ]*+0x[0-9a-f]*' "$BATS_TEST_TMPDIR/gdb") ||
                fail "$(cat "$BATS_TEST_TMPDIR/gdb")"
            [ "$(wc -l <<<"$theirs")" -gt 3 ]
            assert_equal "$way $place: $(frames | sed 's/(.*//')" "$way $place: $theirs"
        done
    done
}

# bats test_tags=slow
@test "addr2line finds the source lines of the frames" {
    recorded backtrace=32 ./calls write main
    for frame in $(frames | grep '^calls.*(\(innermost\|middle\|outermost\))'); do
        offset=${frame#*+}
        offset=${offset%(*}
        run addr2line -f -e calls "$offset"
        assert_line --index 0 "$(sed 's/.*(\(.*\))/\1/' <<<"$frame")"
        # The offset is that of the instruction after the call.
        run addr2line -e calls "$(printf %x $((offset - 1)))"
        line=${output##*:}
        run sed -n "${line%% *}p" "${output%%:*}"
        assert_output --regexp '(write|innermost|middle)\('
    done
}

@test "backtrace=N records at most N frames, and backtrace=0 none" {
    recorded backtrace=32 ./calls write sort
    all=$(frames)
    for count in 1 2 5; do
        recorded "backtrace=$count" ./calls write sort
        assert_equal "$(frames)" "$(head -n $count <<<"$all")"
    done
    for options in backtrace=0 format=json; do
        recorded "$options" ./calls write sort
        run ! grep -q backtrace "$RECORD"
        grep -q count "$RECORD"
    done
}

@test "a signal at the first instruction of a function, and a call that is the last instruction of one" {
    recorded backtrace=32 ./edges
    assert_equal "$(own_symbols edges)" 'handle faulting leaving main'
}

@test "for every kind of call frame rule and expression the frames are those that libgcc finds" {
    local chain
    for chain in '' instructions; do
        # shellcheck disable=SC2086 # none, or one
        recorded backtrace=32 ./rules $chain
        assert_line main
        assert_equal "$(own_symbols rules)" "$(sed '/^main$/q' <<<"$output" | xargs)"
    done
}

@test "a frame that does not fit into the record is left out whole" {
    recorded backtrace=32 ./deep
    [ "$(frames | wc -l)" -gt 8 ]
    [ "$(frames | wc -l)" -lt 32 ]
    run grep -c -v -x 'deep+0x[0-9a-f]*(a_function_[a-z_]*_in_a_record)' <(frames | grep -v '^libc\.so\.6+')
    assert_output 0
    [ "$(head -n 1 "$RECORD" | tail -c 3)" = ')"' ]
    recorded backtrace=32,format=json ./deep
    [[ $(head -n 1 "$RECORD") == *'_in_a_record)"}' ]]
}

@test "a program that may be about to restrict its system calls has no backtrace in its record" {
    recorded backtrace=32 ./calls write main sandbox
    assert_output -- -1
    run ! grep -q backtrace "$RECORD"
    grep -q fd_count "$RECORD"
}

@test "a stripped program: frames have the names that it exports" {
    recorded backtrace=32 ./stripped write sort
    assert_equal "$(own_symbols stripped)" "$(expected sort)"
}

@test "a program without call frame information: only the frames that can be found without it" {
    recorded backtrace=32 ./no_tables write main
    assert_output -- -1
    assert_equal "$(own_symbols no_tables)" innermost
    assert_innermost write
}

@test "a program whose stack has been overwritten gets its EPIPE and its record" {
    for pattern in zeros ones text stack mixed; do
        recorded backtrace=32 "$PROGRAMS/backtrace_smashed" "$pattern"
        assert_innermost syscall
        grep -q ' call=syscall ' "$RECORD"
    done
}

# bats test_tags=slow
@test "a program whose call frame tables are random bytes gets its EPIPE and its record" {
    RANDOM=20
    for section in .eh_frame .eh_frame_hdr; do
        size=$((0x$(objdump -h calls | awk -v name=$section '$2 == name { print $3 }')))
        objcopy -O binary --only-section=$section --set-section-flags $section=alloc \
            calls "$BATS_TEST_TMPDIR/sound"
        for start in 0 0 4 8 12 16 20 24 32 64 96 128 160 192 224; do
            head -c "$start" "$BATS_TEST_TMPDIR/sound" >"$BATS_TEST_TMPDIR/noise"
            for ((i = start; i < size; i++)); do
                printf -v byte '\\x%x' $((RANDOM % 256))
                # shellcheck disable=SC2059 # the escape is the byte
                printf "$byte"
            done >>"$BATS_TEST_TMPDIR/noise"
            objcopy --update-section "$section=$BATS_TEST_TMPDIR/noise" calls \
                "$BATS_TEST_TMPDIR/noisy"
            recorded backtrace=32 "$BATS_TEST_TMPDIR/noisy" write main
            assert_output -- -1
            assert_innermost write
        done
    done
}

@test "names that every format has to escape" {
    name=$(printf 'a "b\\\\\tö')
    cp calls "$BATS_TEST_TMPDIR/$name"
    for format in logfmt json; do
        recorded "backtrace=32,format=$format" "$BATS_TEST_TMPDIR/$name" write main
        [[ $(head -n 1 "$RECORD") == *' a__b____'*+0x*'(innermost)'* ]]
    done
}

@test "a record in JSON is valid JSON, and the frames are its last field" {
    recorded backtrace=32,format=json ./calls stdio handler
    gdb -nx -batch -ex "python import json; print(list(json.loads(open('$RECORD').readline()).items())[-1])" \
        >"$BATS_TEST_TMPDIR/parsed"
    run cat "$BATS_TEST_TMPDIR/parsed"
    assert_output --regexp "^\('backtrace', '(libc\.so\.6\+0x[0-9a-f]+ )*libc\.so\.6\+0x[0-9a-f]+\(write\) .*\(main\).*'\)$"
}

# bats test_tags=slow
@test "under valgrind there is no error, and the functions are the same" {
    recorded backtrace=32 valgrind -q --error-exitcode=9 ./calls write sort
    assert_equal "$(own_symbols calls)" "$(expected sort)"
}

# bats test_tags=slow,optimized
@test "musl: the frames of the program are found, though its libc has no call frame information" {
    for place in main thread sort handler; do
        for way in write send; do
            recorded backtrace=32 ./calls_musl "$way" "$place"
            assert_output -- -1
            # Beyond, a frame is found where libc has kept the register that it is counted from.
            assert_regex "$(own_symbols calls_musl)" '^innermost middle( |$)'
        done
    done
    recorded backtrace=32 ./calls_musl raw main
    assert_regex "$(frames)" '^libc\.so\+0x[0-9a-f]+\(syscall\)$'
    recorded backtrace=32 ./calls_musl_no_table write main
    assert_equal "$(symbols)" innermost
}
