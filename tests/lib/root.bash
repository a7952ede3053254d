# For tests that need a Debian system: they run commands as root in it, in a layer of their own over a system
# that root.sh has made.

load "${BASH_SOURCE[0]%/*}/common"

# Makes the system for the tests of a file, or uses the one that exists. To be called in setup_file.
use_root() { # SUITE [PACKAGE]...
    BELOW=$("$ROOT/tests/lib/root.sh" "$@") || return
    export BELOW
}

# Installs nosigpipe in the layer: CHANGES is its folder of files, UNITS that of systemd's units.
install_in_layer() {
    CHANGES=$BATS_TEST_TMPDIR/layer/changes
    UNITS=$CHANGES/etc/systemd/system
    mkdir -p "$UNITS"
    make -s -C "$ROOT" install PREFIX=/usr DESTDIR="$CHANGES"
}

# The layer stays from one command to the next; the mounts and processes go with the command. The
# source tree, or the one that SOURCE names, is mounted at /source. The command is not the first process of
# its PID namespace, since SIGPIPE would not end that one.
in_root() { # COMMAND [ARGUMENT]...
    local layer=$BATS_TEST_TMPDIR/layer
    mkdir -p "$layer/changes" "$layer/work" "$layer/root"
    # shellcheck disable=SC2016
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE \
        unshare --mount --pid --fork --kill-child sh -ec '
        mount -t overlay -o "lowerdir=$BELOW,upperdir=$1/changes,workdir=$1/work" overlay "$1/root"
        cd "$1/root"
        mkdir -p source
        mount --bind "$2" source
        mount -t proc proc proc
        shift 2
        status=0
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot . "$@" || status=$?
        exit "$status"
    ' - "$layer" "${SOURCE:-$ROOT}" "$@"
}
