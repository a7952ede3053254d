# Programs whose runtime handles or ignores SIGPIPE: nothing may change for them, nor for what they start.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, and reads package, before and behind
load programs

# The Java of the distribution.
JAVA=/usr/lib/jvm/default-java

setup_file() {
    "$JAVA/bin/javac" -nowarn -d "$BATS_FILE_TMPDIR" "$BATS_TEST_DIRNAME/Peer.java" 2>/dev/null
}

# Each program writes until its server has left and prints the error, starts a shell that sends
# itself SIGPIPE and prints how that ended, and takes a SIGPIPE of its own in a handler.
goes_on() {
    assert_success
    assert_output "$expected"
}

OUTCOME='reports the error; its handler and its child take a SIGPIPE that was sent'

java() { # [OPTION]... Peer PORT [handler]
    under "$JAVA/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$BATS_FILE_TMPDIR" "$@"
}

@test "Java does the same as ever" {
    package=openjdk-17-jre-headless
    scene() {
        start_peer close
        java Peer "$port" handler
    }
    expected=$'Broken pipe\nchild: 141\nhandled'
    unchanged java 'connection whose server hung up' "$OUTCOME"
}

# -Xcheck:jni compares the handlers with those that Java has installed.
@test "Java finds its handlers as they were, with libjsig before the shim or behind it" {
    package=openjdk-17-jre-headless
    scene() {
        start_peer close
        java -Xcheck:jni Peer "$port"
    }
    expected=$'Broken pipe\nchild: 141'
    before=$JAVA/lib/libjsig.so
    unchanged 'java, libjsig before nosigpipe' 'connection whose server hung up' 'the same'
    before='' behind=$JAVA/lib/libjsig.so
    unchanged 'java, libjsig behind nosigpipe' 'connection whose server hung up' 'the same'
}

@test "Node does the same as ever" {
    cat >"$BATS_TEST_TMPDIR/peer.js" <<'SCRIPT'
const fs = require("fs");
try {
    fs.writeSync(1, "text");
} catch (error) {
    console.error(error.code);
}
console.error("child:", require("child_process").spawnSync("sh", ["-c", "kill -s PIPE $$"]).signal);
process.on("SIGPIPE", () => {
    console.error("handled");
    process.exit();
});
process.kill(process.pid, "SIGPIPE");
setInterval(() => {}, 1000);
SCRIPT
    scene() { into_pipe under /usr/bin/node "$BATS_TEST_TMPDIR/peer.js"; }
    expected=$'EPIPE\nchild: SIGPIPE\nhandled'
    unchanged node 'pipe on descriptor 1' "$OUTCOME"
}

@test "Ruby does the same as ever" {
    scene() {
        start_peer close
        under /usr/bin/ruby -rsocket -e '
            peer = TCPSocket.new("127.0.0.1", ARGV[0])
            begin
                loop { peer.syswrite("request\n") }
            rescue Errno::EPIPE => error
                puts error.message
            end
            system("kill -s PIPE $$")
            puts "child: #{$?.termsig}"
            p trap("PIPE") { puts "handled" }
            Process.kill("PIPE", $$)' "$port"
    }
    expected=$'Broken pipe\nchild: 13\nnil\nhandled'
    unchanged ruby 'connection whose server hung up' "$OUTCOME"
}

@test "a Ruby that has set the default again gets its error" {
    scene() {
        start_peer close
        under /usr/bin/ruby -rsocket -e '
            trap("PIPE", "SYSTEM_DEFAULT")
            peer = TCPSocket.new("127.0.0.1", ARGV[0])
            begin
                loop { peer.syswrite("request\n") }
            rescue Errno::EPIPE => error
                puts error.message
            end' "$port"
    }
    expected='Broken pipe'
    when_ignored() { dies; }
    outlives 'ruby, default action set again' 'connection whose server hung up' 'gets Errno::EPIPE, goes on'
}

@test "Python does the same as ever" {
    scene() {
        start_peer close
        under /usr/bin/python3 -c "$PYTHON_CLIENT"'
import signal, subprocess
print("child:", subprocess.run(["sh", "-c", "kill -s PIPE $$"]).returncode)
print(repr(signal.signal(signal.SIGPIPE, lambda number, frame: print("handled"))))
signal.raise_signal(signal.SIGPIPE)' "$port"
    }
    expected=$'Broken pipe\nchild: -13\n<Handlers.SIG_IGN: 1>\nhandled'
    unchanged python3 'connection whose server hung up' "$OUTCOME"
}
