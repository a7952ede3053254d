# bats file_tags=host
# nosigpipe-host: /etc/ld.so.preload, and the programs of a system that it protects.

load ../lib/root
load ../lib/pages

setup_file() { use_root "${HOST_SUITE:-bookworm}" systemd; }

setup() {
    CHANGES=$BATS_TEST_TMPDIR/layer/changes
    FILE=$CHANGES/etc/ld.so.preload
    CONF=$CHANGES/etc/nosigpipe/host.conf
    OBJECT=/usr/lib/libnosigpipe.so
    COPY=/usr/lib/nosigpipe/libnosigpipe.so
    UNITS=$CHANGES/etc/systemd/system
    mkdir -p "$CHANGES/etc"
    make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$CHANGES" >/dev/null
}

host() { # ARGUMENT...
    run in_root nosigpipe-host "$@"
}

# Nothing is changed, and one line says why.
refuses() { # STATUS MESSAGE ARGUMENT...
    in_root true # makes folders
    state() { find "$CHANGES" ! -type d -printf '%p %T@ %s\n' | sort; }
    local before
    before=$(state)
    host "${@:3}"
    assert_failure "$1"
    assert_output "nosigpipe-host: $2"
    assert_equal "$(state)" "$before"
    [ ! -e "$CHANGES${COPY%/*}" ]
    [ ! -e "$FILE" ]
    [ ! -e "$CHANGES$COPY" ]
}

# The status of a broken write of a program, which is a copy of yes.
broken_write() { # [PROGRAM]
    [ -z "${1-}" ] || in_root cp /usr/bin/yes "/usr/bin/$1"
    # shellcheck disable=SC2016
    in_root bash -c '"$1" 2>/dev/null | true; echo "${PIPESTATUS[0]}"' bash "${1:-yes}"
}

@test "enable protects every program, again changes nothing, and disable ends that" {
    assert_equal "$(broken_write)" "$SIGPIPE_STATUS"
    host status
    assert_failure 1
    assert_output disabled
    local enabled="enabled for every program that starts
copy: $COPY
options: none"
    for _ in 1 2; do
        host enable
        assert_success
        assert_output "$enabled
if no program starts any more, in a root shell that is open: : >/etc/ld.so.preload"
        assert_equal "$(cat "$FILE")" "$COPY"
        assert_equal "$(stat -c '%a %u' "$FILE")" '644 0'
        cmp "$CHANGES$COPY" "$CHANGES$OBJECT"
    done
    host status
    assert_success
    assert_output "$enabled"
    assert_equal "$(broken_write)" 1
    # What the line says does rescue.
    # shellcheck disable=SC2016
    run in_root bash -c ': >/etc/ld.so.preload; yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    assert_output "$SIGPIPE_STATUS"
    host enable
    host disable
    assert_success
    assert_output "disabled: '/etc/ld.so.preload' does not name the library any more"
    run in_root sh -c 'ls -d /etc/ld.so.preload* /usr/lib/nosigpipe'
    assert_failure 2
    assert_equal "$(broken_write)" "$SIGPIPE_STATUS"
    host disable
    assert_success
    assert_output "disabled already: '/etc/ld.so.preload' does not name the library"
}

@test "options, only and except stand in host.conf and in the copy; the package's file stays as it was" {
    cp "$CHANGES$OBJECT" "$BATS_TEST_TMPDIR/before"
    host enable --log=journal --except 'postgres:/opt/*' --storm 9 --except=a\ b
    assert_success
    assert_line 'options: log=journal,storm=9'
    assert_line 'except: postgres:/opt/*:a b'
    run cat "$CONF"
    assert_output '# nosigpipe-host(8): options for every program of this machine. After a change: nosigpipe-host update
log=journal
storm=9
except=postgres:/opt/*:a b'
    cmp "$BATS_TEST_TMPDIR/before" "$CHANGES$OBJECT"
    run cmp -s "$CHANGES$COPY" "$CHANGES$OBJECT"
    assert_failure 1
    assert_equal "$(broken_write) $(broken_write postgres)" "1 $SIGPIPE_STATUS"
    # Without options they stay, and others replace them.
    host enable
    assert_line 'except: postgres:/opt/*:a b'
    host enable --only=yes
    assert_equal "$(sed 1d "$CONF")" only=yes
    assert_equal "$(broken_write) $(broken_write other)" "1 $SIGPIPE_STATUS"
    # update follows the file, and status says that it was changed.
    echo 'except=*' >>"$CONF"
    host status
    assert_failure 1
    assert_line "out of date: '$COPY' (nosigpipe-host update makes it anew)"
    host update
    assert_output "updated: '$COPY'"
    host status
    assert_success
    assert_equal "$(broken_write)" "$SIGPIPE_STATUS"
    host disable
    assert_line "the options stay in '/etc/nosigpipe/host.conf'"
    host update
    assert_success
    assert_output ''
    [ ! -e "$FILE" ]
}

@test "the options hold in set-user-ID programs, and the variable does not change them there" {
    host enable --stdio=default --action=die
    cp "$PROGRAMS/policy" "$CHANGES/usr/bin/setuid-policy"
    in_root chmod 4755 /usr/bin/setuid-policy
    # action=die is none of those that hold there.
    # shellcheck disable=SC2016
    run in_root setpriv --reuid=nobody --regid=nogroup --clear-groups env NOSIGPIPE_OPTIONS=off bash -c '
        for fd in 1 5; do setuid-policy "$fd" pipe write 3 3>/dev/null; echo "$fd: $?" >&2; done
        grep -c "$1" /proc/self/maps >&2' bash "$COPY"
    assert_line "1: $SIGPIPE_STATUS"
    assert_line '5: 0'
    assert_line --index -1 --regexp '^[1-9][0-9]*$'
}

@test "--check says by which word a program is protected on this machine, or is not" {
    checks() { # PROGRAM ANSWER
        run in_root sh -c 'nosigpipe --check "$1" | grep -o ";.*"' sh "$1"
        assert_output "$2"
    }
    checks sleep ''
    host enable
    checks sleep '; by /etc/ld.so.preload, too'
    host enable --only='sl*:/usr/bin/mount' --except='sleep:/bin/?at'
    checks sleep '; /etc/ld.so.preload leaves it out: except=sleep'
    checks /bin/cat '; /etc/ld.so.preload leaves it out: except=/bin/?at'
    checks cat '; /etc/ld.so.preload leaves it out: only=sl*:/usr/bin/mount'
    checks mount '; by /etc/ld.so.preload, too: only=/usr/bin/mount'
    in_root sh -c 'printf "#!/bin/sh\n" >/usr/bin/sl && chmod +x /usr/bin/sl'
    checks sl '; by /etc/ld.so.preload, too: only=sl*'
    # It is so.
    assert_equal "$(broken_write sly)" 1
    assert_equal "$(broken_write lay)" "$SIGPIPE_STATUS"
    # A static program has no loader that would read the file.
    in_root cp /usr/bin/nosigpipe-entrypoint /usr/bin/sl-static
    checks sl-static ''
}

@test "under nosigpipe itself one record is written, and its options count" {
    host enable --log=file:/host.log
    # shellcheck disable=SC2016
    run in_root bash -c 'nosigpipe --log=file:/log yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    assert_output 1
    assert_equal "$(grep -c ' call=' "$CHANGES/log")" 1
    [ ! -e "$CHANGES/host.log" ]
}

@test "where no program starts any more, enable undoes itself" {
    cp "$BUILD/tests/preload_lockout.so" "$CHANGES$OBJECT"
    printf '/usr/lib/x86_64-linux-gnu/libm.so.6\n' >"$FILE"
    host enable --log=journal
    assert_failure 1
    assert_output "nosigpipe-host: undone: 'true' fails with it: "
    run in_root true
    assert_success
    assert_equal "$(cat "$FILE")" /usr/lib/x86_64-linux-gnu/libm.so.6
    run in_root sh -c 'ls -d /usr/lib/nosigpipe /etc/nosigpipe'
    refute_line --regexp '^/'
    # The file does keep programs from starting.
    echo "$OBJECT" >"$FILE"
    run in_root true
    assert_failure 99
    # So does an upgrade to it, after which the machine is as without us.
    rm "$FILE"
    make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$CHANGES" >/dev/null
    host enable
    assert_success
    cp "$BUILD/tests/preload_lockout.so" "$CHANGES$OBJECT"
    host update
    assert_failure 1
    assert_output "nosigpipe-host: undone: 'true' fails with it: "
    run in_root sh -c 'ls /etc/ld.so.preload /usr/lib/nosigpipe'
    assert_output "ls: cannot access '/etc/ld.so.preload': No such file or directory
ls: cannot access '/usr/lib/nosigpipe': No such file or directory"
}

@test "enable keeps what the file has, and disable finds the library under every name" {
    printf '# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6' >"$FILE"
    host enable
    host enable
    assert_success
    assert_equal "$(cat "$FILE")" $'# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6\n'"$COPY"
    host disable
    assert_equal "$(cat "$FILE")" $'# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6'
    # A file without the library stays as it is.
    printf '/usr/lib/x86_64-linux-gnu/libm.so.6\n\n\n' | tee "$BATS_TEST_TMPDIR/others" >"$FILE"
    host disable
    assert_success
    assert_output "disabled already: '/etc/ld.so.preload' does not name the library"
    cmp "$BATS_TEST_TMPDIR/others" "$FILE"
    # shellcheck disable=SC2016
    printf '%s\n' '# $LIB/libnosigpipe.so' '/usr/$LIB/libnosigpipe.so:/lib/a.so /lib/b.so # both' \
        '/usr/${LIB}/libnosigpipe.so	libnosigpipe.so /*' '/lib/x86_64-linux-gnu/libnosigpipe.so #' \
        "$OBJECT" /gone/libnosigpipe.so /lib/mylibnosigpipe.so >"$FILE"
    host status
    assert_line "enabled by hand: '/gone/libnosigpipe.so' in '/etc/ld.so.preload'"
    run in_root nosigpipe-host disable 2>&1
    run cat "$FILE"
    # shellcheck disable=SC2016
    assert_output '# $LIB/libnosigpipe.so
/lib/a.so /lib/b.so # both
/*
#
/lib/mylibnosigpipe.so'
}

@test "what was asked for is done though nobody reads what is said, and the status says so" {
    mkdir -p "$UNITS"
    printf '[Service]\nExecStart=/bin/true\n' >"$UNITS/server.service"
    unread() { # REDIRECTION ARGUMENT...
        # shellcheck disable=SC2016
        run in_root bash -c 'exec 3> >(:); wait $!; eval "shift; nosigpipe-host \"\$@\" $1"' bash "$@"
        assert_failure 1
        assert_output 'nosigpipe-host: cannot write to standard output'
    }
    local output_to
    # Standard output is closed, or a pipe without a reader.
    for output_to in '>&-' '>&3'; do
        unread "$output_to" enable
        unread "$output_to" enable --unit server
        assert_equal "$(broken_write)" 1
        unread "$output_to" update --without "$OBJECT"
        run in_root ls -d /etc/ld.so.preload "${COPY%/*}" /etc/systemd/system/server.service.d
        refute_line --regexp '^/'
        host enable
        unread "$output_to" disable
        run in_root ls -d /etc/ld.so.preload "${COPY%/*}"
        refute_line --regexp '^/'
    done
}

@test "symbolic links stay, and an interrupted enable leaves nothing" {
    mkdir -p "$CHANGES/srv" "${CONF%/*}"
    ln -s /srv/preload "$FILE"
    ln -s /srv/conf "$CONF"
    host enable --mode=mask
    assert_success
    assert_equal "$(readlink "$FILE") $(readlink "$CONF")" '/srv/preload /srv/conf'
    assert_equal "$(cat "$CHANGES/srv/preload")" "$COPY"
    assert_equal "$(sed 1d "$CHANGES/srv/conf")" mode=mask
    host disable
    # So they do below --root, where the same path leads to another file.
    mkdir -p "$CHANGES/system/etc" "$CHANGES/system/srv"
    ln -s /srv/other "$CHANGES/system/etc/ld.so.preload"
    echo "$COPY" | tee "$CHANGES/srv/other" >"$CHANGES/system/srv/other"
    host disable --root=/system
    assert_success
    assert_output "disabled: '/system/srv/other' does not name the library any more"
    assert_equal "$(cat "$CHANGES/srv/other")" "$COPY"
    [ ! -e "$CHANGES/system/srv/other" ]
    ln -sfn /none/preload "$FILE"
    host enable
    assert_failure 1
    assert_output "nosigpipe-host: cannot write '/none/preload'"
    rm "$FILE" "$CONF" "$CHANGES/srv/conf"
    # One of the tools gets the signal to its parent: in the middle of the copy, when it has its name, and when the copy
    # is named.
    mkdir -p "$CHANGES/usr/local/bin"
    local tool
    for tool in 'dd *' "mv *$COPY" 'mv *ld.so.preload'; do
        printf '#!/bin/sh\n/bin/%s "$@"\nstatus=$?\ncase $* in %s) kill -TERM "$PPID" ;; esac\nexit $status\n' \
            "${tool%% *}" "${tool#* }" >"$CHANGES/usr/local/bin/${tool%% *}"
        chmod +x "$CHANGES/usr/local/bin/${tool%% *}"
        run in_root env PATH=/usr/local/bin:/usr/bin:/bin nosigpipe-host enable --mode=mask
        assert_failure 143
        rm "$CHANGES/usr/local/bin/${tool%% *}"
        run in_root sh -c 'ls -d /usr/lib/nosigpipe /etc/ld.so.preload* /etc/nosigpipe/host.conf*'
        refute_line --regexp '^/'
    done
}

# While dpkg replaces the files of libc, the loader of one version may meet the libc of the other, with us or without.
@test "an upgrade of libc, from that of Debian 12 to that of Debian 13" {
    . "$ROOT/tests/lib/mirror.sh"
    local mirror
    mirror=$(mirror)
    host enable --mode=mask --except=none
    # shellcheck disable=SC2016
    run in_root bash -c '
        echo "deb $1 trixie main" >/etc/apt/sources.list.d/trixie.list
        apt-get -q -o APT::Sandbox::User=root update >/tmp/apt 2>&1 &&
            DEBIAN_FRONTEND=noninteractive apt-get -q -y -o APT::Sandbox::User=root install libc6/trixie >>/tmp/apt 2>&1
        echo "apt: $?"
        grep "ERROR: ld.so" /tmp/apt
        /usr/bin/ldd --version | sed -n 1p
        grep -c "$2" /proc/self/maps
        nosigpipe-host status' bash "$mirror" "$COPY"
    assert_success
    assert_line --index 0 'apt: 0'
    assert_line --index 1 --regexp '^ldd .* 2\.41$'
    assert_line --index 2 --regexp '^[1-9]$'
    assert_line --index 3 'enabled for every program that starts'
    assert_equal "$(broken_write)" 1
}

@test "update --without takes out one library, whose folder may be gone, and keeps others" {
    printf '%s\n' /gone/libnosigpipe.so /gone/nosigpipe/libnosigpipe.so /usr/local/lib/libnosigpipe.so >"$FILE"
    in_root nosigpipe-host update --without /gone/libnosigpipe.so 2>/dev/null
    assert_equal "$(cat "$FILE")" /usr/local/lib/libnosigpipe.so
    rm "$FILE"
    host enable
    host update --without /elsewhere/libnosigpipe.so
    assert_success
    assert_output ''
    [ -e "$FILE" ]
    host update --without "$OBJECT"
    assert_output "disabled: '/etc/ld.so.preload' does not name the library any more"
    run in_root ls -d "${COPY%/*}" /etc/ld.so.preload
    assert_failure 2
}

@test "with libraries for two kinds of CPU there are two copies, and one name by \$LIB" {
    needs_i386
    make -s -C "$ROOT" CROSS=i686-linux-gnu BUILD="$BATS_TEST_TMPDIR/i386" "$BATS_TEST_TMPDIR/i386/libnosigpipe.so"
    local multiarch=/usr/lib/x86_64-linux-gnu other=/usr/lib/i386-linux-gnu
    mkdir -p "$CHANGES$multiarch" "$CHANGES$other" "$CHANGES/usr/lib"
    cp /usr/i686-linux-gnu/lib/{ld-linux.so.2,libc.so.6} "$CHANGES/usr/lib"
    mv "$CHANGES$OBJECT" "$CHANGES$multiarch"
    host enable
    assert_failure 1
    assert_output "nosigpipe-host: '/lib/ld-linux.so.2' starts 32-bit i386 programs, and libnosigpipe.so is not installed\
 for these: each would say that it cannot load it (nosigpipe(1), 'Several libraries')"
    cp "$BATS_TEST_TMPDIR/i386/libnosigpipe.so" "$CHANGES$other"
    host enable --log=syslog
    # shellcheck disable=SC2016
    assert_equal "$(cat "$FILE")" '/usr/$LIB/nosigpipe/libnosigpipe.so'
    # Both kinds of programs load theirs, without a word.
    run in_root sh -c 'grep -h -o "/usr/lib/.*/nosigpipe/libnosigpipe.so" /proc/self/maps | sort -u; /usr/lib/ld-linux.so.2 --version | head -n 1'
    assert_line --index 0 "$multiarch/nosigpipe/libnosigpipe.so"
    refute_output --partial ERROR
    host status
    assert_success
    # One of the two goes.
    host update --without "$other/libnosigpipe.so"
    assert_failure 1
    rm "$CHANGES/usr/lib/ld-linux.so.2"
    host update --without "$other/libnosigpipe.so"
    assert_output "updated: '$multiarch/nosigpipe/libnosigpipe.so'"
    [ ! -e "$CHANGES$other/nosigpipe" ]
    host disable
    run in_root ls -d "$multiarch/nosigpipe" /etc/ld.so.preload
    assert_failure 2
}

@test "bad input is refused in one line, and nothing is changed" {
    local usage='(usage: nosigpipe-host enable|disable|status|update [OPTION]...)'
    local globs='(accepted: characters but \ and :, and * ? [a-z] [!a-z])'
    refuses 125 "no command given $usage"
    refuses 125 "unknown command 'add' $usage" add
    refuses 125 "'disable' after 'enable' $usage" enable disable
    refuses 125 "unknown option '-x' ('nosigpipe-host --help' lists all)" enable -x
    refuses 125 "unknown option '--nonsense' ('nosigpipe-host --help' lists all)" enable --nonsense=1
    refuses 125 "'--mode' needs a value" enable --mode
    refuses 125 "bad value 'x' for '--mode' (accepted: catch ignore mask flags)" enable --mode=x
    refuses 125 "bad value 'file:/a?b' for '--log' (accepted: off stderr syslog journal file:PATH)" enable --log=$'file:/a\nb'
    refuses 125 "'status' takes no options for programs" status --mode=mask
    refuses 125 "'--without' goes with 'update' alone" enable --without=/x
    refuses 125 "'--unit' goes with 'enable' and 'disable' alone" status --unit=a
    refuses 125 "'--root' goes with 'disable' and 'update --without' alone" enable --root=/
    refuses 125 "'--root' goes with 'disable' and 'update --without' alone" update --root=/usr
    refuses 125 "no such folder: '/none'" disable --root /none
    refuses 125 "'x' is not an absolute path" update --without x
    for glob in '' 'a::b' '[' 'a[b' '[]' '[!]' '[^a]' 'a\b' $'a\nb' '[[:alpha:]]'; do
        local culprit=${glob//$'\n'/?}
        [[ $glob != *:* ]] || culprit=''
        [[ $glob != *alpha* ]] || culprit='[['
        refuses 125 "bad glob '$culprit' for '--only' $globs" enable "--only=$glob"
    done
    refuses 125 "bad glob 'a/b' for '--except': with a slash it is for a whole path, and begins with / or *" \
        enable --except=x:a/b
    refuses 125 "'children=release' does nothing here, since /etc/ld.so.preload reaches every program: use except=" \
        enable --children=release
    refuses 1 "the options take 2003 bytes, and '$OBJECT' has room for 1536" enable --only "$(printf %02000d 0)"
    run in_root setpriv --reuid=nobody --regid=nogroup --clear-groups nosigpipe-host enable
    assert_failure 1
    assert_output "nosigpipe-host: only root may 'enable'"
}

@test "a library that is foreign, does not load or could be changed by others is refused" {
    # Small systems have neither of these.
    in_root rm /usr/bin/find /usr/bin/cmp
    mv "$CHANGES$OBJECT" "$BATS_TEST_TMPDIR/object"
    refuses 125 "libnosigpipe.so is neither in '/usr/bin' nor in '/usr/lib'" enable
    cp /usr/lib/x86_64-linux-gnu/libc.so.6 "$CHANGES$OBJECT"
    refuses 1 "'$OBJECT' has no room for options: it is of another version, or another library" enable
    head -c 100000 "$BATS_TEST_TMPDIR/object" >"$CHANGES$OBJECT"
    # The first header says that there is more.
    printf '\x7fELF\x03' | dd of="$CHANGES$OBJECT" conv=notrunc status=none
    host enable
    assert_failure 1
    assert_output --regexp "^nosigpipe-host: ('/[^ ]+' starts .* programs, and libnosigpipe.so is not installed|not enabled: 'true' fails with '$COPY': ERROR: ld.so: )"
    cp "$BATS_TEST_TMPDIR/object" "$CHANGES$OBJECT"
    in_root sh -c "chgrp nogroup $OBJECT && chmod g+w $OBJECT"
    refuses 1 "'$OBJECT' can be changed by users other than root" enable
    in_root sh -c "chmod g-w $OBJECT && chown nobody $OBJECT"
    refuses 1 "'$OBJECT' can be changed by users other than root" enable
    in_root sh -c "chown root $OBJECT && chmod 777 /usr/lib"
    refuses 1 "'/usr/lib' can be changed by users other than root" enable
    in_root chmod 750 /usr/lib
    refuses 1 "'/usr/lib' is closed to users other than root" enable
    in_root chmod 755 /usr/lib
    host enable
    assert_success
    host status
    assert_success
}

@test "a target that cannot be written, and a bad host.conf, are named" {
    run in_root sh -c 'mkdir /usr/lib/nosigpipe; mount -t tmpfs -o ro,mode=755 tmpfs /usr/lib/nosigpipe; nosigpipe-host enable'
    assert_failure 1
    assert_output "nosigpipe-host: cannot write '$COPY'"
    rmdir "$CHANGES/usr/lib/nosigpipe"
    # The file cannot be written.
    run in_root sh -c 'mkdir /etc/ld.so.preload.new; nosigpipe-host enable'
    assert_failure 1
    assert_output "nosigpipe-host: cannot write '/etc/ld.so.preload'"
    rmdir "$CHANGES/etc/ld.so.preload.new"
    [ ! -e "$CHANGES$COPY" ]
    [ ! -e "$FILE" ]
    # It cannot be replaced: by another file on it, or by chattr +i.
    echo /usr/lib/x86_64-linux-gnu/libm.so.6 >"$FILE"
    run in_root sh -c 'mount --bind /etc/ld.so.preload /etc/ld.so.preload; nosigpipe-host enable --mode=mask'
    assert_failure 1
    assert_output "nosigpipe-host: cannot write '/etc/ld.so.preload'"
    run in_root sh -c 'ls -d /etc/ld.so.preload* /etc/nosigpipe /usr/lib/nosigpipe; cat /etc/ld.so.preload'
    assert_line /etc/ld.so.preload
    assert_line /usr/lib/x86_64-linux-gnu/libm.so.6
    refute_line --regexp '^/(etc/ld.so.preload.+|etc/nosigpipe|usr/lib/nosigpipe)$'
    rm "$FILE"
    mkdir -p "${CONF%/*}"
    echo 'mode mask' >"$CONF"
    refuses 1 "'/etc/nosigpipe/host.conf': bad line 'mode mask' (accepted: KEY=VALUE, only=GLOBS, except=GLOBS, a comment after #)" enable
    echo 'mode=x' >"$CONF"
    refuses 125 "'/etc/nosigpipe/host.conf': bad value 'x' for '--mode' (accepted: catch ignore mask flags)" enable
    # It would be another file in each folder.
    echo 'log=file:x' >"$CONF"
    refuses 125 "'/etc/nosigpipe/host.conf': bad value 'file:x' for '--log' (accepted: off stderr syslog journal file:PATH)" enable
    rm "$CONF"
    host enable --mode=mask
    assert_success
    run in_root sh -c 'cp -a /usr/lib/nosigpipe /tmp/copy; mount --bind /usr/lib/nosigpipe /usr/lib/nosigpipe
        mount -o remount,bind,ro /usr/lib/nosigpipe; nosigpipe-host disable'
    assert_failure 1
    assert_line "nosigpipe-host: cannot remove '$COPY'"
    host enable
    # An enable that is refused leaves all as it was, though a copy is in use.
    host enable --only "$(printf %02000d 0)"
    assert_failure 1
    assert_output "nosigpipe-host: the options take 2003 bytes, and '$OBJECT' has room for 1536"
    assert_equal "$(cat "$FILE")" "$COPY"
    assert_equal "$(sed 1d "$CONF")" mode=mask
    assert_equal "$(broken_write)" 1
    # An update that is refused leaves the copy as it was.
    cp "$CHANGES$COPY" "$BATS_TEST_TMPDIR/copy"
    echo 'only=[' >>"$CONF"
    host update
    assert_failure 125
    cmp "$BATS_TEST_TMPDIR/copy" "$CHANGES$COPY"
    assert_equal "$(broken_write)" 1
}

@test "--unit makes a drop-in for one service, which keeps an LD_PRELOAD of the unit's own" {
    local drop_in
    mkdir -p "$UNITS/other.service.d"
    printf '[Service]\nExecStart=/bin/true\n' | tee "$UNITS/server.service" >"$UNITS/at@.service"
    for name in server server.service at@1; do
        drop_in=/etc/systemd/system/${name%.service}.service.d/zz-nosigpipe.conf
        host enable --unit "$name" --log=journal --storm=5
        assert_success
        assert_output "enabled for '${name%.service}.service' by '$drop_in'
from its next start on: systemctl restart ${name%.service}.service"
        run cat "$CHANGES$drop_in"
        assert_output '# Made by nosigpipe-host enable --unit
[Service]
Environment="LD_PRELOAD=/usr/lib/libnosigpipe.so"
Environment="NOSIGPIPE_OPTIONS=log=journal,storm=5"
IgnoreSIGPIPE=no'
    done
    run in_root systemd-analyze verify server.service
    assert_success
    assert_output ''
    host status
    assert_success
    assert_output "enabled for 'at@1.service' by '/etc/systemd/system/at@1.service.d/zz-nosigpipe.conf'
enabled for 'server.service' by '/etc/systemd/system/server.service.d/zz-nosigpipe.conf'"
    host disable --unit at@1
    assert_output "removed '/etc/systemd/system/at@1.service.d/zz-nosigpipe.conf'"
    [ ! -e "$UNITS/at@1.service.d" ]
    # Its own value.
    mkdir -p "$UNITS/service.d"
    printf '[Service]\nEnvironment="LD_PRELOAD=/lib/a.so:/lib/b.so"\n' >"$UNITS/service.d/x.conf"
    host enable --unit server
    run grep LD_PRELOAD "$UNITS/server.service.d/zz-nosigpipe.conf"
    assert_output 'Environment="LD_PRELOAD=/lib/a.so:/lib/b.so:/usr/lib/libnosigpipe.so"'
    # Of two files of one name systemd takes the first, which has no value here.
    mkdir -p "$CHANGES/usr/lib/systemd/system"
    printf '[Service]\nEnvironment="LD_PRELOAD=/lib/other.so"\n' >"$CHANGES/usr/lib/systemd/system/server.service"
    rm -r "$UNITS/server.service.d"
    run in_root sh -c 'umask 077; nosigpipe-host enable --unit server; stat -c %a /etc/systemd/system/server.service.d/*'
    assert_line 644
    run grep LD_PRELOAD "$UNITS/server.service.d/zz-nosigpipe.conf"
    assert_output 'Environment="LD_PRELOAD=/lib/a.so:/lib/b.so:/usr/lib/libnosigpipe.so"'
    # A template's drop-in gives way to that of an instance.
    host enable --unit at@
    host enable --unit at@2
    run grep -h LD_PRELOAD "$UNITS"/at@*.service.d/zz-nosigpipe.conf
    assert_output 'Environment="LD_PRELOAD=/lib/a.so:/lib/b.so:/usr/lib/libnosigpipe.so"
Environment="LD_PRELOAD=/lib/a.so:/lib/b.so:/usr/lib/libnosigpipe.so"'
    # What cannot be told is refused: which of two values counts, for one.
    printf '[Service]\nEnvironment=LD_PRELOAD=/lib/c.so\n' >"$UNITS/at@.service.d/y.conf"
    host enable --unit at@
    assert_failure 1
    assert_output --partial 'sets LD_PRELOAD in a way that is not understood'
    for line in 'Environment=A=1 LD_PRELOAD=/lib/a.so' UnsetEnvironment=LD_PRELOAD PassEnvironment='A LD_PRELOAD' \
        'ExecStart=env LD_PRELOAD=/lib/a.so true'; do
        printf '[Service]\n%s\n' "$line" >"$UNITS/service.d/x.conf"
        host enable --unit server
        assert_failure 1
        assert_output "nosigpipe-host: '/etc/systemd/system/service.d/x.conf' sets LD_PRELOAD in a way that is not understood:\
 add '/usr/lib/libnosigpipe.so' to it there"
    done
    mkdir -p "$CHANGES/etc/default"
    echo LD_PRELOAD=/lib/a.so >"$CHANGES/etc/default/server"
    printf '[Service]\nEnvironmentFile=-/etc/default/server\n' >"$UNITS/service.d/x.conf"
    host enable --unit server
    assert_failure 1
    assert_output "nosigpipe-host: '/etc/default/server', which '/etc/systemd/system/service.d/x.conf' names, sets LD_PRELOAD:\
 add '/usr/lib/libnosigpipe.so' to it there"
    echo mine >"$UNITS/other.service.d/zz-nosigpipe.conf"
    printf '[Service]\nExecStart=/bin/true\n' >"$UNITS/other.service"
    rm -r "$UNITS/service.d"
    for task in enable disable; do
        host "$task" --unit other
        assert_failure 1
        assert_output "nosigpipe-host: '/etc/systemd/system/other.service.d/zz-nosigpipe.conf' was not made by nosigpipe-host"
    done
    host enable --unit none
    assert_failure 1
    assert_output "nosigpipe-host: there is no unit 'none.service' on this machine"
    host enable --unit server --only=a
    assert_failure 125
    assert_output "nosigpipe-host: '--only' and '--except' do not go with '--unit'"
    host enable --unit a.timer
    assert_failure 125
    assert_output "nosigpipe-host: 'a.timer' is no service: programs are started by services alone"
    host enable --unit a/b
    assert_failure 125
    assert_output "nosigpipe-host: bad name of a unit: 'a/b'"
    # The library goes, and so does what names it.
    local prefix
    for prefix in /usr /opt; do
        mkdir "$UNITS/several-${prefix#/}.service.d"
        printf '# Made by nosigpipe-host enable --unit\n[Service]\nEnvironment="LD_PRELOAD=%s/$LIB/libnosigpipe.so"\n' \
            "$prefix" >"$UNITS/several-${prefix#/}.service.d/zz-nosigpipe.conf"
    done
    # systemd reads its files anew, where it runs: else it would go on with the drop-in.
    in_root mkdir -p /run/systemd/system
    # shellcheck disable=SC2016
    in_root sh -c 'printf "#!/bin/sh\necho \"systemctl \$*\"\n" >/usr/bin/systemctl.new
        chmod +x /usr/bin/systemctl.new && mv /usr/bin/systemctl.new /usr/bin/systemctl'
    host update --without "$OBJECT"
    assert_line 'systemctl daemon-reload'
    assert_line "removed '/etc/systemd/system/server.service.d/zz-nosigpipe.conf'"
    assert_line "removed '/etc/systemd/system/several-usr.service.d/zz-nosigpipe.conf'"
    [ -e "$UNITS/several-opt.service.d/zz-nosigpipe.conf" ]
}

@test "the commands of nosigpipe-host(8) protect every program, and end that" {
    take_examples nosigpipe-host.8 "$BATS_TEST_TMPDIR/examples"
    local block count=0
    for block in "$BATS_TEST_TMPDIR"/examples/*; do
        printf '[Service]\nExecStart=/bin/true\n' >"$CHANGES/usr/lib/my-server.service"
        mkdir -p "$UNITS"
        cp "$CHANGES/usr/lib/my-server.service" "$UNITS"
        run in_root sh -c "$(command_of "$block" | sed 's|/usr/local|/usr|g')"
        assert_success
        count=$((count + 1))
    done
    [ "$count" -ge 3 ]
    run in_root cat /etc/ld.so.preload # the last command leaves an empty one
    assert_success
    assert_output ''
}
