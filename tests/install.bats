# bats file_tags=install
# `make install` and `make uninstall`, into a folder of the test's own.

load tree

setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    build all
}

setup() {
    copy_tree "$BATS_TEST_TMPDIR/tree" "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    STAGE=$BATS_TEST_TMPDIR/stage
}

# The files and links below a folder, by their path within it.
files_below() { # FOLDER
    (cd "$1" && find . ! -type d | sort)
}

expected_files() { # BINDIR LIBDIR [MANDIR]
    local page mandir=${3-${2%/lib}/share/man}
    (
        find "$TREE/scripts" -maxdepth 1 -type f -printf "$1/%f\n"
        echo "$2/libnosigpipe.so"
        for page in "$TREE"/man/*; do
            echo "$mandir/man${page##*.}/${page##*/}"
        done
    ) | sort
}

@test "make install puts scripts, object and pages below PREFIX, no more" {
    build install DESTDIR="$STAGE" PREFIX=/opt/nosigpipe
    run files_below "$STAGE"
    assert_output "$(expected_files ./opt/nosigpipe/bin ./opt/nosigpipe/lib)"
}

@test "the default PREFIX is /usr/local" {
    build install DESTDIR="$STAGE"
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/local/bin ./usr/local/lib)"
}

@test "what is installed is what was built, for everybody to read" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    cmp build/libnosigpipe.so "$STAGE/usr/lib/libnosigpipe.so"
    cmp build/nosigpipe "$STAGE/usr/bin/nosigpipe"
    run stat -c %a "$STAGE/usr/bin/nosigpipe" "$STAGE/usr/lib/libnosigpipe.so"
    assert_output $'755\n755'
}

@test "the installed launcher protects a command with the installed object" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    run bare "$STAGE/usr/bin/nosigpipe" sh -c 'echo "$LD_PRELOAD"; grep -c "$LD_PRELOAD" /proc/self/maps'
    assert_success
    assert_line --index 0 "$STAGE/usr/lib/libnosigpipe.so"
    # With the source tree gone, too.
    rm -rf "$TREE"
    run bare bash -c '"$1" yes 2>/dev/null | true; exit "${PIPESTATUS[0]}"' - "$STAGE/usr/bin/nosigpipe"
    assert_failure 1
}

@test "a second install replaces the first, also while a program has the object loaded" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    # The program lives until its standard input, this FIFO, is closed.
    mkfifo "$BATS_TEST_TMPDIR/input"
    bare "$STAGE/usr/bin/nosigpipe" cat "$BATS_TEST_TMPDIR/input" 3>&- &
    local program=$! input
    exec {input}>"$BATS_TEST_TMPDIR/input" # opens when cat opens the other end: the object is loaded
    local before after
    before=$(stat -c %i "$STAGE/usr/lib/libnosigpipe.so")
    build install DESTDIR="$STAGE" PREFIX=/usr
    after=$(stat -c %i "$STAGE/usr/lib/libnosigpipe.so")
    exec {input}>&-
    wait "$program"
    # A new file in the old one's place: the mapped one is not written over.
    [ "$before" != "$after" ]
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/bin ./usr/lib)"
}

@test "make uninstall leaves no file, and none of others' goes" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    : >"$STAGE/usr/bin/other"
    : >"$STAGE/usr/lib/libother.so"
    build uninstall DESTDIR="$STAGE" PREFIX=/usr
    run files_below "$STAGE"
    assert_output $'./usr/bin/other\n./usr/lib/libother.so'
}

@test "make uninstall succeeds where nothing is installed" {
    build uninstall DESTDIR="$STAGE" PREFIX=/usr
    [ ! -e "$STAGE" ]
}

@test "make install builds what is missing" {
    build clean
    build install DESTDIR="$STAGE" PREFIX=/usr
    run bare "$STAGE/usr/bin/nosigpipe" true
    assert_success
    assert_output ''
}
