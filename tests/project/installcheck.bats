# bats file_tags=install
# `make installcheck`: what was installed is tried, and what is damaged is found.

load ../lib/tree

setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/tree"
    cd "$TREE" || return
    build all
    build install PREFIX="$BATS_FILE_TMPDIR/whole"
}

setup() {
    cd "$BATS_FILE_TMPDIR/tree" || return
    WHOLE=$BATS_FILE_TMPDIR/whole
    PLACE=$BATS_TEST_TMPDIR/place
}

# As everywhere, `run` would show the line of make that ended.
try() { # [ARGUMENT]...
    run build -s installcheck "$@"
}

assert_all_ok() {
    assert_success
    refute_line --regexp '^not '
    assert_line "$(grep -c '^ok ' <<<"$output") passed, 0 failed"
    assert_line 'ok a client outlives its reader under nosigpipe'
}

@test "make installcheck finds all of an installation in order, whoever ignores SIGPIPE" {
    try PREFIX="$WHOLE"
    assert_all_ok
    run ignoring make -s installcheck PREFIX="$WHOLE"
    assert_all_ok
}

@test "make installcheck takes the folders that make install takes, and DESTDIR" {
    local folders=(BINDIR="$PLACE/bin" LIBDIR="$PLACE/lib64" DATADIR="$PLACE/data")
    build install "${folders[@]}"
    try "${folders[@]}"
    assert_all_ok
    build install DESTDIR="$BATS_TEST_TMPDIR/stage" PREFIX=/usr
    try DESTDIR="$BATS_TEST_TMPDIR/stage" PREFIX=/usr
    assert_all_ok
    # The loader takes no path with a space: but there it is only on its way to another.
    build install DESTDIR="$BATS_TEST_TMPDIR/a stage"
    try DESTDIR="$BATS_TEST_TMPDIR/a stage"
    assert_success
    assert_line --partial 'not run: the other checks'
}

@test "make installcheck names what is damaged" {
    local line damage
    while IFS='|' read -r damage line; do
        rm -rf "$PLACE"
        build install PREFIX="$PLACE"
        (cd "$PLACE" && eval "$damage")
        try PREFIX="$PLACE"
        assert_failure
        assert_line --partial "not ok $line"
        assert_line --regexp '^[0-9]+ passed, [1-9][0-9]* failed$'
    done <<'TEXT'
truncate -s 100 lib/libnosigpipe.so|a program would be protected
truncate -s 100 lib/libnosigpipe.so|a client outlives its reader under nosigpipe
rm share/man/man8/nosigpipe-audit.8|every file is there
chmod -x bin/nosigpipe-entrypoint|every file is there
echo "x=@LIBDIR@" >>bin/nosigpipe|every file is there
echo "(" >>share/bash-completion/completions/nosigpipe|bash reads
echo "(" >>share/zsh/site-functions/_nosigpipe|zsh reads
sed -i "s/^nosigpipe-audit [0-9]/&9/; s/nosigpipe-audit [0-9]/&9/" bin/nosigpipe-audit|the commands are of this version
LC_ALL=C sed -i "s/libnosigpipe.so [0-9]\./libnosigpipe.so 9./" lib/libnosigpipe.so|the library is of this version
sed -i "s/guarded/vulnerable/" bin/nosigpipe-audit|nosigpipe-audit sees
TEXT
    # Nothing at all.
    try PREFIX="$BATS_TEST_TMPDIR/nowhere"
    assert_failure
    assert_line --regexp '^0 passed, [1-9]'
}
