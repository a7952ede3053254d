# bats file_tags=newcomer
# The first run: make names missing packages, tests that lack a right are reported, and `make smoke` works.

load ../lib/tree

# Makes a tree whose tests need one package, with a different name in each release, and an apt that knows one
# of the names.
setup() {
    copy_tree "$BATS_TEST_TMPDIR/tree"
    cd "$TREE" || return
    echo 'check first-name|second-name nosuch-command' >tests/lib/packages
    mkdir bin
    tool id 'echo "$IDENTITY"'
    tool apt-cache '[ -e lists ] && [ "$2" = second-name ]'
    tool apt-get 'echo "$*" >>calls; case $* in *update*) touch lists ;; *second-name) [ ! -e bin/refuse ] && touch bin/nosuch-command && chmod +x bin/nosuch-command ;; *) exit 1 ;; esac'
    PATH=$PWD/bin:$PATH
}

tool() { # NAME SCRIPT
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

install_tools() { # USER-ID
    IDENTITY=$1 run sh -c '. tests/lib/install_tools.sh && install_missing check'
}

@test "as root, the first line says what is installed, by its name in this release" {
    touch bin/refuse
    install_tools 0
    assert_failure
    assert_line --index 0 'installing second-name'
    rm bin/refuse
    install_tools 0
    assert_success
    assert_output 'installing second-name'
    install_tools 0
    assert_success
    assert_output ''
}

@test "the lists of apt are fetched where they are missing" {
    install_tools 0
    assert_success
    assert_equal "$(head -n 1 calls)" 'update -q'
    assert_output 'installing second-name'
}

@test "without root, make check prints the command to type, and nothing else" {
    touch lists
    IDENTITY=1000 run build check
    assert_failure
    assert_line --index 0 'packages are missing; install them with: sudo apt-get install second-name'
    assert_line --index 1 --regexp '^make: \*\*\* '
    [ "${#lines[@]}" = 2 ]
    rm lists
    install_tools 1000
    assert_output 'packages are missing; install them with: sudo apt-get install first-name'
    [ ! -e calls ]
}

@test "a test that lacks a right is listed as not run, with the name of the right" {
    mkdir build
    cp -R "$BUILD/." build
    echo >tests/lib/packages
    # Bats must not take these for tests of this file.
    sed 's/^+//' >tests/project/some.bats <<'END'
load ../lib/common
+@test "of its own" {
    OWN_MOUNTS=false
    needs mounts
    false
}
+@test "of anybody" { true; }
END
    run env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin tests/check.sh tests/project/some.bats
    assert_success
    assert_line 'Not run:'
    assert_line "1 of its own: needs mounts of its own (CAP_SYS_ADMIN)"
    assert_equal "${lines[-1]}" '1 passed, 0 failed, 1 not run'
    run env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NOSIGPIPE_ALL=1 tests/check.sh tests/project/some.bats
    assert_failure
    assert_output --partial 'not run: needs mounts of its own (CAP_SYS_ADMIN)'
    assert_equal "${lines[-1]}" '1 passed, 1 failed'
}

# Below chroot(2), to a folder of a shared mount, as / is on most systems.
@test "own_mounts hides its mounts from all others, also where / is not a mount point" {
    needs mounts
    mkdir -p shared
    # shellcheck disable=SC2016 # for the inner shell
    run "$OWN_MOUNTS" sh -ec '
        mount -t tmpfs tmpfs shared
        mount --make-shared shared
        mkdir -p shared/root/tmp
        for folder in /usr /bin /sbin /lib /lib64; do
            if [ -L "$folder" ]; then
                cp -P "$folder" shared/root
            elif [ -d "$folder" ]; then
                mkdir "shared/root$folder"
                mount --bind "$folder" "shared/root$folder"
            fi
        done
        cp "$1" shared/root/own_mounts
        ! chroot shared/root unshare --mount true 2>/dev/null
        chroot shared/root /own_mounts sh -ec "mount -t tmpfs tmpfs /tmp; touch /tmp/own; ls /tmp"
        ls shared/root/tmp' sh "$OWN_MOUNTS"
    assert_success
    assert_output own
}

@test "make smoke passes, and fails with a library that does nothing" {
    build -s all build/tests/matrix
    run build smoke
    assert_success
    assert_equal "${lines[-1]}" '9 passed, 0 failed'
    cc -shared -o build/libnosigpipe.so -x c - <<<'int nothing;'
    run tests/shim/smoke.sh
    assert_failure
    assert_line --partial 'not ok mode=catch: '
}
