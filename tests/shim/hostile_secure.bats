#!/usr/bin/env bats
# What nobody may use the shim for: to make a program with more rights than its caller do something, to
# write to a file that is no log, to read more than the fields of a record.

load ../lib/common
load ../lib/record
load ../lib/host

# Runs a script in a root where every program is preloaded with the shim, by /etc/ld.so.preload. In
# /mnt are programs with more rights than user 65534, a folder of root and one for everybody.
preloaded_everywhere() { # SCRIPT
    bare "$OWN_MOUNTS" sh -ec '
        mount -t tmpfs tmpfs /mnt
        cp "$1" /mnt/libnosigpipe.so
        for program in plain suid sgid capable; do cp "$2" "/mnt/$program"; done
        chmod 4755 /mnt/suid
        chgrp 1 /mnt/sgid && chmod 2755 /mnt/sgid
        setcap cap_net_raw+ep /mnt/capable
        mkdir -m 700 /mnt/closed
        mkdir -m 1777 /mnt/open
        mkdir /mnt/etc
        cp /etc/ld.so.cache /mnt/etc
        echo /mnt/libnosigpipe.so >/mnt/etc/ld.so.preload
        mount --bind /mnt/etc /etc
        as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
        eval "$3"' sh "${OBJECT:-$SHIM}" "$PROGRAMS/policy" "$1"
}

@test "a program with more rights than its caller is protected, and takes no option" {
    needs mounts users owners capabilities
    cd "$BATS_TEST_TMPDIR"
    ignoring "$PROGRAMS/policy" 5 pipe write 3 3>&1 | sed 's/^ignore$/default/' >oracle
    # shellcheck disable=SC2016
    preloaded_everywhere '
        for program in plain suid sgid capable; do
            for folder in open closed; do
                echo "$program $folder"
                as_user env NOSIGPIPE_OPTIONS="log=file:/mnt/$folder/log,nonsense=1" \
                    "/mnt/$program" 5 pipe write 3 3>&1
                [ ! -e "/mnt/$folder/log" ] || stat -c "log of %u" "/mnt/$folder/log"
                rm -f "/mnt/$folder/log"
                as_user env NOSIGPIPE_OPTIONS=action=die "/mnt/$program" 5 pipe write 3 3>&1 ||
                    echo "status $?"
            done
        done' >answers 2>&1
    {
        for folder in open closed; do
            echo "plain $folder"
            echo "nosigpipe: NOSIGPIPE_OPTIONS: unknown key 'nonsense' (accepted:"
            cat oracle
            [ "$folder" = closed ] || echo 'log of 65534'
            echo 'status 141'
        done
        for program in suid sgid capable; do
            for folder in open closed; do
                echo "$program $folder"
                cat oracle oracle
            done
        done
    } >expected
    run diff expected <(sed 's/ (accepted:.*/ (accepted:/; /^Broken pipe$/d' answers)
    assert_output ''
    assert_success
}

@test "of options in the object, a program with more rights than its caller takes those that can do no harm" {
    needs mounts users owners capabilities
    cd "$BATS_TEST_TMPDIR"
    OBJECT=$PWD/copy.so
    answers() { # OPTIONS [ONLY [EXCEPT]]
        write_host_options "$OBJECT" "$@"
        # shellcheck disable=SC2016
        preloaded_everywhere '
            chmod 711 /mnt
            for program in plain suid sgid capable; do
                for fd in 1 5; do
                    status=0
                    said=$(as_user env NOSIGPIPE_OPTIONS=storm=0,stdio=epipe \
                        "/mnt/$program" "$fd" pipe write 3 2>&1 3>/dev/null) || status=$?
                    echo "$program $fd $status${said:+ and a message}"
                done
            done'
    }
    run answers stdio=default,action=die,log=stderr
    assert_output "plain 1 141 and a message
plain 5 141 and a message
suid 1 141
suid 5 0
sgid 1 141
sgid 5 0
capable 1 141
capable 5 0"
    # Who is touched is the same for all.
    run answers stdio=epipe suid
    assert_output "plain 1 141
plain 5 141
suid 1 0
suid 5 0
sgid 1 141
sgid 5 141
capable 1 141
capable 5 141"
}

@test "a log that names memory of the program, or a file of the kernel, changes neither" {
    cd "$BATS_TEST_TMPDIR"
    logging log=off "$PROGRAMS/policy" 5 socket write 30 3>expected
    for log in /proc/self/mem /proc/self/fd/5 /proc/self/task /dev/zero /dev/tty /proc/self/exe; do
        logging "log=file:$log,backtrace=8" "$PROGRAMS/policy" 5 socket write 30 3>answers 2>errors
        cmp expected answers
        assert_equal "$(cat errors)" ''
    done
}

@test "a record has no bytes of the data, the arguments or the environment" {
    cd "$BATS_TEST_TMPDIR"
    for format in logfmt json; do
        SESAME=secret-of-environment logging "log=file:$PWD/log,format=$format,backtrace=32" \
            "${APP[@]}" "data = b'secret-of-data ' * 40
for make in make_pipe, make_socket:
    broken = make()
    for call in lambda: os.write(broken, data), lambda: os.writev(broken, [data, data]):
        try: call()
        except OSError as error: answers.append(errno.errorcode[error.errno])
print(answers)" secret-of-arguments >answers
        assert_equal "$(cat answers)" "['EPIPE', 'EPIPE', 'EPIPE', 'EPIPE']"
        decode "$format" log >records
        assert_equal "$(values_of asked <records | xargs)" '600 1200 600 1200'
        run grep -a -c -i 'secret' log
        assert_output 0
        # Nor any bytes left on the stack.
        run grep -a -c '[^ -~]' log
        assert_output 0
        rm log
    done
}
