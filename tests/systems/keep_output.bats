# bats file_tags=systemd
# --keep-output with Debian's journald, in mounts of its own: it is killed by SIGKILL and starts again, and a
# static Go service, which its broken standard output would end, goes on.

# shellcheck disable=SC2154 # bats sets `stderr`
load ../lib/common

setup() {
    needs mounts
    cd "$BATS_TEST_TMPDIR" || return
    cat >service.go <<'TEXT'
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println("the service says", lines.Text())
		fmt.Fprintln(os.Stderr, "read", lines.Text())
	}
}
TEXT
    env -u GOFLAGS GO111MODULE=off GOTOOLCHAIN=local GOCACHE="$PWD/cache" HOME="$PWD" CGO_ENABLED=0 \
        go build -o service service.go
}

in_mounts() { # PROGRAM...: the service, started by it
    run bare timeout 170 "$OWN_MOUNTS" bash "$BATS_TEST_DIRNAME/keep_journal.sh" "$@" ./service 3>&-
}

@test "without the keeper the service ends with journald" {
    in_mounts env
    assert_line "ended with $SIGPIPE_STATUS"
    assert_line 'my-service 5 the service says one'
    refute_output --partial 'says two'
}

@test "with the keeper the next lines are in the journal, with the identifier and the priority as before" {
    local program
    for program in "$LAUNCHER --keep-output" "$BUILD/nosigpipe-entrypoint --no-preload --keep-output"; do
        # shellcheck disable=SC2086 # several words
        in_mounts $program
        assert_line 'ended with 0'
        run grep -E 'says|read|lost' <<<"$output"
        assert_output "${identifier:-my-service} 5 the service says one
my-service 5 read one
service 6 the service says two
service 6 read two"
    done
}

@test "systemd is asked for the identifier and the priority" {
    needs cgroups
    mkdir fake
    cat >fake/systemctl <<'TEXT'
#!/bin/sh
echo "$*" >>"$ASKED"
cat <<END
ExecStart={ path=/usr/bin/my-program ; argv[]=/usr/bin/my-program --x ; ignore_errors=no }
SyslogIdentifier=my-service
SyslogPriority=29
SyslogLevelPrefix=yes
END
TEXT
    chmod +x fake/systemctl
    local group
    group=$(named_group "$$.service")
    ASKED=$PWD/asked CGROUP=$group PATH=$PWD/fake:$PATH in_mounts \
        "$BUILD/nosigpipe-entrypoint" --no-preload --keep-output
    until rmdir "$group" 2>/dev/null; do sleep 0.1; done
    assert_line 'my-service 5 the service says two'
    assert_line 'my-service 5 read two'
    run cat asked
    assert_output "show --property=SyslogIdentifier,SyslogPriority,SyslogLevelPrefix,ExecStart --system -- ${group##*/}"
}
