# What every .bats file loads first.

bats_load_library bats-support
bats_load_library bats-assert

ROOT=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)
BUILD=${NOSIGPIPE_BUILD:-$ROOT/build}
PROGRAMS=${NOSIGPIPE_PROGRAMS:-$BUILD/tests}
SHIM=$BUILD/libnosigpipe.so
LAUNCHER=$BUILD/nosigpipe

# The status that a shell reports of a process that SIGPIPE ended.
SIGPIPE_STATUS=141

# Runs a command as users start it: SIGPIPE at its default, nothing preloaded. Bats itself may run
# under a parent that ignores the signal, and an ignored signal is inherited.
bare() {
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$@"
}

# The same with the shim.
shimmed() {
    env -u NOSIGPIPE_OPTIONS --default-signal=PIPE LD_PRELOAD="$SHIM" "$@"
}

# The oracle: no shim, and SIGPIPE ignored, so that the kernel's own answers are seen.
ignoring() {
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --ignore-signal=PIPE "$@"
}
