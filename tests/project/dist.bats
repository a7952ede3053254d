# bats file_tags=dist
# `make dist`: the tarball, and what comes out of it.

load ../lib/tree

# Makes the source tree a git repository, with a file that does not belong to it.
setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/repository"
    cd "$TREE" || return
    git init -q
    git add -A
    git -c user.name=name -c user.email=address commit -q -m all --date '2026-01-02T03:04:05Z'
    touch scripts/untracked.sh
    build dist
}

setup() {
    REPOSITORY=$BATS_FILE_TMPDIR/repository
    NAME=nosigpipe-$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    TARBALL=$REPOSITORY/build/$NAME.tar.gz
    cd "$BATS_TEST_TMPDIR" || return
}

@test "the tarball has the files that git has, in one folder" {
    run tar -tzf "$TARBALL"
    assert_success
    assert_output "$(git -C "$REPOSITORY" ls-files | sed "s,^,$NAME/," | LC_ALL=C sort)"
    run bash -c 'tar -tvzf "$1" | cut -d " " -f 1,2 | sort -u' - "$TARBALL"
    assert_output $'-rw-r--r-- 0/0\n-rwxr-xr-x 0/0'
    tar -xzf "$TARBALL"
    run diff -r --exclude .git --exclude build --exclude untracked.sh "$REPOSITORY" "$NAME"
    assert_output ''
}

@test "the same source makes the same tarball, from git and from a tarball" {
    git clone -q "$REPOSITORY" clone
    find clone -exec touch {} +
    chmod -R go= clone
    (cd clone && umask 077 && build dist)
    cmp "clone/build/$NAME.tar.gz" "$TARBALL"
    tar -xzf "$TARBALL"
    # A repository that contains the tree is not used.
    git init -q
    git -c user.name=name -c user.email=address commit -q --allow-empty -m other
    mkdir "$NAME/build"
    touch "$NAME/build/object.o"
    (cd "$NAME" && build dist)
    cmp "$NAME/build/$NAME.tar.gz" "$TARBALL"
    # Times are those of the commit, or of SOURCE_DATE_EPOCH.
    [ "$(stat -c %Y "$NAME/Makefile")" = "$(git -C "$REPOSITORY" log -1 --format=%ct)" ]
    (cd "$NAME" && SOURCE_DATE_EPOCH=86400 build dist)
    run tar --utc -tvzf "$NAME/build/$NAME.tar.gz" "$NAME/Makefile"
    assert_output --partial '1970-01-02'
}

@test "where git is missing, one line says so, and a tarball does not need it" {
    mkdir without_git
    printf '#!/bin/sh\nexit 127\n' >without_git/git
    chmod +x without_git/git
    PATH=$PWD/without_git:$PATH
    git_missing='make dist: no git, which lists the files of a clone; install with: apt-get install git'
    local target
    for target in dist deb; do
        run -2 build -C "$REPOSITORY" "$target"
        assert_line --index 0 "$git_missing"
        assert_equal "${#lines[@]}" 2 # with make's own
    done
    tar -xzf "$TARBALL"
    (cd "$NAME" && build dist)
    cmp "$NAME/build/$NAME.tar.gz" "$TARBALL"
}

# The tests of the launcher, which need little to be built.
@test "the unpacked source builds, and passes its own tests of the launcher" {
    tar -xzf "$TARBALL"
    cd "$NAME" || return
    build -s -j 2 all build/tests/runner_write
    # Bats has put a folder of its own first in PATH, with which a second bats does not work.
    run env -i PATH="${PATH//"$BATS_LIBEXEC:"/}" tests/check.sh tests/project/selftest.bats tests/cli/launcher.bats \
        tests/cli/launcher_options.bats
    assert_success
    assert_line --regexp '^[1-9][0-9]* passed, 0 failed$'
    build install DESTDIR="$BATS_TEST_TMPDIR/stage"
    run bare "$BATS_TEST_TMPDIR/stage/usr/local/bin/nosigpipe" true
    assert_success
    assert_output ''
}
