#!/usr/bin/env bats
# Visits and the preload under the security modules that Debian's kernels have. Yama is in kernels.bats.

load kernels

# A visitor of another name, so that a profile can be for it alone.
prepare_for_module() {
    prepare_system x86_64-linux-gnu modules_init.sh
    cp "$SYSTEM/tests/nosigpipe-attach" "$SYSTEM/tests/confined_attach"
}

@test "AppArmor: a confined program is visited and preloaded, a confined visitor refused" {
    local apparmor
    prepare_for_module
    apparmor=$("$ROOT/tests/lib/unpack.sh" amd64 bookworm apparmor)
    "$apparmor/sbin/apparmor_parser" --skip-kernel-load --skip-cache --stdout \
        --policy-features "$apparmor/etc/apparmor.d/abi/3.0" --kernel-features "$apparmor/etc/apparmor.d/abi/3.0" \
        >"$SYSTEM/tests/profiles" <<'PROFILES'
profile confined /tests/visited {
  /** rmix,
}
profile confined_attach /tests/confined_attach {
  /** rmix,
  capability,
}
PROFILES
    run boot_and_read trixie image-6.12.
    assert_output --partial "\
visited is confined (enforce)
PID visited: guarded
status 0
write: EPIPE
visited_static is unconfined
nosigpipe: PID visited_static: you may not trace it: that takes its user or CAP_SYS_PTRACE: Operation not permitted
status 141
ready
visited is confined (enforce)
nosigpipe: PID visited: you may not trace it: that takes its user or CAP_SYS_PTRACE: Operation not permitted
status 141
ready
visited is confined (enforce), preloaded
ready
write: EPIPE"
}

# Without a policy SELinux allows everything, also when it enforces: no more could be had here.
@test "SELinux without a policy: programs are visited and preloaded" {
    prepare_for_module
    run boot_and_read trixie image-6.12. security=selinux selinux=1 enforcing=1
    assert_output --partial 'enforce: 1'
    assert_output --partial "\
visited is kernel
PID visited: guarded
status 0
write: EPIPE"
    assert_output --partial "\
visited is kernel, preloaded
ready
write: EPIPE"
}
