# bats file_tags=containers
# The images of the examples' Dockerfile, run by podman and runc: with glibc, with musl and busybox,
# and without a shell.

# shellcheck disable=SC2154 # bats sets `stderr`
load containers

setup_file() {
    make_images
    build_example with-shell service
    build_example with-shell-musl service "$MUSL"
    build_example without-shell service "$NO_SHELL"
    build_example chained chained
    build_example variables variables
}

teardown_file() {
    remove_images
}

ENTRYPOINT=/opt/nosigpipe/nosigpipe-entrypoint
DIES='the service was ended by signal 13'
LIVES='write: -1 EPIPE, and the service lives'

# Runs a container. Its two streams are kept apart, and its status is in $status.
container() { # [OPTION]... IMAGE [COMMAND]...
    run --separate-stderr podman run --rm "$@"
}

# The service writes to its standard output, and the library to standard error: records, nothing else.
assert_dies() {
    assert_output --partial "$DIES"
    assert_equal "$status" "$SIGPIPE_STATUS"
}
assert_lives() {
    assert_output --partial "$LIVES"
    assert_equal "$status" 0
    assert_regex "$stderr" 'program=my-[a-z-]*service .* action=epipe'
    refute_other_errors
}
refute_other_errors() {
    assert_equal "$(grep -v '^time=' <<<"$stderr")" ''
}

@test "a service dies bare, and lives in the image with a shell" {
    container "$GLIBC" my-service
    assert_dies
    container with-shell
    assert_lives
}

@test "a service dies bare, and lives in an image with musl and busybox" {
    container "$MUSL" my-service
    assert_dies
    container with-shell-musl
    assert_lives
}

@test "a service dies bare, and lives in an image without a shell, by the entrypoint or by two variables" {
    local image
    container "$NO_SHELL" my-service
    assert_dies
    for image in without-shell variables; do
        container "$image"
        assert_lives
        # The image has no shell.
        run -127 podman run --rm "$image" sh -c :
    done
}

@test "the entrypoint starts the own entrypoint of an image" {
    container "$OWN_ENTRYPOINT"
    assert_line 'the own entrypoint'
    assert_dies
    container chained
    assert_line 'the own entrypoint'
    assert_lives
    # Whoever builds it finds what to name again by what the example says.
    run podman image inspect --format '{{json .Config.Entrypoint}} {{json .Config.Cmd}}' "$OWN_ENTRYPOINT"
    assert_output '["/original.sh"] ["my-service"]'
}

# Sets a variable for the container, as ENV sets it for the image.
@test "programs of podman exec have the variables of ENV, not those of the entrypoint" {
    local id
    id=$(podman run -d with-shell sh -c 'echo ready; sleep infinity')
    await_log "$id" ready
    run podman exec "$id" my-service
    assert_dies
    podman rm -f -t 0 "$id" >/dev/null
    id=$(podman run -d -e LD_PRELOAD=/opt/nosigpipe/libnosigpipe.so with-shell sh -c 'echo ready; sleep infinity')
    await_log "$id" ready
    run -0 podman exec "$id" my-service
    assert_output "$LIVES"
    podman rm -f -t 0 "$id" >/dev/null
}

@test "one object serves programs of both libraries in one container" {
    local both='my-service; my-musl-service'
    container "$GLIBC" sh -c "$both"
    assert_output "$DIES"$'\n'"$DIES"
    container with-shell sh -c "$both"
    assert_output "$LIVES"$'\n'"$LIVES"
    assert_regex "$stderr" 'program=my-service .*program=my-musl-service '
    refute_other_errors
}

# musl's loader parses the variable in its own way.
@test "other objects in LD_PRELOAD are loaded as well, by either loader" {
    local image
    gcc -shared -nostdlib -o "$BATS_TEST_TMPDIR/other.so" -x c - <<<'int other;'
    for image in with-shell with-shell-musl; do
        container -e LD_PRELOAD=/opt/other.so -v "$BATS_TEST_TMPDIR/other.so:/opt/other.so:ro" \
            "$image" cat /proc/self/maps
        assert_equal "$image $status" "$image 0"
        assert_output --partial /opt/other.so
        assert_output --partial /opt/nosigpipe/libnosigpipe.so
    done
}
@test "the command is pid 1" {
    local image
    for image in with-shell with-shell-musl; do
        container "$image" sh -c 'echo $$'
        assert_output 1
    done
}

# The status comes from a trap of the shell: a container that does not stop in time has another one.
stopped_status() { # [OPTION]... IMAGE [INIT]...
    local id
    id=$(podman run -d "$@" sh -c '
        trap "exit 7" TERM
        echo ready
        while :; do sleep 0.1; done')
    await_log "$id" ready
    podman stop -t 60 "$id" >/dev/null
    podman wait "$id"
    podman rm "$id" >/dev/null
}

@test "SIGTERM of podman stop reaches the command" {
    run stopped_status "$GLIBC"
    assert_output 7
    run stopped_status with-shell
    assert_output 7
    run stopped_status with-shell-musl
    assert_output 7
}

@test "tini and dumb-init: in front of the entrypoint and behind it" {
    local init
    for init in tini dumb-init; do
        container "$GLIBC" "$init" -- my-service
        assert_dies
        container with-shell "$init" -- sh -c 'cat /proc/1/comm && exec my-service'
        assert_line "$init"
        assert_lives
        container --entrypoint "[\"$init\", \"--\", \"$ENTRYPOINT\"]" with-shell \
            sh -c 'cat /proc/1/comm && exec my-service'
        assert_line "$init"
        assert_lives
    done
}

@test "SIGTERM passes through tini and dumb-init as without the entrypoint" {
    local init
    for init in tini dumb-init; do
        run stopped_status "$GLIBC" "$init" --
        assert_output 7
        run stopped_status with-shell "$init" --
        assert_output 7
        run stopped_status --entrypoint "[\"$init\", \"--\", \"$ENTRYPOINT\"]" with-shell
        assert_output 7
    done
}

@test "the entrypoint under the init process of podman" {
    container --init "$GLIBC" my-service
    assert_dies
    container --init with-shell sh -c 'cat /proc/1/comm && exec my-service'
    assert_line podman-init
    assert_lives
}

# The shells run without pipefail, so that each prints the same lines.
PIPELINES='
    (set -o pipefail) 2>/dev/null && set -o pipefail
    yes | head -n 1
    echo "status $?"
    { yes; echo "of yes: $?" >&2; } | head -n 1
    echo "status $?"'

@test "pipelines end as they end without the entrypoint" {
    local image bare shell bare_output bare_stderr
    while read -r image bare shell; do
        container "$bare" "$shell" -c "$PIPELINES"
        bare_output=$output bare_stderr=$stderr
        # The case of interest: yes(1) dies, and prints nothing.
        assert_equal "$bare_stderr" "of yes: $SIGPIPE_STATUS"
        container -e NOSIGPIPE_OPTIONS=log=off "$image" "$shell" -c "$PIPELINES"
        assert_equal "$output" "$bare_output"
        assert_equal "$stderr" "$bare_stderr"
        # With the default log there are records, and nothing else.
        container "$image" "$shell" -c "$PIPELINES"
        assert_equal "$output" "$bare_output"
        assert_equal "$(grep -v '^time=.* action=stdio ' <<<"$stderr")" "$bare_stderr"
        # Without the entrypoint's stdio=default it would say so, or have another status.
        container -e NOSIGPIPE_OPTIONS=stdio=epipe,log=off "$image" "$shell" -c "$PIPELINES"
        [ "$stderr" != "$bare_stderr" ]
    done <<END
with-shell $GLIBC bash
with-shell $GLIBC dash
with-shell-musl $MUSL sh
END
}

@test "the options of the user win, and off stays off" {
    container -e NOSIGPIPE_OPTIONS=off with-shell
    assert_dies
    container -e NOSIGPIPE_OPTIONS=mode=mask with-shell
    assert_lives
    container -e NOSIGPIPE_OPTIONS=log=off with-shell
    assert_output "$LIVES"
    assert_equal "$stderr" ''
}

@test "what cannot be started: 125, 126, 127" {
    local image
    for image in with-shell with-shell-musl without-shell; do
        # Named on the command line, an entrypoint takes the image's CMD away.
        container --entrypoint "$ENTRYPOINT" "$image"
        assert_equal "$status $stderr" \
            '125 nosigpipe-entrypoint: no command given (usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND [ARGUMENT]...)'
        run -127 --separate-stderr podman run --rm "$image" no-such-command
        assert_equal "$stderr" "nosigpipe-entrypoint: cannot start 'no-such-command': No such file or directory"
        container "$image" /etc
        assert_equal "$status $stderr" "126 nosigpipe-entrypoint: cannot start '/etc': Permission denied"
    done
}

# Process 1 of a container survives SIGPIPE, but what it forks does not.
@test "a process of a container is visited from inside and from the host, under the filter of its runtime" {
    local pipes=$BATS_TEST_TMPDIR/pipes line pid
    mkdir "$pipes"
    mkfifo "$pipes/in" "$pipes/out"
    exec 7<>"$pipes/in" 8<>"$pipes/out"
    run podman run -d --name visited -v "$PROGRAMS/static:/static:ro" -v "$BUILD:/build:ro" -v "$pipes:/pipes" "$GLIBC" \
        sh -c 'exec /static/visited <>/pipes/in >/pipes/out'
    assert_success
    read -r -t 60 line <&8
    assert_equal "$line" ready
    echo f >&7
    read -r -t 60 line <&8
    assert_equal "$line" 'in a child: signal 13'
    # Inside it has the same filter as all, which need not be suspended.
    run podman exec visited /build/nosigpipe-attach visit '' 1
    assert_success
    assert_output '1 visited: guarded'
    echo f >&7
    read -r -t 60 line <&8
    assert_equal "$line" 'in a child: EPIPE'
    run podman exec visited /build/nosigpipe-attach release 1
    assert_output '1 visited: released'
    pid=$(podman inspect --format '{{.State.Pid}}' visited)
    echo "# seccomp: $(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$pid/status")" >&3
    run "$BUILD/nosigpipe" --pid "$pid"
    assert_success
    assert_output "$pid visited: guarded"
    echo f >&7
    read -r -t 60 line <&8
    assert_equal "$line" 'in a child: EPIPE'
    podman rm -f -t 0 visited
    exec 7>&- 8>&-
}

# The command finds podman in PATH, so that the function becomes one.
@test "nosigpipe-report --deaths names the containers that have ended with status 141" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    { echo '#!/bin/bash'; declare -p ROOT STORE BATS_FILE_TMPDIR; declare -f podman
      echo 'PATH=${PATH#*:}; podman "$@"'; } >"$BATS_TEST_TMPDIR/bin/podman"
    chmod +x "$BATS_TEST_TMPDIR/bin/podman"
    run podman run --name kept "$GLIBC" sh -c 'exit 141'
    assert_failure 141
    run podman run --rm --name gone "$GLIBC" sh -c 'exit 141'
    assert_failure 141
    podman run --name well "$GLIBC" true
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr "$BUILD/nosigpipe-report" --deaths
    assert_success
    assert_line --regexp '^ +1 20[0-9-]+ [0-9:]+  down    container podman kept$'
    assert_line --regexp '^ +1 20[0-9-]+ [0-9:]+  down    container podman gone$'
    assert_line '    ENTRYPOINT ["/opt/nosigpipe/nosigpipe-entrypoint"]'
    # Podman gives the containers of other tests names like awesome_maxwell.
    refute_line --regexp ' podman well$'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr "$BUILD/nosigpipe-report" --deaths --since tomorrow
    refute_line --partial 'container podman'
}

# A container's output goes to conmon. Process 1 itself does not die of SIGPIPE, but its children do.
start_with_reader() { # [OPTION]... IMAGE
    mkdir -p "$BATS_TEST_TMPDIR/out"
    rm -f "$BATS_TEST_TMPDIR"/out/*
    id=$(podman run -d --volume "$BATS_TEST_TMPDIR/out:/out" "$@" sh -c \
        '{ while echo line; do echo . >>/out/lines; sleep 0.1; done; } & wait; echo >/out/gone; sleep infinity')
    main=$(podman inspect --format '{{.State.Pid}}' "$id")
    until [ -s "$BATS_TEST_TMPDIR/out/lines" ]; do sleep 0.05; done
    kill -KILL "$(podman inspect --format '{{.State.ConmonPid}}' "$id")"
    before=$(wc -l <"$BATS_TEST_TMPDIR/out/lines")
}

end_without_reader() {
    kill -KILL "$main"
    until [ ! -e "/proc/$main/exe" ]; do sleep 0.05; done
    podman rm --force "$id" >/dev/null 2>&1 || :
}

@test "a service goes on when the container's log reader is killed" {
    local id main before
    start_with_reader "$GLIBC"
    until [ -e "$BATS_TEST_TMPDIR/out/gone" ]; do sleep 0.05; done
    end_without_reader
    start_with_reader --env NOSIGPIPE_KEEP_OUTPUT=yes with-shell
    until [ "$(wc -l <"$BATS_TEST_TMPDIR/out/lines")" -gt "$((before + 10))" ]; do sleep 0.05; done
    [ ! -e "$BATS_TEST_TMPDIR/out/gone" ]
    end_without_reader
}
