#!/usr/bin/env bats
# Sends on sockets of protocols that refuse MSG_NOSIGNAL, with a kernel that has them.

load kernels

# Debian's kernel for machines has more protocols than that for clouds.
@test "a send by each protocol of Linux 6.12 answers as without the library" {
    local kernel modules
    prepare_system x86_64-linux-gnu protocols_init.sh
    # shellcheck disable=SC2034 # kernel_file reads it
    FLAVOUR=amd64
    kernel=$(kernel_file trixie image-6.12.)
    modules=$(find "${kernel%/boot/*}" -type d -path '*/modules/*/kernel' -prune)
    mkdir -p "$SYSTEM/lib/modules/$(basename "${modules%/kernel}")"
    (cd "${modules%/kernel}" && cp -r --parents modules.{order,builtin} kernel/{net,crypto,lib} \
        kernel/drivers/{infiniband,net/can,net/ppp} "$SYSTEM/lib/modules/$(basename "$PWD")")
    find "$SYSTEM/lib/modules" -name '*.xz' -exec xz -d {} +
    run boot_and_read trixie image-6.12.
    echo "# $(grep -c '^refuses' <<<"$output") of $(sed -n 's/^protocols: //p' <<<"$output") refuse it: $(
        sed -n 's/^refuses: //p' <<<"$output" | paste -s -d ,)" >&3
    for mode in catch ignore mask flags; do
        assert_line "mode=$mode: equal"
    done
    assert_line 'refuses: rds'
}
