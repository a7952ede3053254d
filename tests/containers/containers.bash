# What the tests of containers share: podman with a store of the file's own, and images made of this
# machine's programs, with no registry.

load "${BASH_SOURCE[0]%/*}/../lib/common"
bats_require_minimum_version 1.5.0 # run -STATUS

EXAMPLES=$ROOT/scripts/examples
# The images that the examples are built upon, and the one that their pod runs.
GLIBC=docker.io/library/debian:12-slim
MUSL=docker.io/library/busybox:1
NO_SHELL=gcr.io/distroless/base-debian12
SERVICE=registry.example/my-service:1.0
OWN_ENTRYPOINT=registry.example/my-image:1.0
CARRIER=registry.example/nosigpipe:0.1.0

# Of the environment podman hands on what is about proxies, and it looks for settings in HOME.
podman() {
    env -i --default-signal=PIPE PATH="$PATH" HOME="$BATS_FILE_TMPDIR" \
        CONTAINERS_CONF="$ROOT/tests/containers/containers.conf" \
        podman --root "$STORE/root" --runroot "$STORE/run" --tmpdir "$STORE/tmp" "$@" 3>&-
}

# Programs, and of each the libraries and the loader that it is bound to, at their own paths.
copy_programs() { # ROOT PROGRAM...
    local root=$1
    shift
    ldd "$@" | grep -o '/[^ ]*[^ :]' | sort -u | xargs cp -L --parents -t "$root"
    cp -L --parents "$@" "$root"
}

# An empty system; programs are looked for in /bin and /usr/bin.
make_root() { # ROOT
    mkdir -p "$1/bin" "$1/usr/bin" "$1/tmp" "$1/etc" "$1/proc" "$1/dev" "$1/sys"
}

# The system of GLIBC: dash as its shell, and a musl program and its loader beside the others.
make_glibc_root() { # ROOT
    make_root "$1"
    copy_programs "$1" /bin/dash /bin/bash /bin/cat /bin/sleep /bin/true /usr/bin/env \
        /usr/bin/head /usr/bin/yes /usr/bin/tini /usr/bin/dumb-init
    ln -s dash "$1/bin/sh"
    cp "$PROGRAMS/container_service" "$1/usr/bin/my-service"
    cp "$MUSL_SERVICE" "$1/usr/bin/my-musl-service"
    cp -L /lib/ld-musl-*.so.1 "$1/lib"
}

# The system of MUSL: busybox, a service and the loader, which is the library as well.
make_musl_root() { # ROOT
    local applet
    make_root "$1"
    mkdir "$1/lib"
    cp "$("$ROOT/tests/containers/busybox.sh")" "$1/bin/busybox" || return
    for applet in sh cat cp env head ls mv sleep true yes; do
        ln -s busybox "$1/bin/$applet"
    done
    cp "$MUSL_SERVICE" "$1/usr/bin/my-service"
    cp -L /lib/ld-musl-*.so.1 "$1/lib"
}

# A system of Debian's own busybox alone, with all its commands, for any CPU.
make_busybox_root() { # ROOT ARCHITECTURE
    local busybox applet
    busybox=$("$ROOT/tests/lib/unpack.sh" "$2" trixie busybox-static) || return
    make_root "$1"
    cp "$(find "$busybox" -path '*/bin/busybox' -type f)" "$1/bin/busybox"
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
    done
}

# The system of NO_SHELL: a service and what it is bound to.
make_no_shell_root() { # ROOT
    make_root "$1"
    copy_programs "$1" "$PROGRAMS/container_service"
    mv "$1/$PROGRAMS/container_service" "$1/usr/bin/my-service"
}

import() { # ROOT IMAGE [OPTION]...
    tar -C "$1" -cf - . | podman import -q --change ENV=PATH=/usr/bin:/bin "${@:3}" - "$2" >/dev/null
}

# The folder that the Dockerfile of the examples builds from, as it says, with the files of this CPU.
make_context() { # FOLDER
    mkdir -p "$1/amd64"
    cp "$BUILD/nosigpipe-audit" "$1"
    cp "$BUILD/libnosigpipe.so" "$BUILD/nosigpipe-entrypoint" "$1/amd64"
}

# The Dockerfile of the examples, with another image in the place of the one that TARGET is built upon.
dockerfile() { # TARGET [BASE]
    sed "${2:+s|^FROM .* AS $1\$|FROM $2 AS $1|}" "$EXAMPLES/Dockerfile"
}

# An image of the Dockerfile of the examples.
build_example() { # IMAGE TARGET [BASE]
    dockerfile "$2" "${3-}" >"$BATS_FILE_TMPDIR/Dockerfile.$2"
    podman build -q --pull=never -t "$1" --target "$2" -f "$BATS_FILE_TMPDIR/Dockerfile.$2" "$CONTEXT" >/dev/null
}

# For setup_file: a store with no image in it.
make_store() {
    export STORE=$BATS_FILE_TMPDIR/store CONTEXT=$BATS_FILE_TMPDIR/context
    make_context "$CONTEXT"
}

# For setup_file: a store with all images.
make_images() {
    local roots=$BATS_FILE_TMPDIR/roots
    export MUSL_SERVICE=$BATS_FILE_TMPDIR/my-musl-service
    make_store
    musl-gcc -O2 -std=c11 -D_GNU_SOURCE -o "$MUSL_SERVICE" "$ROOT/tests/fixtures/container_service.c"
    make_glibc_root "$roots/glibc"
    make_musl_root "$roots/musl"
    make_no_shell_root "$roots/no-shell"
    import "$roots/glibc" "$GLIBC"
    import "$roots/musl" "$MUSL"
    import "$roots/no-shell" "$NO_SHELL"
    import "$roots/glibc" "$SERVICE" --change 'CMD=["my-service"]'
    printf '#!/bin/sh\necho "the own entrypoint"\nexec "$@"\n' >"$roots/glibc/original.sh"
    chmod +x "$roots/glibc/original.sh"
    import "$roots/glibc" "$OWN_ENTRYPOINT" --change 'ENTRYPOINT=["/original.sh"]' \
        --change 'CMD=["my-service"]'
    build_example "$CARRIER" nosigpipe
}

# Podman starts the services of a pod again that have ended, and refuses to remove what it starts
# at that moment.
remove_pods() {
    for _ in 1 2 3 4 5; do
        ! podman pod rm -fa -t 0 || return 0
    done
    return 1
}

# For teardown_file. What a failed test has left goes too.
remove_images() {
    remove_pods >/dev/null
    podman rm -fa -t 0 >/dev/null
    podman rmi -fa >/dev/null
    # Podman mounts the folder of its layers upon itself.
    ! mountpoint -q "$STORE/root/overlay" || umount "$STORE/root/overlay"
    rm -rf "$STORE"
}

# Until the container has written that; fails when it has not for long.
await_log() { # CONTAINER TEXT
    local tries=300
    until podman logs "$1" 2>&1 | grep -q -F -e "$2"; do
        ((tries--)) || return
        sleep 0.1
    done
}
