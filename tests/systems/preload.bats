# bats file_tags=preload
# /etc/ld.so.preload: the script among the examples, and the programs of a system that it protects.

load ../lib/root

setup_file() { use_root bookworm systemd; }

setup() {
    CHANGES=$BATS_TEST_TMPDIR/layer/changes
    FILE=$CHANGES/etc/ld.so.preload
    OBJECT=/usr/lib/libnosigpipe.so
    mkdir -p "$CHANGES/etc"
    make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$CHANGES"
}

# The script as it is installed.
script() { # ARGUMENT...
    run in_root /usr/share/doc/nosigpipe/examples/ld.so.preload.sh "$@"
}

refuses() { # MESSAGE ARGUMENT...
    script "${@:2}"
    assert_failure 1
    assert_output "ld.so.preload.sh: $1"
    [ ! -e "$FILE" ]
}

@test "add protects every program, and remove ends that" {
    # shellcheck disable=SC2016
    local broken_write='yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    run in_root bash -c "$broken_write"
    assert_output "$SIGPIPE_STATUS"
    script add "$OBJECT"
    assert_success
    assert_output "added '$OBJECT' to '/etc/ld.so.preload'"
    run cat "$FILE"
    assert_output "$OBJECT"
    run stat -c '%a %u' "$FILE"
    assert_output '644 0'
    run in_root bash -c "$broken_write"
    assert_output 1
    script remove "$OBJECT"
    assert_success
    assert_output "removed '$OBJECT' from '/etc/ld.so.preload'"
    run in_root sh -c 'ls /etc/ld.so.preload*'
    assert_failure 2
    run in_root bash -c "$broken_write"
    assert_output "$SIGPIPE_STATUS"
}

@test "set-user-ID programs have the library, too, and ignore its options" {
    script add "$OBJECT"
    in_root sh -c 'cp /usr/bin/grep /usr/bin/setuid-grep && chmod 4755 /usr/bin/setuid-grep'
    local nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    run in_root "${nobody[@]}" env NOSIGPIPE_OPTIONS=nonsense setuid-grep -c "$OBJECT" /proc/self/maps
    assert_success
    assert_output --regexp '^[1-9]$'
    # A program that is not set-user-ID does read the options.
    run in_root "${nobody[@]}" env NOSIGPIPE_OPTIONS=nonsense grep -c "$OBJECT" /proc/self/maps
    assert_output --partial nonsense
}

@test "where no program starts any more, add undoes itself" {
    cp "$BUILD/tests/preload_lockout.so" "$CHANGES/usr/lib/lockout.so"
    script add /usr/lib/lockout.so
    assert_failure 1
    assert_output "ld.so.preload.sh: undone: 'true' fails with it: "
    run in_root true
    assert_success
    # The file does keep programs from starting.
    echo /usr/lib/lockout.so >"$FILE"
    run in_root true
    assert_failure 99
}

@test "add keeps what the file has, and adds a line once" {
    printf '# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6' >"$FILE"
    script add "$OBJECT"
    script add "$OBJECT"
    assert_success
    assert_output ''
    run cat "$FILE"
    assert_output $'# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6\n'"$OBJECT"
    script remove "$OBJECT"
    run cat "$FILE"
    assert_output $'# ours\n/usr/lib/x86_64-linux-gnu/libm.so.6'
}

@test "remove finds the library under every name, and keeps the other entries" {
    local multiarch=/usr/lib/x86_64-linux-gnu
    mkdir -p "$CHANGES$multiarch"
    mv "$CHANGES$OBJECT" "$CHANGES$multiarch"
    # shellcheck disable=SC2016
    printf '%s\n' '# $LIB/libnosigpipe.so' '/usr/$LIB/libnosigpipe.so:/lib/a.so /lib/b.so # both' \
        '/usr/${LIB}/libnosigpipe.so	libnosigpipe.so /*' '/lib/x86_64-linux-gnu/libnosigpipe.so #' \
        "$multiarch/libnosigpipe.so" /usr/local/lib/libnosigpipe.so >"$FILE"
    run in_root /usr/share/doc/nosigpipe/examples/ld.so.preload.sh remove "$multiarch/libnosigpipe.so"
    run cat "$FILE"
    # shellcheck disable=SC2016
    assert_output '# $LIB/libnosigpipe.so
/lib/a.so /lib/b.so # both
/*
#
/usr/local/lib/libnosigpipe.so'
}

@test "remove works where the folder of the library no longer exists, and keeps other such entries" {
    printf '%s\n' /gone/other.so /nowhere/libnosigpipe.so >"$FILE"
    script remove /nowhere/libnosigpipe.so
    run cat "$FILE"
    assert_output /gone/other.so
}

@test "add refuses a file that would not load, or that another user than root could change" {
    refuses "'libnosigpipe.so' is not an absolute path" add libnosigpipe.so
    refuses "'/usr/lib/none.so' is not a file" add /usr/lib/none.so
    refuses "'/a b.so' has a blank, a colon or a #, which the loader does not accept" add '/a b.so'
    refuses "'enable' is neither add nor remove" enable "$OBJECT"
    refuses 'usage: ld.so.preload.sh add|remove LIBRARY [FILE]' add
    echo text >"$CHANGES/usr/lib/text.so"
    script add /usr/lib/text.so
    assert_failure 1
    assert_output --regexp "^ld.so.preload.sh: not added: 'true' fails with it: ERROR: ld.so: "
    in_root sh -c "mkdir /srv/shared && chmod 777 /srv/shared && cp $OBJECT /srv/shared"
    refuses "'/srv/shared' can be changed by users other than root" add /srv/shared/libnosigpipe.so
    in_root sh -c "chgrp nogroup $OBJECT && chmod g+w $OBJECT"
    refuses "'$OBJECT' can be changed by users other than root" add "$OBJECT"
    in_root sh -c "chmod g-w $OBJECT && chown nobody $OBJECT"
    refuses "'$OBJECT' can be changed by users other than root" add "$OBJECT"
}

load ../lib/pages

@test "the commands of libnosigpipe(7) protect every program, and end that" {
    take_examples libnosigpipe.7 "$BATS_TEST_TMPDIR/examples"
    local block blocks
    mapfile -t blocks < <(grep -l 'ld\.so\.preload\.sh' "$BATS_TEST_TMPDIR"/examples/*)
    assert_equal "${#blocks[@]}" 2
    for block in "${blocks[@]}"; do
        run in_root sh -c "$(command_of "$block" | sed 's|/usr/local|/usr|g')"
        assert_success
        [ "$block" != "${blocks[0]}" ] || assert_equal "$(cat "$FILE")" "$OBJECT"
    done
    run in_root ls /etc/ld.so.preload
    assert_failure 2
}
