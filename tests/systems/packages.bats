# bats file_tags=packages
# `make rpm` and `make pkgbuild`: packages for rpm and for pacman, and a system in which they are installed and
# removed by these. deb.bats is about those of Debian.

load ../lib/tree
load ../lib/root

setup_file() {
    use_root bookworm rpm pacman-package-manager
    copy_tree "$BATS_FILE_TMPDIR/tree"
    cd "$TREE" || return
    build -s rpm pkgbuild >build.log 2>&1 || { cat build.log && return 1; }
    make_arch_package "$TREE/build/arch" >arch.log 2>&1 || { cat arch.log && return 1; }
    make_base_package "$TREE/build/base" >base.log 2>&1 || { cat base.log && return 1; }
    (build -s all && build -s install DESTDIR="$BATS_FILE_TMPDIR/stage" PREFIX=/usr) >/dev/null
}

setup() {
    SOURCE=$BATS_FILE_TMPDIR/tree
    STAGE=$BATS_FILE_TMPDIR/stage
    VERSION=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    RPMS=$SOURCE/build/rpm/RPMS/x86_64
    ARCH=$SOURCE/build/arch/nosigpipe-$VERSION-1-x86_64.pkg.tar.gz
}

# makepkg refuses root. It asks pacman what is installed, which has no record of Debian's packages.
make_arch_package() { # FOLDER
    local folder=$1
    chown -R 65534:65534 "$1"
    while [ "$folder" != /tmp ] && [ "$folder" != / ]; do
        chmod o+x "$folder"
        folder=$(dirname "$folder")
    done
    (cd "$1" && setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH="$PATH" HOME="$1" SOURCE_DATE_EPOCH=1700000000 \
        makepkg --nodeps --noconfirm --force)
}

# rpm knows none of Debian's packages: this one has in its record what the system has.
make_base_package() { # FOLDER
    local file
    for file in bin/sh usr/bin/awk lib64/ld-linux-x86-64.so.2; do
        [ -e "$BELOW/$file" ]
    done
    mkdir "$1"
    cat >"$1/base.spec" <<'TEXT'
Name: base
Version: 1
Release: 1
Summary: What the system has
License: none
BuildArch: noarch
Provides: /bin/sh /usr/bin/awk rtld(GNU_HASH)
%description
What the system has.
%files
TEXT
    rpmbuild -bb --define "_topdir $1" "$1/base.spec"
}

in_rpm() { # ARGUMENT...
    in_root rpm --force-debian --dbpath=/var/lib/rpm "$@"
}

install_rpms() {
    in_rpm -i /source/build/base/RPMS/noarch/base-1-1.noarch.rpm
    # shellcheck disable=SC2016
    in_rpm -i /source/build/rpm/RPMS/x86_64/{libnosigpipe,nosigpipe}-"$VERSION"-1.x86_64.rpm
}

in_pacman() { # ARGUMENT...
    in_root pacman --noconfirm "$@"
}

install_arch_package() {
    in_pacman -U --assume-installed sh=1 --assume-installed awk=1 "/source/build/arch/${ARCH##*/}"
}

# Distributions of these kinds have both.
complete_root() {
    in_root sh -c 'mkdir -p /usr/share/licenses/common && ln -sf ../proc/self/mounts /etc/mtab'
}

# Prints every file of the system with its state, without the records of the packagers.
system_state() {
    in_root find / -xdev \( -path /var/lib/rpm -o -path /var/lib/pacman -o -path /var/log -o -path /var/cache -o \
        -path /source -o -path /tmp -o -path /root \) -prune -o \
        ! -type d -printf '%p %m %u %g %s %l\n' -o -printf '%p %m %u %g\n' | sort
}

# The files that `make install` installs, for the library's folder of a distribution.
expected_files() { # LIBDIR
    (cd "$STAGE" && find . ! -type d) | sed "s,^\.,,; s,^/usr/lib/\([^/]*nosigpipe[^/]*\)$,$1/\1," | sort
}

# Without what packagers add, or compress.
own_files() { # of a list on standard input
    grep -v -E '/$|/\.build-id|/licenses/|/doc/nosigpipe/(README|CHANGELOG)\.md$' | sed 's,\(/man/.*\)\.gz$,\1,' | sort
}

# Asserts that a program outlives its reader with the launcher's preload, the entrypoint's, and that of the system.
assert_works() { # LIBRARY
    # shellcheck disable=SC2016
    run in_root bash -c 'yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"
        nosigpipe yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    assert_output "$SIGPIPE_STATUS
1"
    run in_root nosigpipe sh -c 'echo "$LD_PRELOAD"'
    assert_output "$1"
    run in_root nosigpipe-entrypoint sh -c 'echo "$LD_PRELOAD"'
    assert_output "$1"
    run in_root "$1"
    assert_output --regexp "^libnosigpipe\.so $VERSION: "
    run in_root nosigpipe-host enable --storm=1000
    assert_success
    run in_root cat /etc/ld.so.preload
    assert_output "${1%/*}/nosigpipe/libnosigpipe.so"
    # shellcheck disable=SC2016
    run in_root bash -c 'yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    assert_output 1
}

@test "rpm: the packages have what make install installs, in the folders of such a distribution" {
    assert_equal "$(rpm -qp --qf '[%{FILENAMES} %{FILEMODES:perms}\n]' "$RPMS"/*.rpm |
        sed -n 's/ -[rwx-]*$//p' | own_files)" "$(expected_files /usr/lib64)"
    run rpm -qp --qf '[%{FILENAMES} %{FILEMODES:perms}\n]' "$RPMS"/*.rpm
    assert_line '/usr/lib64/libnosigpipe.so -rwxr-xr-x'
    assert_line '/usr/lib64/nosigpipe-attach -rwxr-xr-x'
    assert_line '/usr/bin/nosigpipe-entrypoint -rwxr-xr-x'
    assert_line '/usr/share/zsh/site-functions/_nosigpipe -rw-r--r--'
    run rpm -qp --requires "$RPMS/nosigpipe-$VERSION-1.x86_64.rpm"
    assert_line "libnosigpipe(x86-64) = $VERSION-1"
    # A package of the library alone needs the shell of its scriptlets, and no library; and nothing can need it.
    run bash -c 'rpm -qp --requires "$1" | grep -v "^rpmlib(" | sort -u; rpm -qp --provides "$1"' - \
        "$RPMS/libnosigpipe-$VERSION-1.x86_64.rpm"
    assert_output "/bin/sh
rtld(GNU_HASH)
libnosigpipe = $VERSION-1
libnosigpipe(x86-64) = $VERSION-1"
}

@test "rpm: the same source makes the same packages, wherever and whenever" {
    copy_tree "$BATS_TEST_TMPDIR/elsewhere" "$SOURCE"
    cd "$TREE" || return
    (umask 077 && TZ=Asia/Tokyo MAKEFLAGS=--no-print-directory make rpm PREFIX=/nonsense >/dev/null 2>&1)
    local package
    for package in "$RPMS"/*.rpm; do
        cmp "$package" "$TREE/build/rpm/RPMS/x86_64/${package##*/}"
    done
}

@test "rpm: rpmlint finds nothing but what is listed with a reason" {
    run rpmlint -c "$ROOT/tests/systems/rpmlint.toml" "$RPMS"/*.rpm "$SOURCE/build/rpm/SPECS/nosigpipe.spec"
    assert_output --regexp ' 2 packages and 1 specfiles checked; 0 errors, 0 warnings, 0 badness'
    run rpmlint "$RPMS"/*.rpm
    assert_output --partial 'invalid-soname' # it does look at them
}

@test "rpm: the packages install, work, are upgraded, and leave nothing when they are removed" {
    local before object=/usr/lib64/libnosigpipe.so copy=/usr/lib64/nosigpipe/libnosigpipe.so
    complete_root
    before=$(system_state)
    install_rpms
    assert_works "$object"
    # What every program preloads stays there in an upgrade, and is made anew: the same version once more.
    in_root sh -c 'echo x >>/usr/lib64/nosigpipe/libnosigpipe.so'
    run in_rpm -U --replacepkgs /source/build/rpm/RPMS/x86_64/{libnosigpipe,nosigpipe}-"$VERSION"-1.x86_64.rpm
    assert_success
    assert_line "updated: '$copy'"
    run in_root nosigpipe-host status
    assert_success
    run in_rpm -V nosigpipe libnosigpipe
    assert_output ''
    # The commands need the library; they can go alone.
    run in_rpm -e libnosigpipe
    assert_failure
    assert_output --partial 'is needed by (installed) nosigpipe'
    in_rpm -e nosigpipe
    run in_root cat /etc/ld.so.preload
    assert_output "$copy"
    run in_rpm -e libnosigpipe
    assert_success
    assert_output "disabled: '/etc/ld.so.preload' does not name the library any more"
    in_rpm -e base
    in_root rm -r /etc/nosigpipe # the administrator's
    run diff <(echo "$before") <(system_state)
    assert_output ''
}

@test "rpm: the library goes in the right order when both packages are removed at once" {
    local copy=/usr/lib64/nosigpipe/libnosigpipe.so
    complete_root
    install_rpms
    in_root nosigpipe-host enable --storm=1000
    run in_rpm -e nosigpipe libnosigpipe
    assert_success
    assert_output "disabled: '/etc/ld.so.preload' does not name the library any more"
    run in_root cat /etc/ld.so.preload "$copy"
    assert_output "$(printf "cat: %s: No such file or directory\n" /etc/ld.so.preload "$copy")"
}

@test "pacman: the package has what make install installs" {
    run tar -tzf "$ARCH"
    assert_success
    refute_line --regexp 'usr/(sbin|lib64)/'
    assert_equal "$(printf '%s\n' "${lines[@]}" | grep -v '^\.' | sed 's,^,/,' | own_files)" \
        "$(expected_files /usr/lib)"
    run tar -xzOf "$ARCH" .PKGINFO
    assert_line "pkgver = $VERSION-1"
    assert_line 'license = MIT'
    # makepkg has checked the sum of the tarball.
    grep -q -F "$(sha256sum <"$SOURCE/build/nosigpipe-$VERSION.tar.gz" | cut -d ' ' -f 1)" "$SOURCE/build/arch/PKGBUILD"
}

@test "pacman: the package installs, works, is upgraded, and leaves nothing when it is removed" {
    local before object=/usr/lib/libnosigpipe.so copy=/usr/lib/nosigpipe/libnosigpipe.so
    complete_root
    before=$(system_state)
    install_arch_package
    assert_works "$object"
    run in_pacman -Qkk nosigpipe
    assert_output --partial ', 0 altered files'
    in_root sh -c 'echo x >>/usr/lib/nosigpipe/libnosigpipe.so'
    run install_arch_package # is an upgrade to the same version
    assert_success
    assert_line "updated: '$copy'"
    run in_root nosigpipe-host status
    assert_success
    run in_pacman -R nosigpipe
    assert_success
    assert_line "disabled: '/etc/ld.so.preload' does not name the library any more"
    in_root rm -r /etc/nosigpipe # the administrator's
    run diff <(echo "$before") <(system_state)
    assert_output ''
}

@test "the packages keep the note, the probe and what tools find by it, and none has debug information" {
    local file
    mkdir "$BATS_TEST_TMPDIR/rpm" "$BATS_TEST_TMPDIR/arch"
    (cd "$BATS_TEST_TMPDIR/rpm" && rpm2cpio "$RPMS"/libnosigpipe-*.rpm | cpio -i -d --quiet)
    tar -C "$BATS_TEST_TMPDIR/arch" -xzf "$ARCH"
    for file in "$BATS_TEST_TMPDIR"/{rpm/usr/lib64,arch/usr/lib}/libnosigpipe.so; do
        run readelf --wide --notes --sections "$file"
        assert_line --regexp '^ *nosigpipe .*NT_VERSION'
        assert_line --regexp 'Provider: *nosigpipe$'
        refute_line --partial .debug_info
    done
}

@test "where a tool is missing, one line says so; the versions are those of the Makefile" {
    cd "$SOURCE"
    mkdir "$BATS_TEST_TMPDIR/bin"
    local name
    for name in sh dirname tar gzip git sort stat mktemp rm mkdir mv find; do
        ln -s "$(command -v "$name")" "$BATS_TEST_TMPDIR/bin"
    done
    run env PATH="$BATS_TEST_TMPDIR/bin" sh scripts/package/rpm.sh "nosigpipe-$VERSION" "$VERSION"
    assert_failure 1
    assert_output 'make rpm: no rpmbuild; install with: dnf install rpm-build, or apt-get install rpm'
    [ -e "$RPMS" ] # nothing was removed before
    run sed -n 's/^Version: *//p; s/^pkgver=//p' scripts/package/{nosigpipe.spec,PKGBUILD}
    assert_output "$VERSION
$VERSION"
}
