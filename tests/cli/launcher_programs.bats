# bats file_tags=launcher
# What the launcher finds out about a program before it starts it, compared with what LD_PRELOAD alone does for
# that program.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`; launcher_programs.bash reads `caller`
load launcher_programs

# --- Programs

reached() {
    told_of '' "$FILES/dynamic"
    told_of '' "$FILES/musl"
    told_of '' /lib64/ld-linux-x86-64.so.2 "$FILES/dynamic"
    told_of '' "$(readlink -f /lib/ld-musl-*.so.1)" "$FILES/musl"
}
@test "a dynamic program, of glibc or of musl, also one that its loader starts, is protected by the library" {
    in_each_shell reached
}

far_interpreter() {
    told_of '' "$FILES/far"
}
@test "a program whose headers point far into the file is read there" {
    # PT_INTERP, the second program header, made to point to the end of the file; elf(5).
    cp "$FILES/dynamic" "$FILES/far"
    local size byte
    size=$(stat -c %s "$FILES/far")
    [ "$size" -gt 4096 ]
    printf '/lib64/ld-linux-x86-64.so.2\0' >>"$FILES/far"
    for byte in 0 1 2 3; do
        printf "\\x$(printf %02x $((size >> (8 * byte) & 255)))"
    done | dd of="$FILES/far" bs=1 seek=$((64 + 56 + 8)) conv=notrunc status=none
    run readelf --wide --segments "$FILES/far"
    assert_output --regexp "INTERP +0x0*$(printf %x "$size") "
    in_each_shell far_interpreter
}

static() {
    local name
    for name in static static_pie musl_static; do
        told_of "'$FILES/$name' is statically linked" "$FILES/$name"
    done
}
@test "a static program starts with SIGPIPE ignored, and a line says so" {
    in_each_shell static
}

static_go() {
    local reason="'$FILES/static_go' is a static Go program, which ends by a broken write to descriptor 1 or 2\
 and gets EPIPE from all others"
    start --check "$FILES/static_go"
    assert_failure 1
    assert_output "not protected, because $reason"
    start --strict "$FILES/static_go"
    assert_failure 125
    assert_output "nosigpipe: $reason (--strict)"
    # The line, and no signal ignored: Go sets its own handler. tests/applications/go.bats has a real one.
    start "$FILES/static_go"
    assert_failure "$SIGPIPE_STATUS"
    assert_line --index 0 "nosigpipe: $reason: it starts unprotected"
    start --quiet "$FILES/static_go"
    refute_output --partial Go
}
@test "a static Go program is recognized: ignoring the signal does not help it" {
    # The bytes that `go version` looks for in a file.
    { printf 'const char magic[] = "\\377 Go buildinf:";\n' && cat "$ROOT/tests/fixtures/outlive.c"; } |
        cc -static -I "$ROOT/tests/fixtures" -x c -o "$FILES/static_go" -
    in_each_shell static_go
}

other_class() {
    run bare "$FILES/i386"
    assert_failure "$SIGPIPE_STATUS"
    is_ignored_for "'$FILES/i386' is for 32-bit i386, and libnosigpipe.so for 64-bit x86-64" "$FILES/i386"
}
@test "a program of another class starts with SIGPIPE ignored, and its loader prints nothing about the library" {
    needs_i386
    in_each_shell other_class
}

children() {
    start --quiet "$FILES/static_parent"
    assert_success
    assert_output "$FILES/libnosigpipe.so"
}
@test "programs that a static program starts have the library" {
    printf '#include <unistd.h>\nint main(void) { execl("/bin/sh", "sh", "-c", "%s", (char *)0); }' \
        'echo \"$LD_PRELOAD\"' | cc -static -x c -o "$FILES/static_parent" -
    in_each_shell children
}

cannot_act() {
    local action
    for action in die core stop; do
        start "--action=$action" "$FILES/static"
        assert_failure "$SIGPIPE_STATUS"
        assert_line --index 0 "nosigpipe: '$FILES/static' is statically linked, and only the library can\
 do action=$action: it starts unprotected"
    done
}
@test "where only the library can do the action, the program starts unchanged" {
    in_each_shell cannot_act
}

@test "od and readlink of busybox are sufficient" {
    mkdir "$BATS_TEST_TMPDIR/applets"
    busybox --install -s "$BATS_TEST_TMPDIR/applets"
    local shell=("$BATS_TEST_TMPDIR/applets/sh")
    caller=(env PATH="$BATS_TEST_TMPDIR/applets")
    start --check "$FILES/dynamic"
    assert_output "protected by the library: '$FILES/libnosigpipe.so' in '$FILES/dynamic'"
    start --check "$FILES/static"
    assert_output "protected by inherited ignore: '$FILES/static' is statically linked"
}

# --- Rights

gains_rights() {
    local name
    local -A rights=([user]='is set-user-ID' [group]='is set-group-ID')
    for name in user group; do
        told_of "'$FILES/set_$name' ${rights[$name]}, so the loader ignores LD_PRELOAD" "$FILES/set_$name"
        caller=(setpriv --no-new-privs)
        told_of '' "$FILES/set_$name"
        caller=()
        told_of '' "$FILES/own_$name"
    done
}
@test "set-user-ID and set-group-ID bits count where they change the ID" {
    needs users owners
    local name
    for name in set_user set_group own_user own_group; do
        cp "$FILES/dynamic" "$FILES/$name"
    done
    chown 65534:65534 "$FILES/set_user" "$FILES/set_group"
    chmod u+s "$FILES/set_user" "$FILES/own_user"
    chmod g+s "$FILES/set_group" "$FILES/own_group"
    in_each_shell gains_rights
}

capable() {
    local name
    caller=("${NOBODY[@]}")
    for name in effective permitted linked; do
        told_of "'$FILES/$name' has file capabilities, so the loader ignores LD_PRELOAD" "$FILES/$name"
    done
    told_of '' "$FILES/inheritable"
    caller=("${NOBODY[@]}" --no-new-privs)
    told_of "'$FILES/effective' has file capabilities, so the loader ignores LD_PRELOAD" "$FILES/effective"
    caller=()
    told_of '' "$FILES/effective"
}
@test "file capabilities count, except for root, where they add a capability" {
    needs users capabilities
    local name
    for name in effective permitted inheritable; do
        cp "$FILES/dynamic" "$FILES/$name"
    done
    setcap cap_net_raw+p "$FILES/permitted"
    setcap cap_net_raw+i "$FILES/inheritable"
    setcap cap_net_raw+ep "$FILES/effective"
    ln -s effective "$FILES/linked"
    in_each_shell capable
}

cannot_tell() {
    # A mount namespace in which getcap is not executable.
    # shellcheck disable=SC2016 # for the inner shell
    caller=("$OWN_MOUNTS" sh -c 'mount --bind /dev/null "$0" && exec "$@"'
        "$(readlink -f "$(command -v getcap)")" "${NOBODY[@]}")
    start --check "$FILES/dynamic"
    assert_success
    assert_output "protected by the library: '$FILES/libnosigpipe.so' in '$FILES/dynamic', unless it has file\
 capabilities (getcap, which shows them, is not installed)"
    start "$FILES/dynamic"
    assert_success
    assert_output ''
}
@test "where getcap is missing, --check says what it does not know" {
    needs mounts users
    PATH=$PATH:/usr/sbin:/sbin
    in_each_shell cannot_tell
}

not_counted() {
    local name
    for name in set_user capable; do
        caller=("${NOBODY[@]}")
        told_of "'$BATS_TEST_TMPDIR/no suid/$name' ${REASONS[$name]}, so the loader ignores LD_PRELOAD" \
            "$BATS_TEST_TMPDIR/no suid/$name"
        # A mount namespace that goes with the program.
        # shellcheck disable=SC2016 # for the inner shell
        caller=("$OWN_MOUNTS" sh -c 'mount --bind "$0" "$0" &&
            mount -o remount,bind,nosuid "$0" && exec "$@"' "$BATS_TEST_TMPDIR/no suid" "${NOBODY[@]}")
        told_of '' "$BATS_TEST_TMPDIR/no suid/$name"
    done
}
@test "neither counts on a file system mounted nosuid" {
    needs mounts users capabilities
    chmod o+x "$BATS_TEST_TMPDIR"
    mkdir "$BATS_TEST_TMPDIR/no suid"
    cp "$FILES/dynamic" "$BATS_TEST_TMPDIR/no suid/set_user"
    cp "$FILES/dynamic" "$BATS_TEST_TMPDIR/no suid/capable"
    chmod u+s "$BATS_TEST_TMPDIR/no suid/set_user"
    setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/no suid/capable"
    local -A REASONS=([set_user]='is set-user-ID' [capable]='has file capabilities')
    in_each_shell not_counted
}
