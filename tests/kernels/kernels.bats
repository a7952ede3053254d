#!/usr/bin/env bats
# The library under kernels of Debian, in QEMU: the facts that the design rests on, every call that writes, all that
# programs see of their signals, records, visits. `make check-kernels` runs those with the tag `ci`, in mode=catch and from
# SIGPIPE's default; `make check-kernels ALL=1` runs all, in every mode and from each inherited state.

load kernels

teardown_file() {
    print_table
}

# bats test_tags=ci
@test "Linux 5.10 on x86-64" { serves x86_64-linux-gnu bullseye image-5.10.; }

# bats test_tags=ci
@test "the newest Linux that Debian serves, on x86-64" { serves x86_64-linux-gnu trixie-backports binary-; }

@test "Linux 6.1 on x86-64" { serves x86_64-linux-gnu bookworm image-6.1.; }

@test "Linux 6.12 on x86-64" { serves x86_64-linux-gnu trixie image-6.12.; }

@test "Linux 6.18 on x86-64" { serves x86_64-linux-gnu trixie-backports image-6.18.; }

@test "Linux 6.1 on i386" { serves i686-linux-gnu bookworm image-6.1.; }

# bats test_tags=ci
@test "Linux 6.12 on AArch64" { serves aarch64-linux-gnu trixie image-6.12.; }

@test "Linux 6.12 on RISC-V" { serves riscv64-linux-gnu trixie image-6.12.; }

@test "Linux 6.12 on PowerPC" { serves powerpc64le-linux-gnu trixie image-6.12.; }

@test "Linux 6.12 on s390x" { serves s390x-linux-gnu trixie image-6.12.; }

@test "Linux 6.12 on armhf" { serves arm-linux-gnueabihf trixie image-6.12.; }
