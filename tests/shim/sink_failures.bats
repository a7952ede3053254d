#!/usr/bin/env bats
# Where a sink fails, the record is lost and counted as lost, and the program notices nothing else.

load ../lib/common
load ../lib/record

# Runs a program that breaks its sink, makes three events, and repairs the sink again, so that the summary
# is written and says what was lost. The program sees what it sees with log=off. Where a sink waited for
# something, the test would time out.
app_loses() { # LOST OPTIONS LOG FORMAT BREAK REPAIR
    local statements="$5
attempt(3)
left = sorted(os.listdir('/proc/self/fd')) if 'EMFILE' not in '''$5''' else []
$6
with open('answers', 'w') as file: print(answers, left, file=file)"
    logging log=off "${APP[@]}" "$statements" 2>/dev/null </dev/null
    mv answers expected
    find . -mindepth 1 ! -name expected ! -name keep -delete
    logging "$2" "${APP[@]}" "$statements" 2>errors </dev/null
    assert_equal "$(cat answers)" "$(cat expected)"
    assert_equal "$(grep -o EPIPE answers | wc -l)" 3
    decode "$4" "$3" | grep -E '^(count|events|lost)=' | xargs >counts
    assert_equal "$(cat counts)" "events=3 lost=$1"
}

@test "file: a symbolic link is refused, whatever it points to" {
    cd "$BATS_TEST_TMPDIR"
    for target in victim /dev/null nowhere; do
        app_loses 3 "log=file:$PWD/log" log logfmt \
            "open('victim', 'w').close(); os.symlink('$target', 'log')" "os.unlink('log')"
        assert_equal "$(wc -c <victim)" 0
        rm -f log
    done
}

@test "file: a directory, a folder that is not there, a file that nobody may write" {
    needs users
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 "log=file:$PWD/log" log logfmt "os.mkdir('log')" "os.rmdir('log')"
    app_loses 3 "log=file:$PWD/folder/log" folder/log logfmt pass "os.mkdir('folder')"
    rm -r folder
    app_loses 3 "log=file:$PWD/log" log logfmt \
        "open('log', 'w').close(); os.chmod('.', 0o777); os.chmod('log', 0); os.seteuid(65534)" \
        "os.seteuid(0); os.chmod('log', 0o600)"
}

@test "file: /dev/full" {
    cd "$BATS_TEST_TMPDIR"
    # This sink cannot be repaired: only what the program sees is compared.
    for log in off file:/dev/full; do
        logging "log=$log" "${APP[@]}" 'attempt(100); print(answers)' >"${log%%:*}" 2>errors
        assert_equal "$(cat errors)" ''
    done
    cmp off file
}

@test "file: a full disk" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    mkdir disk
    # shellcheck disable=SC2016 # for the inner shell
    "$OWN_MOUNTS" bash -ec 'mount -t tmpfs -o size=64k tmpfs disk
        export LD_PRELOAD=$1 NOSIGPIPE_OPTIONS="log=file:$PWD/disk/log"
        shift
        "$@"
        cp disk/log log' bash "$SHIM" "${APP[@]}" 'attempt(2)
full = os.open("disk/full", os.O_WRONLY | os.O_CREAT)
try:
    while True: os.write(full, bytes(4096))
except OSError: pass
for _ in range(30): broken = make_pipe(); attempt(3)
os.unlink("disk/full"); os.close(full); print(set(answers))' >answers
    assert_equal "$(cat answers)" "{'EPIPE'}"
    # All events are counted; the records that are not in the file are counted as lost.
    decode logfmt log >records
    assert_equal "$(values_of events <records)" 92
    lost=$(values_of lost <records)
    [ "$lost" -gt 0 ]
    assert_equal $(($(values_of fd_count <records | wc -l) + lost)) 92
}

@test "file: a FIFO without a reader, and one that is full" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 "log=file:$PWD/log" log logfmt "os.mkfifo('log')" "os.unlink('log')"
    rm log
    app_loses 3 "log=file:$PWD/log" log logfmt "os.mkfifo('log')
both = os.open('log', os.O_RDWR | os.O_NONBLOCK)
try:
    while True: os.write(both, bytes(65536))
except BlockingIOError: pass" "os.close(both); os.unlink('log')"
}

@test "file: the limit of a file's size raises no SIGXFSZ" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 "log=file:$PWD/log" log logfmt \
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, -1))" \
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))"
    # Nor does a limit that only the last of many records would exceed.
    rm log
    logging "log=file:$PWD/log" "${APP[@]}" 'resource.setrlimit(resource.RLIMIT_FSIZE, (2000, -1))
for _ in range(20): broken = make_pipe(); attempt()
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))'
    decode logfmt log >records
    assert_equal "$(values_of events <records)" 20
    assert_equal $(($(values_of lost <records) + $(values_of fd_count <records | wc -l))) 20
}

@test "stderr: the limit of a file's size raises no SIGXFSZ" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 log=stderr errors logfmt \
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, -1))" \
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))"
}

@test "stderr: a position behind the limit of a file's size raises no SIGXFSZ" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 log=stderr errors logfmt \
        "os.lseek(2, 10000, 0); resource.setrlimit(resource.RLIMIT_FSIZE, (9999, -1))" \
        "os.lseek(2, 0, 0); resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))"
}

@test "no descriptor left for a file or a socket (EMFILE)" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 "log=file:$PWD/log" log logfmt \
        "most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (0, most)) # EMFILE" \
        "resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))"
}

@test "stderr: closed" {
    cd "$BATS_TEST_TMPDIR"
    app_loses 3 log=stderr log logfmt "os.close(2)" \
        "os.dup2(os.open('log', os.O_WRONLY | os.O_CREAT), 2)"
}

@test "stderr: it is the descriptor that broke, or another broken one" {
    cd "$BATS_TEST_TMPDIR"
    for make in make_pipe make_socket; do
        app_loses 3 log=stderr log logfmt "broken = $make(2)" \
            "os.dup2(os.open('log', os.O_WRONLY | os.O_CREAT), 2)"
        rm log
        app_loses 3 log=stderr log logfmt "$make(2)" \
            "os.dup2(os.open('log', os.O_WRONLY | os.O_CREAT), 2)"
        rm log
        # One pipe or socket under two numbers: cmd 2>&1 | head.
        app_loses 3 log=stderr log logfmt "broken = $make(); os.dup2(broken, 2)" \
            "os.dup2(os.open('log', os.O_WRONLY | os.O_CREAT), 2)"
        rm log
    done
}

@test "stderr: a full pipe and a full socket in blocking mode do not block the program" {
    cd "$BATS_TEST_TMPDIR"
    for make in 'os.pipe()' 'map(socket.socket.detach, socket.socketpair())'; do
        app_loses 3 log=stderr log logfmt "reader, writer = $make
os.dup2(writer, 2); os.set_blocking(2, False)
for size in 65536, 1:
    try:
        while True: os.write(2, bytes(size))
    except BlockingIOError: pass
os.set_blocking(2, True)" "answers.append(os.get_blocking(2))
os.dup2(os.open('log', os.O_WRONLY | os.O_CREAT), 2)"
        grep -q "'EPIPE', True" answers
        rm log
    done
}

# Runs a program in a root of its own, where the only servers are those that it makes itself. A child
# receives the summary, and ends then.
app_loses_datagrams() { # SINK PATH BREAK
    in_own_root env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=$1" "${APP[@]}" "path = '$2'
def serve(kind=socket.SOCK_DGRAM):
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(path)
    return server
def serve_full():
    # A client that has sent nothing yet finds it full: the buffer of the client may be the smaller one.
    kept = [serve()]
    while True:
        kept.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        kept[-1].setblocking(False)
        try: kept[-1].sendto(b'x', path)
        except BlockingIOError: return kept
        try:
            while True: kept[-1].sendto(b'x', path)
        except BlockingIOError: pass
def serve_nobody():
    # Connections that the server does not accept: further ones would have to wait.
    kept = [serve(socket.SOCK_STREAM)]
    kept[0].listen(1)
    while True:
        kept.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        kept[-1].setblocking(False)
        try: kept[-1].connect(path)
        except BlockingIOError: return kept
$3
attempt(3)
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
if os.path.lexists(path): os.unlink(path)
repaired = serve()
repaired.settimeout(60)
if os.fork() == 0:
    with open('got', 'wb') as file: file.write(repaired.recv(65536))
    os._exit(0)
print(answers)" | cat >answers
    assert_equal "$(cat answers)" "['EPIPE', 'EPIPE', 'EPIPE']"
    if [ "$1" = syslog ]; then
        sed -i 's/^<.*]: //' got
        echo >>got
        decode logfmt got
    else
        decode journal got
    fi | grep -E '^(count|events|lost)=' | xargs >counts
    assert_equal "$(cat counts)" 'events=3 lost=3'
}

@test "syslog and journal: no socket, a dead one, none, a stream, full ones, no descriptor left" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    for what in pass 'serve().close()' 'open(path, "w").close()' 'os.mkdir(path); os.rmdir(path)' \
        'other = serve(socket.SOCK_STREAM)' 'full = serve_full()' \
        'full = serve_nobody()' \
        'resource.setrlimit(resource.RLIMIT_NOFILE, (0, 4096))'; do
        app_loses_datagrams syslog /dev/log "$what"
        app_loses_datagrams journal /run/systemd/journal/socket "$what"
    done
}

@test "a lost record is not an event: the program and the kernel do the same with log=off" {
    cd "$BATS_TEST_TMPDIR"
    mkfifo broken
    exec 8<>broken 9>broken 8<&-
    for call in write writev send splice sendfile stdio raw; do
        logging log=off "$PROGRAMS/policy" 5 socket "$call" 30 3>expected
        for log in stderr file:/dev/full syslog journal; do
            logging "log=$log" "$PROGRAMS/policy" 5 socket "$call" 30 3>answers 2>&9
            cmp expected answers
        done
    done
    exec 9>&-
}

@test "errno and every answer are the same with any log" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        logging "log=off,mode=$mode" "$PROGRAMS/matrix" >off
        logging "log=file:$PWD/log,mode=$mode" "$PROGRAMS/matrix" >answers
        run diff off answers
        assert_success
        [ "$(decode logfmt log | values_of events | sort -n | tail -n 1)" -gt 1000 ]
        rm log
    done
}
