# For tests that boot a kernel of Debian in QEMU: a system of busybox, whose first process is a script.

load "${BASH_SOURCE[0]%/*}/common"

# Sets ARCH, FLAVOUR, CONSOLE and MACHINE.
read_cpu() { # TRIPLET
    read -r _ ARCH FLAVOUR CONSOLE MACHINE < <(grep "^$1 " "$ROOT/tests/kernels/cpus")
    [ -n "$MACHINE" ] || fail "tests/kernels/cpus has no $1"
}

# Makes the folder of a system: busybox, and SCRIPT as the first process. read_cpu has been called.
make_system() { # FOLDER SCRIPT
    local busybox
    busybox=$("$ROOT/tests/lib/unpack.sh" "$ARCH" trixie busybox-static) || return
    mkdir -p "$1"/{bin,dev,proc,sys,tmp}
    cp "$(find "$busybox" -path "*/bin/busybox" -type f)" "$1/bin"
    cp "$2" "$1/init"
    chmod 755 "$1/init" "$1/bin/busybox"
}

pack_system() { # FOLDER: prints the initramfs
    (cd "$1" && find . | cpio -o -H newc --quiet | gzip -1)
}

# Prints the file of the newest kernel of that suite whose name begins so: image-6.12, binary-. read_cpu has been called.
kernel_file() { # SUITE BEGIN
    local folder
    folder=$("$ROOT/tests/lib/unpack.sh" "$ARCH" "$1" "linux-${2//./\\.}[0-9][0-9.+~deb-]*-$FLAVOUR") || return
    find "$folder" -name 'vmlinu[xz]*' -type f
}

# Prints what the system writes to its console. read_cpu has been called. Its time is that of its instructions, of 8 ns
# each, and does not wait where nothing happens: so a busy machine makes no time limit pass.
boot() { # SECONDS KERNEL INITRAMFS [WORD]...
    local machine
    read -r -a machine <<<"$MACHINE"
    timeout "$1" "${machine[@]}" -accel tcg -icount shift=3,sleep=off -smp 1 -nodefaults -display none -no-reboot \
        -monitor none -kernel "$2" -initrd "$3" -append "console=$CONSOLE quiet loglevel=1 panic=-1 ${*:4}" \
        </dev/null | sed -u 's/\r$//'
}
