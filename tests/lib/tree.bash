# For tests of the Makefile: they work in a copy of the source tree, so that build/ of the tree under test
# stays unchanged.

load "${BASH_SOURCE[0]%/*}/common"
bats_require_minimum_version 1.5.0

# Copies a source tree with its times, and sets TREE to the copy. Of the tree under test, build/ is left
# out.
copy_tree() { # TO [FROM]
    TREE=$1
    mkdir "$TREE"
    if [ $# -gt 1 ]; then
        cp -a "$2/." "$TREE"
    else
        tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C "$TREE" -xf -
    fi
}

# Runs make as a user does: without the variables of the make that runs these tests.
build() { # [ARGUMENT]...
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u DESTDIR -u PREFIX \
        -u BINDIR -u LIBDIR -u DATADIR -u MANDIR -u DOCDIR -u ZSHDIR -u prefix -u bindir -u libdir -u datadir \
        -u datarootdir -u mandir -u docdir \
        -u V -u STRIP -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS LC_ALL=C make --no-print-directory "$@"
}
