# bats file_tags=docs
# The manual pages and what they are about: every message is explained in DIAGNOSTICS, and the
# commands of EXAMPLES, taken from the page, do what it says of them.

# shellcheck disable=SC2154 # bats sets `stderr`
load ../lib/common
load ../lib/pages
bats_require_minimum_version 1.5.0 # run --separate-stderr

# Prints the words of messages that are only in DIAGNOSTICS of a page, or only in what was built.
# What was built is read, not the sources, so that names and files of the sources do not matter.
compare_messages() { # PAGE FILE...
    local page=$ROOT/man/$1 file work=$BATS_TEST_TMPDIR/messages
    mkdir -p "$work"
    : >"$work/help"
    : >"$work/pages"
    for file in "${@:2}"; do
        case ${file##*/} in
        *.so | nosigpipe-attach) ;;
        *) "$file" --help && "$file" --version ;;
        esac >>"$work/help"
        rm -f "$work/${file##*/}.rodata"
        objcopy -O binary --only-section='.rodata*' "$file" "$work/${file##*/}.rodata" 2>/dev/null || continue
        # It has the resident inside, which says nothing on its own, and reads the library's options.
        [ "${file##*/}" != nosigpipe-attach ] || {
            python3 -B -c '
import sys
program, resident = (open(file, "rb").read() for file in sys.argv[1:])
assert resident in program
open(sys.argv[1], "wb").write(program.replace(resident, b"\0"))' "$work/nosigpipe-attach.rodata" "$BUILD/ld-nosigpipe.so"
            echo "$ROOT/man/libnosigpipe.7" >"$work/pages"
        }
    done
    python3 -B "$BATS_TEST_DIRNAME/page_messages.py" "$work" "$page" "${@:2}"
}

@test "libnosigpipe(7) explains each message of the library, and no others" {
    run compare_messages libnosigpipe.7 "$SHIM"
    assert_success
    assert_output ''
}

@test "nosigpipe(1) explains each message of the launcher and of nosigpipe-attach, and no others" {
    run compare_messages nosigpipe.1 "$LAUNCHER" "$BUILD/nosigpipe-attach"
    assert_success
    assert_output ''
}

@test "nosigpipe-embed(1) explains each message of the command, and no others" {
    run compare_messages nosigpipe-embed.1 "$BUILD/nosigpipe-embed"
    assert_success
    assert_output ''
}

@test "nosigpipe-entrypoint(1) explains each message of the entrypoint, and no others" {
    run compare_messages nosigpipe-entrypoint.1 "$BUILD/nosigpipe-entrypoint"
    assert_success
    assert_output ''
}

@test "nosigpipe-host(8) explains each message of the command, and no others" {
    run compare_messages nosigpipe-host.8 "$BUILD/nosigpipe-host"
    assert_success
    assert_output ''
}

@test "nosigpipe-audit(8) explains each message of the audit, and no others" {
    run compare_messages nosigpipe-audit.8 "$BUILD/nosigpipe-audit"
    assert_success
    assert_output ''
}

@test "nosigpipe-report(1) explains each message of the report, and no others" {
    run compare_messages nosigpipe-report.1 "$BUILD/nosigpipe-report"
    assert_success
    assert_output ''
}

@test "a message that is not explained, and an explanation of none, are told" {
    local changed=$BATS_TEST_TMPDIR/changed
    mkdir "$changed"
    sed 's/does not exist/is not there/' "$LAUNCHER" >"$changed/nosigpipe"
    chmod +x "$changed/nosigpipe"
    sed 's/it is frozen/it is frosty/' "$BUILD/nosigpipe-attach" >"$changed/nosigpipe-attach"
    run compare_messages nosigpipe.1 "$changed/nosigpipe" "$changed/nosigpipe-attach"
    assert_line 'nosigpipe can say, and DIAGNOSTICS does not explain: is not there'
    assert_line 'DIAGNOSTICS explains, and nosigpipe or nosigpipe-attach does not say: does not exist'
    assert_line 'nosigpipe-attach can say, and DIAGNOSTICS does not explain: it is frosty'
    assert_line 'DIAGNOSTICS explains, and nosigpipe or nosigpipe-attach does not say: it is frozen'
    sed 's/bad value/odd value/' "$SHIM" >"$changed/libnosigpipe.so"
    run compare_messages libnosigpipe.7 "$changed/libnosigpipe.so"
    assert_line 'libnosigpipe.so can say, and DIAGNOSTICS does not explain: odd value'
    assert_line 'DIAGNOSTICS explains, and libnosigpipe.so does not say: bad value'
}

# The system of the examples: what was built, as installed below LOCAL, which stands for /usr/local,
# and my-server, which makes a broken write.
setup() {
    LOCAL=$BATS_TEST_TMPDIR/local
    mkdir -p "$LOCAL/bin" "$LOCAL/lib"
    cp "$BUILD"/nosigpipe "$BUILD"/nosigpipe-audit "$BUILD"/nosigpipe-embed "$BUILD"/nosigpipe-report "$LOCAL/bin"
    cp "$SHIM" "$LOCAL/lib"
    cp "$BUILD"/nosigpipe-attach "$BUILD"/ld-nosigpipe.so "$LOCAL/lib"
    cp "$PROGRAMS/runner_write" "$LOCAL/bin/my-server"
    PATH=$LOCAL/bin:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    server=()
}

teardown() {
    [ ${#server[@]} -eq 0 ] || kill "${server[@]}"
}

# Runs the command of a block, and what comes behind it in the same shell.
run_example() { # FILE [MORE]
    COMMAND=$(command_of "$1" | sed "s|/usr/local|$LOCAL|g")
    SHOWN=$(shown_by "$1" | sed "s|/usr/local|$LOCAL|g")
    echo "\$ $COMMAND"
    run --separate-stderr bare sh -c "$COMMAND${2-}"
}

# my-server went on, as where SIGPIPE is ignored; it dies bare.
assert_lives() {
    assert_success
    assert_output "$(ignoring my-server)"
}
assert_dies() {
    local died=$status
    run bare my-server
    assert_equal "$died" "$status"
    assert_failure "$SIGPIPE_STATUS"
}

# A pipeline ends as it does bare, without a message.
assert_same_pipeline() {
    assert_output "$SHOWN"
    assert_equal "$output$stderr" "$(bare sh -c 'yes | head -n 1' 2>&1)"
}

@test "the examples of libnosigpipe(7) do what it says" {
    local block
    take_examples libnosigpipe.7 examples
    for block in examples/*; do
        case $(cat "$block") in
        '[Service]'*) ;; # docs.bats and tests/systems/systemd.bats
        *journalctl* | *nosigpipe-host*) ;; # tests/systems
        '$ NOSIGPIPE_OPTIONS=off my-server')
            run_example "$block"
            assert_dies
            LD_PRELOAD=$LOCAL/lib/libnosigpipe.so NOSIGPIPE_OPTIONS=off run env --default-signal=PIPE my-server
            assert_dies
            ;;
        *action=die*)
            run_example "$block"
            assert_regex "$stderr" 'program=my-server .* action=die '
            assert_dies
            ;;
        *log=stderr*backtrace*)
            run_example "$block"
            assert_lives
            assert_regex "$stderr" 'program=my-server .* action=epipe .* backtrace='
            ;;
        *stdio=success*)
            run_example "$block"
            assert_success
            assert_output "$SHOWN"
            assert_equal "$stderr" ''
            ;;
        *'yes | head'*)
            run_example "$block"
            assert_same_pipeline
            ;;
        '$ LD_PRELOAD='*' my-server')
            run_example "$block"
            assert_lives
            assert_equal "$stderr" ''
            ;;
        *) fail "no test runs $(cat "$block")" ;;
        esac
    done
}

# Tracers are no part of what `make check` installs.
@test "the commands of TRACING show an event" {
    local tracer
    readelf -SW "$SHIM" | grep -q ' \.probes ' || skip 'the library was built without <sys/sdt.h>'
    for tracer in bpftrace perf; do
        command -v "$tracer" >/dev/null || skip "$tracer is not installed"
    done
    [ -w /sys/kernel/tracing/uprobe_events ] || skip 'the kernel lets this user set no probes'
    take_examples libnosigpipe.7 tracing TRACING
    assert_equal "$(ls tracing)" $'1\n2'
    sed "s|^\$ |exec |; s|/usr/local|$LOCAL|" tracing/1 >bpftrace.sh
    sed "s|^\$ ||; s|/usr/local|$LOCAL|; \$s|\$| -o perf.data -- env LD_PRELOAD=$LOCAL/lib/libnosigpipe.so my-server|" \
        tracing/2 >perf.sh
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS sh bpftrace.sh >traced 2>&1 3>&- &
    server=($!)
    # The tracer may not have attached yet when the first event comes.
    until grep '^my-server\[[0-9]*\] fd [0-9]* write [0-9]* bytes$' traced; do
        kill -0 "${server[0]}" || fail "$(cat traced)"
        bare env LD_PRELOAD="$LOCAL/lib/libnosigpipe.so" my-server
    done
    kill -KILL "${server[0]}" # it loses a SIGTERM that arrives while it prints
    wait "${server[0]}" || server=()
    ! perf probe --list | grep sdt_nosigpipe || skip 'somebody else has set the probe'
    # perf keeps a copy of the library in the home folder, and the probe until it is deleted.
    HOME=$BATS_TEST_TMPDIR run bare sh -e perf.sh
    perf probe --del sdt_nosigpipe:event
    assert_success
    run perf script
    assert_line --regexp '^ *my-server .* sdt_nosigpipe:event: '
}

@test "the examples of nosigpipe(1) do what it says" {
    local block name
    cc -static -x c -o static - <<<'int main(void) { return 0; }'
    take_examples nosigpipe.1 examples
    for block in examples/*; do
        case $(cat "$block") in
        '$ nosigpipe my-server --port 8080')
            run_example "$block"
            assert_lives
            assert_equal "$stderr" ''
            ;;
        *backtrace*)
            run_example "$block"
            assert_lives
            assert_regex "$stderr" 'program=my-server .* action=epipe .* backtrace='
            ;;
        *' --check '*)
            run_example "$block"
            assert_success
            assert_output "protected by the guard, put in place at its start: './static' is statically linked"
            ;;
        *' --strict '*)
            run_example "$block"
            assert_lives
            ;;
        *'nosigpipe-audit --pids'*) ;; # below, with nosigpipe-audit(8)
        *pidof*)
            # Another test may have a process of the page's name.
            name=server-$BASHPID
            start_server "$name"
            sed "s/^\$ //; s/my-server/$name/" "$block" >both
            run --separate-stderr bare sh both
            assert_equal "$status $stderr" '0 '
            assert_equal "${lines[0]}" "${server[0]} $name: guarded"
            assert_equal "${lines[1]}" "${server[0]} $name: guarded, 0 broken writes absorbed"
            ;;
        *'yes | head'*)
            run_example "$block"
            assert_same_pipeline
            ;;
        '$ eval '*)
            run_example "$block" '; my-server'
            assert_lives
            ;;
        *--print-env=systemd*)
            run_example "$block"
            assert_success
            assert_output "$SHOWN"
            ;;
        *action=die*)
            run_example "$block"
            assert_regex "$stderr" 'program=my-server .* action=die '
            assert_dies
            ;;
        *) fail "no test runs $(cat "$block")" ;;
        esac
    done
}

# A process with the write end of a pipe, which waits for a line that does not come.
start_server() { # NAME [VARIABLE=VALUE]...
    cp "$PROGRAMS/audit_state" "$LOCAL/bin/$1"
    mkfifo "$1.in" "$1.out"
    exec 7<>"$1.in"
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "${@:2}" "$1" default pipe \
        <"$1.in" >"$1.out" 3>&- 7>&- &
    server+=("$!")
    [ "$(cat "$1.out")" = ready ]
}

@test "the examples of nosigpipe-audit(8) do what it says" {
    local block
    start_server my-init
    exec 8<&7 # its input stays open
    start_server my-guarded LD_PRELOAD="$LOCAL/lib/libnosigpipe.so"
    take_examples nosigpipe-audit.8 examples
    for block in examples/*; do
        case $(cat "$block") in
        *systemctl*) ;; # tests/systems
        *--watch*) ;;   # tests/cli/audit_watch.bats
        *nosigpipe-audit\ --pids*)
            # Not the processes of others: the audit has a stand-in for all but the list of PIDs.
            printf '#!/bin/sh\nexec "%s" "$@" %s\n' "$BUILD/nosigpipe-audit" "${server[0]}" >"$LOCAL/bin/nosigpipe-audit.new"
            chmod +x "$LOCAL/bin/nosigpipe-audit.new"
            cp "$LOCAL/bin/nosigpipe-audit.new" "$LOCAL/bin/nosigpipe-audit"
            run_example "$block"
            assert_success
            assert_output "${server[0]} my-init: guarded"
            cp "$BUILD/nosigpipe-audit" "$LOCAL/bin"
            run bare nosigpipe --pid "${server[0]}" --release
            assert_success
            ;;
        *guarded*)
            run_example "$block"
            assert_success
            assert_line --partial "{\"pid\":${server[1]},"
            refute_line --partial "{\"pid\":${server[0]},"
            ;;
        *.name*)
            run_example "$block"
            assert_success
            assert_line --regexp '^ +[1-9] my-init$'
            ;;
        '$ nosigpipe-audit' | *--proc*)
            run_example "$block"
            assert_failure 1
            assert_line --regexp "^ *${server[0]} .* vulnerable .* my-init "
            ;;
        *) fail "no test runs $(cat "$block")" ;;
        esac
    done
}

@test "the examples of nosigpipe-report(1) do what it says" {
    local block
    run bare env LD_PRELOAD="$LOCAL/lib/libnosigpipe.so" NOSIGPIPE_OPTIONS="log=file:$PWD/my-server.log" my-server
    assert_success
    cp my-server.log my-server.log.2
    gzip my-server.log.2
    take_examples nosigpipe-report.1 examples
    for block in examples/*; do
        case $(cat "$block") in
        *--journal* | *--deaths*) ;; # tests/systems
        *jq*)
            run_example "$block"
            assert_output pipe
            ;;
        *zcat*)
            run_example "$block"
            assert_line --regexp '^my-server write pipe  *[0-9]*  *2 '
            ;;
        '$ nosigpipe-report my-server.log')
            run_example "$block"
            assert_line --regexp '^my-server write pipe  *[0-9]*  *1 '
            ;;
        *) fail "no test runs $(cat "$block")" ;;
        esac
    done
}

@test "the examples of nosigpipe-embed(1) do what it says" {
    local block
    cc -static -x c -o static - <<<'int main(void) { return 0; }'
    cp static in
    take_examples nosigpipe-embed.1 examples
    for block in examples/*; do
        case $(cat "$block") in
        *--interpreter=*)
            run_example "$block"
            assert_success
            run readelf --wide --segments out
            assert_line --partial 'interpreter: /opt/nosigpipe/ld-nosigpipe.so]'
            ;;
        *static.out*)
            run_example "$block"
            assert_success
            assert_output --partial "'static.out' starts under '$LOCAL/lib/ld-nosigpipe.so'; lost: "
            ;;
        *) fail "no test runs $(cat "$block")" ;;
        esac
    done
}

# The words of an instruction's JSON, with the image's paths below this folder.
words_of() { # INSTRUCTION FILE
    sed -n "s/^$1 //p" "$2" | jq -r '.[]' | sed "s|^/|$PWD/image/|"
}

# Without a container: tests/containers builds images of the same lines.
@test "the Dockerfile lines of nosigpipe-entrypoint(1) protect the command" {
    local block words command
    mkdir -p image/opt/nosigpipe
    cp "$PROGRAMS/container_service" "$LOCAL/bin/my-service"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec "$@"\n' | tee image/original.sh | sed 's/exec/shift; &/' >"$LOCAL/bin/tini"
    chmod +x image/original.sh "$LOCAL/bin/tini"
    run bare my-service
    assert_failure "$SIGPIPE_STATUS"
    take_examples nosigpipe-entrypoint.1 examples
    for block in examples/*; do
        cat "$block"
        for file in $(sed -n 's|^COPY \(.*\) /opt/nosigpipe/$|\1|p' "$block"); do
            cp "$BUILD/$file" image/opt/nosigpipe
        done
        mapfile -t words < <(words_of CMD "$block")
        [ ${#words[@]} -eq 0 ] || command=("${words[@]}")
        mapfile -t words < <(words_of ENTRYPOINT "$block")
        [ ${#words[@]} -gt 0 ] || mapfile -t words < <(sed -n "s|/opt|$PWD/image&|; s|^ENV ||p" "$block")
        [ ${#words[@]} -gt 0 ] || fail "no test runs $(cat "$block")"
        run --separate-stderr bare "${words[@]}" "${command[@]}"
        assert_success
        assert_output 'write: -1 EPIPE, and the service lives'
        assert_regex "$stderr" 'program=my-service .* action=epipe'
    done
}
