#!/bin/sh
# busybox.sh: builds busybox from the distribution's source, bound to musl's loader as it is in the
# images of Alpine, with the applets that tests of containers run. The distribution's own is bound to
# glibc or to none. Made once below build/containers; prints the program's path.

set -u

fail() { # MESSAGE
    printf 'busybox.sh: %s\n' "$1" >&2
    exit 125
}

root=$(cd -- "$(dirname -- "$0")/../.." && pwd) || exit 125
mkdir -p "$root/build/containers" && cd "$root/build/containers" || exit 125

# Two tests may want it at the same time.
exec 9>busybox.lock && flock 9 || exit 125
if [ ! -x busybox ]; then
    source=$("$root/tests/third_party/fetch.sh" busybox) || exit 125
    rm -rf busybox.new
    cp -R "$source" busybox.new && cd busybox.new || exit 125
    # allnoconfig names all symbols; of one that stands there twice, the first value is taken.
    {
        make allnoconfig && mv .config all &&
            for word in LFS LONG_OPTS SH_IS_ASH ASH ASH_CMDCMD ASH_ECHO ASH_PRINTF ASH_TEST CAT CP ENV \
                HEAD LS MV READLINK FEATURE_READLINK_FOLLOW SLEEP TRUE YES; do
                echo "CONFIG_$word=y"
            done | cat - all >.config &&
            yes '' | make oldconfig &&
            make -j "$(nproc)" busybox HOSTCC=gcc \
                CC="musl-gcc -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"
    } >log 2>&1 9>&- || fail "cannot build it: see $PWD/log"
    mv busybox .. && cd .. && rm -rf busybox.new || exit 125
fi
echo "$PWD/busybox"
