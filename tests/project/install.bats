# bats file_tags=install
# `make install` and `make uninstall`, into a folder of the test's own.

load ../lib/tree

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

# The scripts and the entrypoint, in each form.
commands() { # FORM...
    local form
    for form; do
        find "$TREE/scripts" -maxdepth 1 -name 'nosigpipe*' -type d -printf '%f\n' |
            xargs printf "$form\n" nosigpipe-entrypoint
    done
}

expected_files() { # BINDIR LIBDIR [DATADIR PREFIX]
    local page data=${3-${2%/lib}/share}
    (
        commands "$1/%s"
        printf '%s\n' "$2"/{libnosigpipe.so,ld-nosigpipe.so,nosigpipe-attach}
        echo "$data/doc/nosigpipe/nosigpipe.spdx.json"
        for page in "$TREE"/man/*; do
            echo "$data/man/man${page##*.}/${page##*/}"
        done
        find "$TREE/scripts/examples" -type f -printf "$data/doc/nosigpipe/examples/%P\n"
        commands "$data/bash-completion/completions/%s" "$data/fish/vendor_completions.d/%s.fish"
        echo "$data/zsh/site-functions/_nosigpipe"
        echo "${4-${2%/lib}}/lib/systemd/catalog/nosigpipe.catalog"
        printf '%s\n' "${4-${2%/lib}}"/lib/systemd/system/nosigpipe-audit.{service,timer}
        printf '%s\n' "$data"/doc/nosigpipe/examples/fleet/nosigpipe{.mtail,.rules.yml,-dashboard.json}
    ) | sort
}

@test "make install puts commands, object, pages, examples and completions below PREFIX, no more" {
    build install DESTDIR="$STAGE" PREFIX=/opt/nosigpipe
    run files_below "$STAGE"
    assert_output "$(expected_files ./opt/nosigpipe/bin ./opt/nosigpipe/lib)"
}

@test "the default PREFIX is /usr/local" {
    build install DESTDIR="$STAGE"
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/local/bin ./usr/local/lib)"
}

@test "GNU's names of the folders are taken, and a DESTDIR with a space" {
    STAGE="$BATS_TEST_TMPDIR/a stage"
    build install DESTDIR="$STAGE" prefix=/opt bindir=/bin libdir=/lib64 datarootdir=/data
    run files_below "$STAGE"
    assert_output "$(expected_files ./bin ./lib64 ./data ./opt)"
    build uninstall DESTDIR="$STAGE" prefix=/opt bindir=/bin libdir=/lib64 datarootdir=/data
    run files_below "$STAGE"
    assert_output ''
    build install DESTDIR="$STAGE" prefix=/usr mandir=/man docdir=/doc
    [ -e "$STAGE/man/man7/libnosigpipe.7" ]
    [ -e "$STAGE/doc/examples/systemd.conf" ]
    [ -e "$STAGE/usr/lib/libnosigpipe.so" ]
}

@test "what is installed is what was built, for everybody to read" {
    (umask 077 && build install DESTDIR="$STAGE" PREFIX=/usr)
    cmp build/libnosigpipe.so "$STAGE/usr/lib/libnosigpipe.so"
    [ "$("$STAGE/usr/bin/nosigpipe" --help)" = "$(build/nosigpipe --help)" ]
    cmp build/nosigpipe-entrypoint "$STAGE/usr/bin/nosigpipe-entrypoint"
    run stat -c '%a %n' "$STAGE"/usr/bin/nosigpipe{,-entrypoint} "$STAGE/usr/lib/libnosigpipe.so"
    assert_output "755 $STAGE/usr/bin/nosigpipe
755 $STAGE/usr/bin/nosigpipe-entrypoint
755 $STAGE/usr/lib/libnosigpipe.so"
    run find "$STAGE" ! -perm -444
    assert_output ''
    run find "$STAGE" -type d ! -perm -555
    assert_output ''
}

@test "pages and examples name the object where it is installed" {
    build install DESTDIR="$STAGE" PREFIX=/opt LIBDIR=/opt/lib64
    run grep -rhoE '[^ ="]*/libnosigpipe\.so' "$STAGE/opt/share"
    assert_success
    refute_line --regexp '^/usr/local'
    assert_line /opt/lib64/libnosigpipe.so
    run grep -r '@[A-Z][A-Z]*@' "$STAGE"/opt/{bin,lib/systemd,share}
    assert_failure 1
    run grep -c /opt/bin/nosigpipe-audit "$STAGE/opt/lib/systemd/system/nosigpipe-audit.service"
    assert_output 2
}

# What is below build/, with its times.
build_state() {
    find build -printf '%p %i %T@\n' | sort
}

@test "make install makes nothing that was made, whatever the environment and PREFIX" {
    build_state >"$BATS_TEST_TMPDIR/before"
    local prefix
    for prefix in /usr /opt/nosigpipe; do
        CFLAGS=-O3 CC=clang env -u MAKEFLAGS make install DESTDIR="$STAGE" PREFIX=$prefix
        run diff "$BATS_TEST_TMPDIR/before" <(build_state)
        assert_output ''
        cmp build/libnosigpipe.so "$STAGE$prefix/lib/libnosigpipe.so"
        run bare "$STAGE$prefix/bin/nosigpipe" true
        assert_success
    done
    # Nor does it change what is made before the next build; but a new source or version counts,
    # and so do flags on the command line.
    build -q
    run build -q install VERSION=9.8.7
    assert_failure 1
    run build -q install CFLAGS=-O1
    assert_failure 1
    touch shim/signal/guard.c
    run build -n install
    assert_line --partial 'shim/signal/guard.c'
}

@test "what is no place for the object is refused before anything is installed" {
    run -2 build install DESTDIR="$STAGE" PREFIX=relative
    assert_line "make install: LIBDIR is not an absolute path: 'relative/lib' (set PREFIX or LIBDIR to one)"
    run -2 build install DESTDIR="$STAGE" PREFIX='/with space'
    assert_line "make install: LIBDIR has a character that cannot be in LD_PRELOAD: '/with space/lib'"
    run -2 build install DESTDIR="$STAGE" LIBDIR=/a:b
    assert_line "make install: LIBDIR has a character that cannot be in LD_PRELOAD: '/a:b'"
    run -2 build install DESTDIR="$STAGE" BINDIR='/x /y'
    assert_line --partial "make install: not an absolute path, or with a space: '"
    run -2 build install DESTDIR="$STAGE" BINDIR=bin
    assert_line --partial "make install: not an absolute path, or with a space: 'bin/nosigpipe'"
    [ ! -e "$STAGE" ]
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

@test "the launcher finds an object that is not in PREFIX/lib, wherever the launcher is called from" {
    local lib=$STAGE/elsewhere
    # Without DESTDIR: the launcher knows the object by its final place.
    build install PREFIX="$STAGE/opt" LIBDIR="$lib"
    run bare "$STAGE/opt/bin/nosigpipe" sh -c 'echo "$LD_PRELOAD"'
    assert_success
    assert_output "$lib/libnosigpipe.so"
    ln -s "$STAGE/opt/bin/nosigpipe" "$BATS_TEST_TMPDIR/link"
    cd / && run bare "$BATS_TEST_TMPDIR/link" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$lib/libnosigpipe.so"
    # That of the build folder is still the one beside it.
    run bare "$TREE/build/nosigpipe" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$TREE/build/libnosigpipe.so"
}

@test "the installed entrypoint protects a command with the installed object" {
    local lib
    for lib in lib lib64 "lib/$(gcc -print-multiarch)" bin; do
        build install DESTDIR="$STAGE" PREFIX=/usr LIBDIR="/usr/$lib"
        run bare "$STAGE/usr/bin/nosigpipe-entrypoint" sh -c 'echo "$LD_PRELOAD"; grep -c "$LD_PRELOAD" /proc/self/maps'
        assert_success
        assert_line --index 0 "$STAGE/usr/$lib/libnosigpipe.so"
        build uninstall DESTDIR="$STAGE" PREFIX=/usr LIBDIR="/usr/$lib"
    done
}

# What is there, with its bytes.
state_below() { # FOLDER
    (cd "$1" && find . -type f -exec sha256sum '{}' + | sort)
}

@test "CROSS installs the object alone, where it is told to, and leaves the commands of this CPU" {
    local native cross=i686-linux-gnu prefix=$STAGE/usr
    build install PREFIX="$prefix"
    native=$(state_below "$STAGE")
    build -s CROSS=$cross all
    # A place that nobody has named would be that of the native object.
    run -2 build install CROSS=$cross PREFIX="$prefix"
    assert_line "make install: CROSS=$cross needs LIBDIR=..., where the library for that CPU goes, or DESTDIR=..."
    run -2 build uninstall CROSS=$cross PREFIX="$prefix"
    assert_equal "$(state_below "$STAGE")" "$native"
    for name in LIBDIR libdir; do
        run -0 build install CROSS=$cross PREFIX="$prefix" $name="$prefix/lib/i386-linux-gnu"
        assert_output "$(printf '%s\n' "$prefix"/lib/i386-linux-gnu/{libnosigpipe.so,ld-nosigpipe.so,nosigpipe-attach})"
        cmp "build/$cross/libnosigpipe.so" "$prefix/lib/i386-linux-gnu/libnosigpipe.so"
        assert_equal "$(state_below "$STAGE" | grep -v /i386-linux-gnu/)" "$native"
        build uninstall CROSS=$cross PREFIX="$prefix" $name="$prefix/lib/i386-linux-gnu"
        assert_equal "$(state_below "$STAGE")" "$native"
    done
    # Another system has its own.
    build install CROSS=$cross DESTDIR="$BATS_TEST_TMPDIR/other" PREFIX=/usr
    run files_below "$BATS_TEST_TMPDIR/other"
    assert_output "$(expected_files ./usr/bin ./usr/lib)"
    cmp "build/$cross/libnosigpipe.so" "$BATS_TEST_TMPDIR/other/usr/lib/libnosigpipe.so"
    cmp "build/$cross/nosigpipe-entrypoint" "$BATS_TEST_TMPDIR/other/usr/bin/nosigpipe-entrypoint"
    assert_equal "$(state_below "$STAGE")" "$native"
}

@test "a second install replaces the first, and a program that has the object loaded goes on with it" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    local object=$STAGE/usr/lib/libnosigpipe.so input before after
    mkfifo "$BATS_TEST_TMPDIR/input"
    # shellcheck disable=SC2016
    bare "$STAGE/usr/bin/nosigpipe" bash -c '
        exec <"$1"
        read -r
        grep libnosigpipe "/proc/$$/maps"
        exec 4> >(:)
        wait $!
        echo >&4
        echo "write: $?"' - "$BATS_TEST_TMPDIR/input" >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
    exec {input}>"$BATS_TEST_TMPDIR/input" # opens when bash opens the other end: the object is loaded
    before=$(stat -c %i "$object")
    build install DESTDIR="$STAGE" PREFIX=/usr
    after=$(stat -c %i "$object")
    [ "$before" != "$after" ]
    exec {input}>&-
    wait $!
    run cat "$BATS_TEST_TMPDIR/output"
    assert_line --partial "$before "
    refute_line --partial "$after "
    assert_line 'write: 1'
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/bin ./usr/lib)"
}

@test "a program that starts while the object is replaced finds it" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    # Says so on standard error where the loader does not find the object.
    bare bash -c 'started=0
        while [ ! -e "$1/stop" ]; do
            LD_PRELOAD=$2 /bin/true || echo "status $?" >&2
            echo $((++started)) >"$1/started"
        done' - "$BATS_TEST_TMPDIR" "$STAGE/usr/lib/libnosigpipe.so" 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
    for _ in {1..8}; do
        build install DESTDIR="$STAGE" PREFIX=/usr
    done
    touch "$BATS_TEST_TMPDIR/stop"
    wait $!
    [ "$(cat "$BATS_TEST_TMPDIR/started")" -gt 50 ]
    run cat "$BATS_TEST_TMPDIR/errors"
    assert_output ''
}

@test "what an install that was cut short left is no obstacle" {
    mkdir -p "$STAGE/usr/lib" "$STAGE/usr/bin"
    echo half >"$STAGE/usr/lib/libnosigpipe.so.new"
    ln -s /nonexistent/elsewhere "$STAGE/usr/bin/nosigpipe.new"
    build install DESTDIR="$STAGE" PREFIX=/usr
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/bin ./usr/lib)"
}

@test "make install fails where it cannot write" {
    : >"$BATS_TEST_TMPDIR/file"
    run -2 build install DESTDIR="$BATS_TEST_TMPDIR/file"
}

@test "make uninstall leaves no file, and none of others' goes" {
    build install DESTDIR="$STAGE" PREFIX=/usr
    : >"$STAGE/usr/bin/other"
    : >"$STAGE/usr/lib/libother.so"
    build uninstall DESTDIR="$STAGE" PREFIX=/usr
    run files_below "$STAGE"
    assert_output $'./usr/bin/other\n./usr/lib/libother.so'
}

@test "make uninstall takes the folders of nosigpipe's own, and the line of ld.so.preload" {
    build install DESTDIR="$STAGE" PREFIX=/opt/nosigpipe
    mkdir -p "$STAGE/etc"
    printf '/lib/other.so\n/opt/nosigpipe/lib/libnosigpipe.so\n' >"$STAGE/etc/ld.so.preload"
    build uninstall DESTDIR="$STAGE" PREFIX=/opt/nosigpipe
    run find "$STAGE/opt"
    assert_output "$STAGE/opt"
    run cat "$STAGE/etc/ld.so.preload"
    assert_output /lib/other.so
}

@test "make uninstall takes a relative DESTDIR, and works for a user that is not root" {
    local folder=$BATS_TEST_TMPDIR/home command=$TREE/build/obj/nosigpipe-host.in
    local installer=$TREE/scripts/package/install.sh
    cd "$BATS_TEST_TMPDIR"
    "$installer" install "$folder" /opt/lib "$command:/opt/bin/nosigpipe-host"
    mkdir "$folder/etc"
    printf '/lib/other.so\n/opt/lib/libnosigpipe.so\n' >"$folder/etc/ld.so.preload"
    "$installer" uninstall home /opt/lib "$command:/opt/bin/nosigpipe-host"
    assert_equal "$(cat "$folder/etc/ld.so.preload") $(find "$folder/opt" -type f)" '/lib/other.so '
    # A prefix of one's own.
    "$installer" install '' "$folder/lib" "$command:$folder/bin/nosigpipe-host"
    printf '#!/bin/sh\necho 1000\n' >"$folder/id"
    chmod +x "$folder/id"
    PATH=$folder:$PATH run "$installer" uninstall '' "$folder/lib" "$command:$folder/bin/nosigpipe-host"
    assert_success
    assert_output ''
    [ ! -e "$folder/bin/nosigpipe-host" ]
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

# The sections of a file that hold debug information, and those that tools look for.
sections() { # FILE
    readelf --wide --sections "$1" | sed -n 's/^ *\[ *[0-9]*\] \([^ ]*\).*/\1/p'
}

@test "make install-strip leaves out debug information, and nothing else" {
    build_state >"$BATS_TEST_TMPDIR/before"
    run build install-strip DESTDIR="$STAGE" PREFIX=/usr
    assert_success
    run diff "$BATS_TEST_TMPDIR/before" <(build_state)
    assert_output ''
    run files_below "$STAGE"
    assert_output "$(expected_files ./usr/bin ./usr/lib)"
    local file
    for file in lib/{libnosigpipe.so,ld-nosigpipe.so,nosigpipe-attach} bin/nosigpipe-entrypoint; do
        run sections "$STAGE/usr/$file"
        refute_line --partial .debug
        refute_line .symtab
        [ -x "$STAGE/usr/$file" ]
    done
    [ "$(stat -c %s "$STAGE/usr/lib/libnosigpipe.so")" -le $((80 << 10)) ]
    run diff <(sections build/libnosigpipe.so | grep -v -E '^\.(debug_.*|symtab|strtab)$') \
        <(sections "$STAGE/usr/lib/libnosigpipe.so")
    assert_output ''
    run sections "$STAGE/usr/lib/libnosigpipe.so"
    assert_line .note.nosigpipe
    run bare "$STAGE/usr/bin/nosigpipe" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$STAGE/usr/lib/libnosigpipe.so"
    build install DESTDIR="$STAGE" PREFIX=/usr
    cmp build/libnosigpipe.so "$STAGE/usr/lib/libnosigpipe.so"
}

@test "make install-strip names a strip that is missing or fails, before a file is replaced" {
    run -2 build install-strip DESTDIR="$STAGE" PREFIX=/usr STRIP='no-such-strip -s'
    assert_line "make install-strip: no command 'no-such-strip' (install binutils, or set STRIP)"
    [ ! -e "$STAGE" ]
    mkdir -p "$STAGE/usr/lib"
    echo old >"$STAGE/usr/lib/libnosigpipe.so"
    run -2 build install-strip DESTDIR="$STAGE" PREFIX=/usr STRIP=false
    assert_line "make install-strip: 'false' fails on '$STAGE/usr/lib/libnosigpipe.so.new'"
    run files_below "$STAGE"
    assert_output ./usr/lib/libnosigpipe.so
    assert_equal "$(cat "$STAGE/usr/lib/libnosigpipe.so")" old
}

@test "with CROSS make install-strip takes the strip for that CPU" {
    build -s CROSS=i686-linux-gnu all
    build install-strip CROSS=i686-linux-gnu DESTDIR="$STAGE" PREFIX=/usr
    run sections "$STAGE/usr/lib/libnosigpipe.so"
    refute_line --partial .debug
    run build -n install-strip CROSS=i686-linux-gnu DESTDIR="$STAGE"
    assert_line --partial "STRIP='i686-linux-gnu-strip'"
}
