# nosigpipe-audit: the verdict on processes in every state, also in unusual ones.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load audit

@test "audit: each disposition and mask gets its verdict, and a broken write confirms it" {
    state default
    assert_verdict vulnerable
    state ignore
    assert_verdict ignores
    state handle
    assert_verdict handles
    state blocked
    assert_verdict blocked
    state half
    assert_verdict vulnerable
    state leader-gone
    assert_verdict blocked
}

@test "audit: with the library, each mode is guarded, and off is vulnerable" {
    local mode
    for mode in catch ignore mask flags; do
        guarded "mode=$mode" default
        assert_object '[.shim, .static]' '[true,false]'
        assert_verdict guarded
    done
    guarded '' handle
    assert_verdict guarded
    guarded off default
    assert_object .shim true
    run audit_as busybox "$PID"
    assert_line --regexp "^ *$PID .* vulnerable .* library off "
    assert_verdict vulnerable
}

@test "audit: a library that an installation has replaced is still recognized" {
    cp "$SHIM" "$BATS_TEST_TMPDIR/libnosigpipe.so"
    SHIM=$BATS_TEST_TMPDIR/libnosigpipe.so guarded '' default
    rm "$BATS_TEST_TMPDIR/libnosigpipe.so"
    assert_verdict guarded
}

@test "audit: threads that block SIGPIPE are counted, a first thread that has ended is not" {
    state half
    assert_object '[.threads, .blocking]' '[2,1]'
    run audit_as busybox "$PID"
    assert_line --regexp "^ *$PID .* 1/2 block "
    state leader-gone
    assert_object '[.threads, .blocking]' '[1,1]'
}

@test "audit: descriptors and program are read from another thread where the first has ended" {
    state leader-gone tcp "fifo=$BATS_TEST_TMPDIR/fifo" pipe
    assert_object '[.sockets, .pipes, .static, .shim]' '[2,2,false,false]'
    assert_object .command "\"$PROGRAMS/audit_state leader-gone tcp fifo=$BATS_TEST_TMPDIR/fifo pipe\""
    guarded '' leader-gone pipe
    assert_object '[.pipes, .shim, .verdict]' '[1,true,"guarded"]'
}

@test "audit: stream sockets and write ends are counted, and nothing else" {
    local fifo=$BATS_TEST_TMPDIR/'a fifo -> pipe'
    state default
    assert_object '[.sockets, .pipes]' '[0,0]'
    state default udp dgram seqpacket
    assert_object '[.sockets, .pipes]' '[0,0]'
    state default tcp
    assert_object '[.sockets, .pipes]' '[2,0]'
    state default unix listener pipe
    assert_object '[.sockets, .pipes]' '[3,1]'
    state ignore "fifo=$fifo" pipe pipe
    assert_object '[.sockets, .pipes]' '[0,3]'
    if [ -e /proc/net/tcp6 ]; then
        state default listener6
        assert_object .sockets 1
    fi
}

@test "audit: a file whose name looks like a line for a pipe is not counted" {
    local name=$'x\nl-wx------ 1 0 0 64 Jan 1 00:00 9 -> pipe:[1]'
    state default "file=$BATS_TEST_TMPDIR/$name"
    assert_object '[.sockets, .pipes]' '[0,0]'
}

@test "audit: sockets in another network namespace are found" {
    needs networks
    start bare unshare --net "$PROGRAMS/audit_state" default listener
    assert_object .sockets 1
}

@test "audit: a static program is distinguished from a dynamic one, for every kind of header" {
    local kind expected
    "${CC:-cc}" -static -std=c11 -D_GNU_SOURCE -o "$BATS_TEST_TMPDIR/static" \
        "$ROOT/tests/fixtures/audit_state.c" -pthread
    state default
    assert_object .static false
    start bare "$BATS_TEST_TMPDIR/static" default
    assert_object .static true
    for kind in 32-little 32-big 64-little 64-big; do
        for expected in true false; do
            fabricate_tree
            fabricate_process 100
            fabricate_elf "$kind" "$expected" >"$BATS_TEST_TMPDIR/elf"
            ln -sf "$BATS_TEST_TMPDIR/elf" "$TREE/100/exe"
            run audit_as busybox --proc "$TREE" --json 100
            assert_equal "$kind: $(jq -c .static <<<"$output")" "$kind: $expected"
        done
    done
    rm "$TREE/100/exe"
    run audit_as busybox --proc "$TREE" --json 100
    assert_equal "$(jq -c .static <<<"$output")" null
}

@test "audit: what is missing in a process's status is null or counts as unset, under every awk" {
    local variant
    fabricate_tree
    fabricate_process 100 $'Uid:\t' $'SigBlk:\t' $'SigIgn:\t1'
    mkdir "$TREE/5x"
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" --proc "$TREE" --json --all
        assert_equal "$variant: $(jq -c '[.pid, .uid, .verdict]' <<<"$output")" \
            "$variant: [100,null,\"vulnerable\"]"
        assert_equal "$stderr" ''
    done
}
