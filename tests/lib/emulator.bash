# QEMU's user mode for a CPU, by the name of the CPU in Debian's triplet.

emulator() { # TRIPLET
    case $1 in
    powerpc64le-*) echo qemu-ppc64le-static ;;
    *) echo "qemu-${1%%-*}-static" ;;
    esac
}
