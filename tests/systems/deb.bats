# bats file_tags=deb
# `make deb`: the Debian packages, and a system in which they are installed and removed.

load ../lib/tree
load ../lib/root

setup_file() {
    use_root bookworm systemd
    copy_tree "$BATS_FILE_TMPDIR/tree"
    cd "$TREE" || return
    build -s deb >build.log 2>&1 || { cat build.log && return 1; }
    mkdir "$TREE/build/old"
    cp "$TREE"/build/deb/*nosigpipe_*.deb "$TREE/build/old"
}

setup() {
    SOURCE=$BATS_FILE_TMPDIR/tree
    PACKAGES=$SOURCE/build/deb
    CHANGES=$BATS_TEST_TMPDIR/layer/changes
    OBJECT=/usr/lib/x86_64-linux-gnu/libnosigpipe.so
    COPY=/usr/lib/x86_64-linux-gnu/nosigpipe/libnosigpipe.so
}

install_packages() {
    in_root sh -c 'dpkg -i /source/build/deb/*nosigpipe_*.deb'
}

@test "lintian finds nothing that the packages do not override with a reason" {
    run lintian --allow-root --display-info --pedantic --tag-display-limit 0 "$PACKAGES"/*.changes
    assert_success
    assert_output ''
    # lintian does find what is not overridden, and there are few overrides.
    run lintian --allow-root --display-info --no-override "$PACKAGES"/*.changes
    assert_output --partial 'libnosigpipe: shared-library-lacks-version'
}

@test "the same source makes the same packages, wherever and whenever" {
    copy_tree "$BATS_TEST_TMPDIR/elsewhere" "$SOURCE"
    cd "$TREE" || return
    (
        umask 077
        TZ=Asia/Tokyo LANG=C MAKEFLAGS=--no-print-directory make deb PREFIX=/nonsense >/dev/null 2>&1
    )
    local package count=0
    for package in "$PACKAGES"/*.deb; do
        cmp "$package" "$TREE/build/deb/${package##*/}"
        count=$((count + 1))
    done
    [ "$count" = 4 ] # with the debugging symbols of both
}

@test "in the package libnosigpipe only what is in the library folder differs between architectures" {
    dpkg-deb -x "$PACKAGES"/libnosigpipe_*.deb "$BATS_TEST_TMPDIR/files"
    cd "$BATS_TEST_TMPDIR/files"
    run bash -c "find . -type f ! -path './usr/share/*' | sort"
    assert_output "$(printf '%s\n' ./usr/lib/systemd/catalog/nosigpipe.catalog \
        ".${OBJECT%/*}"/{ld-nosigpipe.so,libnosigpipe.so,nosigpipe-attach} | sort)"
    run find usr/share usr/lib/systemd -type f -exec zgrep -l "$(dpkg-architecture -q DEB_HOST_MULTIARCH)" {} +
    assert_output ''
}

@test "the package has completions where zsh looks for them" {
    dpkg-deb -x "$PACKAGES"/nosigpipe_*.deb "$BATS_TEST_TMPDIR/files"
    run find "$BATS_TEST_TMPDIR/files" -name _nosigpipe -printf '/%P\n'
    # shellcheck disable=SC2016
    zsh -f -c 'print -l $fpath' | grep -q -x -F "${output%/*}"
}

@test "the package has the marker for tracers, and is not built where its header is missing" {
    dpkg-deb -x "$PACKAGES"/libnosigpipe_*.deb "$BATS_TEST_TMPDIR/files"
    run readelf -n "$BATS_TEST_TMPDIR/files$OBJECT"
    assert_line --regexp 'Provider: *nosigpipe$'
    cp -R /var/lib/dpkg "$BATS_TEST_TMPDIR/dpkg"
    awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: systemtap-sdt-dev\n/' /var/lib/dpkg/status \
        >"$BATS_TEST_TMPDIR/dpkg/status"
    run -1 dpkg-checkbuilddeps --admindir="$BATS_TEST_TMPDIR/dpkg" "$SOURCE/scripts/package/debian/control"
    assert_output --regexp 'Unmet build dependencies: systemtap-sdt-dev$'
}

# Prints every file of the system with its state, without the records of dpkg and generated indexes.
system_state() {
    in_root find / -xdev \( -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o \
        -path /etc/ld.so.cache -o -path /source -o -path /tmp \) -prune -o \
        ! -type d -printf '%p %m %u %g %s %l\n' -o -printf '%p %m %u %g\n' | sort
}

@test "the packages install, work, and leave nothing when they are purged" {
    local before
    before=$(system_state)
    install_packages
    run in_root bash -c 'nosigpipe yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    assert_output 1
    run in_root nosigpipe sh -c 'echo "$LD_PRELOAD"'
    assert_output "$OBJECT"
    run in_root nosigpipe-entrypoint sh -c 'echo "$LD_PRELOAD"'
    assert_output "$OBJECT"
    # systemd's trigger has read the catalogue.
    run in_root journalctl --list-catalog 3a8b0f5d6c1e4f7f9d24a6b1c07e5e13 5b9a4e7d2f0c4a86b3e1d87c6a90f4b2
    assert_success
    assert_line --regexp '^3a8b.* nosigpipe: A write of '
    # Of the libraries for two kinds of CPU, the first to be purged leaves the options to the other.
    in_root sh -c 'mkdir /etc/nosigpipe && echo mode=mask >/etc/nosigpipe/host.conf &&
        DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=2 sh /var/lib/dpkg/info/libnosigpipe:amd64.postrm purge'
    [ -e "$CHANGES/etc/nosigpipe/host.conf" ]
    # Removing the commands keeps the library; purging the library leaves nothing.
    in_root dpkg -r nosigpipe
    run in_root env LD_PRELOAD="$OBJECT" true
    assert_output ''
    in_root dpkg -P nosigpipe libnosigpipe
    run in_root sh -c 'ls /var/lib/dpkg/info | grep nosigpipe; dpkg -l "*nosigpipe*"'
    refute_line --partial '.list'
    run diff <(echo "$before") <(system_state)
    assert_output ''
}

starts_every_program() {
    local removal bare=$BATS_TEST_TMPDIR/bare
    in_root /source/tests/systems/start_all.sh >"$bare"
    [ "$(grep -c -E '^/usr/s?bin/[^ ]+ --help: [0-9]+$' "$bare")" -gt 300 ]
    install_packages
    in_root nosigpipe-host enable --storm=1000 --except=none
    run in_root grep -c "$COPY" /proc/self/maps
    assert_success
    # The files of the packages are as they came.
    run in_root dpkg -V nosigpipe libnosigpipe
    assert_success
    assert_output ''
    run diff "$bare" <(in_root /source/tests/systems/start_all.sh)
    assert_output ''
    # Programs are started while the packages are reinstalled, and then removed.
    # shellcheck disable=SC2016
    run in_root bash -c '
        all=/source/tests/systems/start_all.sh
        "$all" few >/tmp/before
        while [ ! -e /tmp/stop ]; do
            "$all" few >/tmp/now
            cmp -s /tmp/before /tmp/now || diff /tmp/before /tmp/now >>/tmp/differences
            echo >>/tmp/rounds
        done &
        rounds() { wc -l 2>/dev/null </tmp/rounds || echo 0; }
        round() { # waits until a round is over that began after this
            local end=$(($(rounds) + 2))
            until [ "$(rounds)" -ge "$end" ]; do sleep 0.02; done
        }
        round
        dpkg -i /source/build/deb/*nosigpipe_*.deb || echo "dpkg: $?"
        grep -q libnosigpipe /etc/ld.so.preload || echo "the line is gone too early"
        round
        dpkg -P nosigpipe libnosigpipe || echo "dpkg: $?"
        round
        touch /tmp/stop
        wait
        cat /tmp/differences'
    removal=$output
    run grep -v -E '^(\(Reading|Preparing|Unpacking|Setting|Processing|Removing|Purging)' <<<"$removal"
    assert_output "updated: '$COPY'
disabled: '/etc/ld.so.preload' does not name the library any more
cat: /tmp/differences: No such file or directory"
    [ ! -e "$CHANGES/etc/ld.so.preload" ]
    run diff "$bare" <(in_root /source/tests/systems/start_all.sh)
    assert_output ''
}

@test "with nosigpipe-host every program starts as without it, before, during and after its removal" {
    starts_every_program
}

@test "so it does in Debian 13" {
    use_root trixie systemd
    starts_every_program
}

@test "the removal of the package keeps another copy in ld.so.preload" {
    install_packages
    in_root cp "$OBJECT" /usr/local/lib
    echo /usr/local/lib/libnosigpipe.so >"$CHANGES/etc/ld.so.preload"
    in_root dpkg -P nosigpipe libnosigpipe
    run cat "$CHANGES/etc/ld.so.preload"
    assert_output /usr/local/lib/libnosigpipe.so
}
