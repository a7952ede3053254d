# bats file_tags=containers
# The Dockerfile of the examples, built for both CPUs that it names, and what is in the images.

load containers

setup_file() {
    make_store
    # Those of the other CPU, by the commands of the Dockerfile.
    make -s -C "$ROOT" CROSS=aarch64-linux-gnu all >&2
    mkdir "$CONTEXT/arm64"
    cp "$ROOT"/build/aarch64-linux-gnu/{libnosigpipe.so,nosigpipe-entrypoint} "$CONTEXT/arm64"
}

teardown_file() {
    remove_images
}

# The machine in the ELF header of a file of an image, in the terms of readelf.
machine() { # IMAGE FILE
    local id
    id=$(podman create --pull=never "$1" none)
    podman cp "$id:$2" "$BATS_TEST_TMPDIR/file"
    podman rm "$id" >/dev/null
    readelf -h "$BATS_TEST_TMPDIR/file" | sed -n 's/^ *Machine: *//p'
}

@test "the image that is a volume is built for both CPUs under one name" {
    local cpu id
    podman build -q --pull=never --platform linux/amd64,linux/arm64 --manifest files --target files \
        -f "$EXAMPLES/Dockerfile" "$CONTEXT" >/dev/null
    run podman manifest inspect files
    assert_success
    assert_equal "$(jq -r '.manifests[].platform | .os + "/" + .architecture' <<<"$output" | sort | xargs)" 'linux/amd64 linux/arm64'
    # What is at the manifest's digest for each CPU.
    for cpu in amd64 arm64; do
        id=$(podman build -q --pull=never --platform "linux/$cpu" --target files -f "$EXAMPLES/Dockerfile" "$CONTEXT")
        podman save -q --format oci-archive -o "$BATS_TEST_TMPDIR/$cpu.tar" "$id"
        mkdir "$BATS_TEST_TMPDIR/$cpu"
        tar -C "$BATS_TEST_TMPDIR/$cpu" -xf "$BATS_TEST_TMPDIR/$cpu.tar"
        # Two files, and nothing to run.
        run sh -c 'for layer in "$1"/blobs/sha256/*; do tar -tf "$layer" 2>/dev/null; done | grep -v "/$" | sort' sh "$BATS_TEST_TMPDIR/$cpu"
        assert_output $'libnosigpipe.so\nnosigpipe-entrypoint'
    done
    assert_equal "$(machine "$(podman build -q --pull=never --platform linux/amd64 --target files -f "$EXAMPLES/Dockerfile" "$CONTEXT")" /libnosigpipe.so)" \
        'Advanced Micro Devices X86-64'
    assert_equal "$(machine "$id" /libnosigpipe.so)" AArch64
    assert_equal "$(machine "$id" /nosigpipe-entrypoint)" AArch64
}

@test "the image for AArch64 has programs of that CPU, which copy and start there" {
    make_busybox_root "$BATS_TEST_TMPDIR/root" arm64
    import "$BATS_TEST_TMPDIR/root" registry.example/busybox-arm64:1 --arch arm64
    dockerfile nosigpipe registry.example/busybox-arm64:1 >"$BATS_TEST_TMPDIR/Dockerfile"
    podman build -q --pull=never --platform linux/arm64 -t carrier-arm64 --target nosigpipe -f "$BATS_TEST_TMPDIR/Dockerfile" "$CONTEXT" >/dev/null
    run podman image inspect --format '{{.Architecture}}' carrier-arm64
    assert_output arm64
    # The kernel here is another: QEMU's user mode runs the programs.
    emulated() { # STATUS PROGRAM [ARGUMENT]...
        run "-$1" podman run --rm --arch arm64 --pull=never -v "$(command -v qemu-aarch64-static):/qemu:ro" --entrypoint /qemu carrier-arm64 "${@:2}"
    }
    emulated 0 /opt/nosigpipe/nosigpipe-entrypoint --version
    assert_output "nosigpipe-entrypoint $(sed -n 's/^VERSION := //p' "$ROOT/Makefile")"
    emulated 0 /bin/busybox cp /opt/nosigpipe/libnosigpipe.so /opt/nosigpipe/nosigpipe-entrypoint /tmp
    emulated 127 /opt/nosigpipe/nosigpipe-entrypoint /nonexistent
    assert_output "nosigpipe-entrypoint: cannot start '/nonexistent': No such file or directory"
}

@test "a builder that has no files for a CPU says so" {
    rm -rf "$BATS_TEST_TMPDIR/context"
    mkdir -p "$BATS_TEST_TMPDIR/context/amd64"
    cp "$CONTEXT"/amd64/* "$BATS_TEST_TMPDIR/context/amd64"
    run podman build -q --pull=never --platform linux/arm64 --target files -f "$EXAMPLES/Dockerfile" "$BATS_TEST_TMPDIR/context"
    assert_failure
    assert_output --partial /arm64/libnosigpipe.so
}
