# The commands in a system whose busybox prefers its own applets to the commands of PATH, as in Debian's
# busybox-static.

load ../lib/root

setup_file() {
    use_root bookworm busybox-static
}

@test "the launcher starts the first command in PATH under a busybox that prefers its applets" {
    # shellcheck disable=SC2016
    run in_root sh -c '
        printf "#!/bin/dash\necho own \$#\n" >/usr/local/bin/ls
        chmod +x /usr/local/bin/ls
        PATH=/usr/local/bin:$PATH
        [ "$(busybox sh -c ls)" != "own 0" ] || echo "no such busybox"
        for options in "" --strict --log=stderr; do
            busybox sh /source/build/nosigpipe $options ls -l
        done'
    assert_success
    assert_output $'own 1\nown 1\nown 1'
}

@test "the audit prints the same under a busybox that prefers its applets as under dash" {
    # shellcheck disable=SC2016
    run in_root sh -c '
        [ "$(busybox sh -c "command -v grep")" = grep ] || echo "no such busybox"
        mkfifo /tmp/in /tmp/out
        cat -u </tmp/in | cat -u >/tmp/out &
        exec 8>/tmp/in 9</tmp/out
        echo >&8
        read -r _ <&9
        for options in "" --json --all; do
            dash /source/build/nosigpipe-audit $options >/tmp/dash
            echo "status $?" >>/tmp/dash
            busybox sh /source/build/nosigpipe-audit $options >/tmp/busybox
            echo "status $?" >>/tmp/busybox
            grep -q "cat -u" /tmp/dash || echo "it has not seen any"
            diff /tmp/dash /tmp/busybox
        done
        exec 8>&-
        wait'
    assert_success
    assert_output ''
}
