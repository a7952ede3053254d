# Programs with another preload, before the shim in LD_PRELOAD or after it: both do their work.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, modes, ...; and reads package, before, behind
load programs

# Prints the first file that the pattern matches.
object() { # PATTERN
    # shellcheck disable=SC2206 # the pattern is to be expanded
    local files=($1)
    [ -f "${files[0]}" ] && echo "${files[0]}"
}

# The program dies with the other object alone. With both objects, in either order, it survives its broken
# write.
outlives_with() { # NAME PACKAGE OBJECT BROKEN OUTCOME
    package=$2
    before=$3
    dies_and_lives
    before=
    behind=$3
    dies_and_lives
    record "$1, before nosigpipe or behind" "$4" 'ended by SIGPIPE' "$5"
}

# Writes until its server has left, connects anew and prints the answer; then the Perl code that is
# given, which shows whether the other object does its work.
client() { # CODE
    start_peer close '' 'served\n'
    under perl -MIO::Socket::INET -MIO::Handle -e '
        sub connection { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]", @_) }
        my $peer = connection;
        until ($!{EPIPE}) { syswrite($peer, "request\n") }
        print "$!\n";
        $peer = connection;
        syswrite($peer, "request\n");
        print readline $peer;'"$1" "$port"
}

goes_on() {
    assert_success
    assert_line 'Broken pipe'
    assert_line served
    assert_line --partial "$sign"
}

@test "jemalloc" {
    export MALLOC_CONF=stats_print:true
    scene() { client ''; }
    sign='Begin jemalloc statistics'
    outlives_with jemalloc libjemalloc2 "$(object '/usr/lib/*/libjemalloc.so.2')" \
        'connection of perl whose server hung up' 'gets EPIPE, connects anew, is served'
}

# fsync(2) fails for a socket, unless libeatmydata does nothing in its place.
@test "libeatmydata" {
    scene() { client 'print $peer->sync ? "no fsync made\n" : "fsync made\n"'; }
    sign='no fsync made'
    outlives_with libeatmydata libeatmydata1 "$(object '/usr/lib/*/libeatmydata.so')" \
        'connection of perl whose server hung up' 'gets EPIPE, connects anew, is served'
}

# Of the connections to this host, torsocks lets pass those of TCP alone.
@test "torsocks" {
    echo 'AllowOutboundLocalhost 1' >"$BATS_TEST_TMPDIR/torsocks.conf"
    export TORSOCKS_CONF_FILE=$BATS_TEST_TMPDIR/torsocks.conf TORSOCKS_LOG_LEVEL=1
    scene() { client 'print connection(Proto => "udp") ? "UDP sent\n" : "UDP refused\n"'; }
    sign='UDP refused'
    outlives_with torsocks torsocks "$(object '/usr/lib/*/torsocks/libtorsocks.so')" \
        'connection of perl whose server hung up' 'gets EPIPE, connects anew, is served'
}

# With the lines of standard output unbuffered they come before those of standard error.
@test "stdbuf" {
    scene() {
        under env _STDBUF_O=L lua5.4 -e '
            print "one"
            io.stderr:write("two\n")
            local pipe = io.popen("head -n 1 >/dev/null", "w")
            pipe:setvbuf("no")
            local ok, message
            repeat ok, message = pipe:write("line\n") until not ok
            print(message)'
    }
    goes_on() {
        assert_success
        assert_output $'one\ntwo\nBroken pipe'
    }
    outlives_with stdbuf coreutils "$(object '/usr/libexec/coreutils/libstdbuf.so')" \
        'pipe of lua5.4 to a command that had read enough' 'gets "Broken pipe", goes on'
}

@test "ASan's runtime, preloaded or linked" {
    local source=$ROOT/tests/fixtures/outlive.c program
    gcc -fsanitize=address -o "$BATS_TEST_TMPDIR/shared" "$source"
    gcc -fsanitize=address -static-libasan -o "$BATS_TEST_TMPDIR/static" "$source"
    scene() { under "$BATS_TEST_TMPDIR/$program"; }
    goes_on() {
        assert_success
        assert_output ''
    }
    program=shared
    outlives_with "ASan's runtime, preloaded" gcc \
        "$(ldd "$BATS_TEST_TMPDIR/shared" | awk '/libasan/ {print $3}')" \
        'pipe of a program built by gcc' 'goes on'
    behind=
    for program in shared static; do
        dies_and_lives
    done
    record "ASan's runtime, linked as a shared object or statically" 'pipe of a program built by gcc' 'ended by SIGPIPE' 'goes on'
}
