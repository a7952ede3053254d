# bats file_tags=docs
# nosigpipe(7), by symptom: each command prints what the page shows.

load ../lib/common
load ../lib/pages

setup() {
    LOCAL=$BATS_TEST_TMPDIR/local
    mkdir -p "$LOCAL/bin" "$LOCAL/lib"
    cp "$BUILD"/nosigpipe "$BUILD"/nosigpipe-audit "$LOCAL/bin"
    cp "$SHIM" "$LOCAL/lib"
    [ ! -e "$BUILD/nosigpipe-attach" ] || cp "$BUILD"/nosigpipe-attach "$BUILD"/ld-nosigpipe.so "$LOCAL/lib"
    PATH=$LOCAL/bin:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    take_examples nosigpipe.7 blocks SYMPTOMS
    server=0
}

teardown() {
    [ "$server" = 0 ] || kill "$server"
}

# my-service makes a broken write, or waits with a socket open.
my_server_breaks() {
    cp "$PROGRAMS/runner_write" "$LOCAL/bin/my-service"
}
my_server_waits() {
    cp /bin/cat "$LOCAL/bin/my-service"
    mkfifo input
    exec 9<>input # it never ends
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS python3 -I -c '
import os, signal, socket, sys
pair = socket.socketpair()
# One socket and the write end of one pipe, whatever the caller has open.
os.dup2(os.pipe()[1], 2)
os.set_inheritable(kept := pair[0].fileno(), True)
os.closerange(3, kept)
os.closerange(kept + 1, 1024)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
print(flush=True)
os.execvp("my-service", ["my-service"])' <input >output 3>&- &
    server=$!
    until [ -s output ] && [ "$(tr -d '\0' <"/proc/$server/cmdline")" = my-service ]; do sleep 0.01; done
}

# The commands of a block, which may go on in further lines, and what it shows that they print.
parts_of() { # COMMANDS FILE
    awk -v commands="$1" '
        !continued { command = sub(/^\$ /, "") }
        { continued = /\\$/ && command }
        command == commands' "$2" | sed "s|/usr/local|$LOCAL|g; s|/var/log|$PWD|g; s/\<910\>/$server/g"
}
commands_of() { parts_of 1 "$1"; }
shown() { parts_of 0 "$1"; }

assert_shown() { # FILE
    run bare bash -c "$(commands_of "$1")"
    assert_output "$(shown "$1")"
}

# Of the processes of this machine only the one is looked at.
assert_audited() { # FILE
    assert_equal "$(commands_of "$1")" nosigpipe-audit
    run nosigpipe-audit
    assert_line --index 0 --regexp "^ *PID +USER +VERDICT +SOCK +PIPE +NOTE +COMMAND"
    run awk -v pid="$server" '$1 == pid { $1 = $1; $2 = "root"; print }' <<<"$output"
    assert_output "$(awk -v pid="$server" '$1 == pid { $1 = $1; print }' <(shown "$1"))"
}

# Runs the block with descriptor 1 a Unix socket to PATH, whose other end has gone.
assert_shown_without_collector() { # FILE PATH
    commands_of "$1" >script
    assert_equal "$(wc -l <script)" 2
    head -n 1 script >first
    bare python3 -I -c '
import os, signal, socket, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
ours = socket.socket(socket.AF_UNIX)
ours.connect(sys.argv[1])
listening.accept()[0].close()
os.dup2(ours.fileno(), 1)
os.execvp("sh", ["sh", "first"])' collector || true
    run sh -c "$(tail -n 1 script)"
    assert_output "$(shown "$1" | sed "s|/run/systemd/journal/stdout|collector|")"
}

@test "each symptom of nosigpipe(7): its commands print what it shows" {
    local block tried=0
    for block in blocks/*; do
        echo "$(<"$block")"
        case $(<"$block") in
        *nosigpipe-report*) continue ;; # tests/systems/path.bats
        *nosigpipe-audit* | *'--pid 910'*) continue ;; # below
        *my-service.sigpipe*)
            # It prints a line, as a service does; the shell that runs it starts a program for that.
            printf '#!/bin/sh\nexec /bin/echo started\n' >"$LOCAL/bin/my-service"
            chmod +x "$LOCAL/bin/my-service"
            assert_shown_without_collector "$block"
            ;;
        *gdb*)
            my_server_breaks
            command -v gdb >/dev/null || continue
            assert_shown "$block"
            ;;
        *)
            my_server_breaks
            assert_shown "$block"
            ;;
        esac
        rm -f "$LOCAL/bin/my-service"
        tried=$((tried + 1))
    done
    assert [ "$tried" -ge 6 ]
}

@test "my service vanishes: it is found, and protected while it runs" {
    needs tracing
    local block tried=0
    my_server_waits
    for block in blocks/*; do
        case $(<"$block") in
        *nosigpipe-audit*) assert_audited "$block" ;;
        *'--pid 910'*) assert_shown "$block" ;;
        *) continue ;;
        esac
        tried=$((tried + 1))
    done
    assert_equal "$tried" 2
}
