# nosigpipe-report --deaths: what systemd and the container runtimes say is made up here. tests/systems has a
# real systemd, and tests/containers a real podman.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load report

# Commands that print what a file of their name has, if they are asked so.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export STUBS=$PWD/stubs
    mkdir stubs
    stub journalctl '[ "$2" = 0 ] || cat "$0.out"'
    stub systemctl 'cat "$0.out"'
    # shellcheck disable=SC2016
    for runtime in podman docker; do
        stub $runtime 'case "$*" in
            events*) cat "$0.events" ;;
            "ps -aq --filter exited=141") echo 1 ;;
            ps*) cat "$0.runs" ;;
            inspect*) cat "$0.exited" ;;
            esac'
        : | tee "stubs/$runtime.events" "stubs/$runtime.runs" "stubs/$runtime.exited"
    done
    : | tee stubs/journalctl.out >stubs/systemctl.out
}

stub() { # NAME SCRIPT
    printf '#!/bin/sh\necho "%s $*" >>"$0.asked"\n%s\n' "$1" "$2" >"stubs/$1"
    chmod +x "stubs/$1"
}

died() { # SECONDS UNIT [KEY]
    echo "{\"__CURSOR\":\"s=1\",\"${3-UNIT}\":\"$2\",\"EXIT_STATUS\":\"13\",\"__REALTIME_TIMESTAMP\":\"${1}000000\"}"
}

unit() { # NAME ACTIVE CODE STATUS TIME
    printf '%s\n' "Id=$1" "ActiveState=$2" "ExecMainCode=$3" "ExecMainStatus=$4" "ExecMainExitTimestamp=$5" ''
}

@test "deaths: services are counted, the ones that stayed down first, with what mends them" {
    { died 1795940000 runs.service; died 1795940100 runs.service; died 1795930000 'a\\x2db.service'
      died 1795930001 own.service USER_UNIT; died 1709164800 leap.service; } >stubs/journalctl.out
    { unit runs.service active 2 13 'Sun 2026-11-29 08:15:00 UTC'
      unit 'a\x2db.service' active 0 0 ''
      unit clean.service inactive 2 13 'Sun 2026-11-29 08:14:57 UTC'
      unit shell.service failed 1 141 'Sun 2026-11-29 08:14:56 UTC'
      unit other.service failed 2 15 'Sun 2026-11-29 08:14:57 UTC'
      unit well.service inactive 1 0 'Sun 2026-11-29 08:14:57 UTC'; } >stubs/systemctl.out
    report --deaths
    assert_success
    assert_output "\
DEATHS LAST (UTC)        NOW     NAME
   >=1 2026-11-29 08:14  down    clean.service
       systemctl edit clean.service
   >=1 2026-11-29 08:14  down    shell.service
       systemctl edit shell.service
     1 2024-02-29 00:00  down    leap.service
       systemctl edit leap.service
     2 2026-11-29 08:15  runs    runs.service
       systemctl edit runs.service
     1 2026-11-29 05:26  unknown user service own.service
       systemctl --user edit own.service
     1 2026-11-29 05:26  runs    a\\x2db.service
       systemctl edit 'a\\x2db.service'
systemd takes this death for a clean end, which Restart=on-failure leaves so.
In the file that systemctl edit opens, write this, and restart the service:
    [Service]
    Environment=LD_PRELOAD=$BUILD/libnosigpipe.so
    IgnoreSIGPIPE=no"
    report --deaths --json
    assert_equal "$(rows 'map([.kind, .name, .deaths, .exact, .last, .state, .mend]) | .[5]')" \
        '["service","a\\x2db.service",1,true,"2026-11-29T05:26:40Z","runs","systemctl edit '"'a\\\\x2db.service'"'"]'
    grep -q -x 'journalctl .*MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15 EXIT_CODE=killed EXIT_STATUS=13 + .*' stubs/journalctl.asked
}

@test "deaths: containers of podman and docker are counted" {
    { echo '{"ContainerExitCode":141,"ID":"f9","Image":"i","Name":"gone","Status":"died","Time":"2026-11-29T08:14:59.117805542Z","Attributes":{"a":"b","name":"ubi9"}}'
      echo '{"ContainerExitCode":1,"ID":"f9","Image":"i","Name":"other","Status":"died","Time":"2026-11-29T08:14:59.1Z"}'
      echo '{"ID":"f9","Image":"i","Name":"well","Status":"died","Time":"2026-11-29T08:14:59.1Z"}'; } >stubs/podman.events
    echo 'kept 2026-11-29 08:15:42.085515234 +0000 UTC' >stubs/podman.exited
    for _ in 1 2; do
        echo '{"status":"die","id":"e1","from":"i","Type":"container","Action":"die","Actor":{"ID":"e1","Attributes":{"exitCode":"141","image":"i","name":"web"}},"scope":"local","time":1795940000,"timeNano":1795940000123456789}'
    done >stubs/docker.events
    echo web >stubs/docker.runs
    echo '/old 2026-11-28T08:15:42.085515234Z' >stubs/docker.exited
    report --deaths
    assert_success
    assert_output "\
DEATHS LAST (UTC)        NOW     NAME
   >=1 2026-11-29 08:15  down    container podman kept
     1 2026-11-29 08:14  down    container podman gone
   >=1 2026-11-28 08:15  down    container docker old
     2 2026-11-29 08:13  runs    container docker web
In the image of a container, see nosigpipe-entrypoint(1):
    COPY libnosigpipe.so nosigpipe-entrypoint /opt/nosigpipe/
    ENTRYPOINT [\"/opt/nosigpipe/nosigpipe-entrypoint\"]"
    report --deaths --json --since 2026-11-29
    assert_equal "$(rows 'map(.name)')" '["podman kept","podman gone","docker web"]'
    grep -q -x 'podman events --stream=false --since=1795[0-9]* .*' stubs/podman.asked
}

@test "deaths: without a journal the containers are told of, and one line says what is left out" {
    rm stubs/journalctl
    echo 'kept 2026-11-29 08:15:42.085515234 +0000 UTC' >stubs/podman.exited
    run --separate-stderr report_as busybox --deaths
    assert_success
    assert_line --partial 'container podman kept'
    assert_equal "$stderr" 'nosigpipe-report: journalctl is not installed, without which no journal can be read (services are left out)'
    stub journalctl 'echo "No journal files were opened due to insufficient permissions." >&2'
    report --deaths
    assert_equal "$status $output $stderr" '2  nosigpipe-report: the journal of the system cannot be read by this user: try as root, or join the group systemd-journal'
    stub journalctl 'echo "Failed to open files: Permission denied" >&2; exit 1'
    report --deaths
    assert_equal "$status $output" '2 '
}

@test "deaths: no name reaches the terminal or a command as it is" {
    { died 1795940000 'a\u001b[31m;touch canary'; died 1795940000 '$(touch canary)'; died 1795940000 '-x'; } >stubs/journalctl.out
    report --deaths
    assert_success
    assert_line '       systemctl edit ...'
    refute_line --regexp '^ .*systemctl edit [^.]'
    run cat -v <<<"$output"
    refute_output --partial '^['
    report --deaths --json
    assert_equal "$(rows 'map(.mend) | unique')" '["systemctl edit ..."]'
    : >stubs/journalctl.out
    report --deaths
    assert_equal "$status $output" '0 No death by SIGPIPE is noted'
    report --deaths --json
    assert_equal "$status $output" '0 '
}
