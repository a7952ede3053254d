#!/bin/sh
# What a newcomer does: in bare systems of Debian 12 and 13, which have gcc, make and git alone, clones
# the repository and types what README.md says under "Try it"; in those that $NEWCOMER does not name
# (bookworm, without it) `make demo` and `make smoke`, which need no more than is there. Needs root.
# Ends with a line "N passed, N failed"; the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
install_missing newcomer || exit
: "${NEWCOMER=bookworm}"

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# gcc recommends libc6-dev, and mmdebstrap takes no recommendations.
make_root() { # SUITE
    below=$(VARIANT=apt tests/lib/root.sh "$1" gcc libc6-dev make git) && cp -a "$below" "$work/$1"
}

# As the root of a mount namespace, not just chroot(8), below which no user namespace is to be had
# (user_namespaces(7)). The mounts and processes go with the command.
# shellcheck disable=SC2016 # for the inner shell
in_root() { # SUITE COMMAND
    unshare --mount --pid --fork --kill-child sh -ec '
        mount --bind "$1" "$1"
        cd "$1"
        mount -t proc proc proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount --move . /
        status=0
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root ${3:+NOSIGPIPE_ALL="$3"} ${4:+BATS_TEST_TIMEOUT="$4"} \
            chroot . sh -c "cd && $2" </dev/null || status=$?
        exit "$status"' - "$work/$1" "$2" "${NOSIGPIPE_ALL-}" "${BATS_TEST_TIMEOUT-}"
}

# The commands of the block under "Try it", without what is said of them.
readme_commands() {
    # shellcheck disable=SC2016 # no variable
    sed -n '/^## Try it$/,/^## /{/^```sh$/,/^```$/{/^```/d;s/ *#.*//;/./p}}' README.md
}

# The counts are in the last line of this kind; what has none counts as one.
passed=0
failed=0
typed() { # SUITE COMMAND
    echo "== $1: $2"
    { in_root "$1" "$2" 2>&1 && echo 'ended: 0' || echo 'ended: 1'; } | tee "$work/output"
    ended=$(sed -n 's/^ended: //p' "$work/output" | tail -n 1)
    case $2 in *'make demo') grep -q '^PASSED ' "$work/output" || ended=1 ;; esac
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$work/output" | tail -n 1)
    counts=${counts:-$((1 - ended)) $ended}
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    [ "$ended ${counts#* }" != '1 0' ] || failed=$((failed + 1))
}

for suite in bookworm trixie; do
    make_root "$suite" || exit
    git clone -q --bare . "$work/$suite/nosigpipe.git" || exit
    typed "$suite" 'git clone -q /nosigpipe.git nosigpipe'
    case " $NEWCOMER " in
    *" $suite "*) readme_commands ;;
    *) printf '%s\n' 'make demo' 'make smoke' ;;
    esac >"$work/commands"
    [ -s "$work/commands" ] || exit
    while read -r command; do
        typed "$suite" "cd nosigpipe && $command"
    done <"$work/commands"
    rm -rf "${work:?}/$suite"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
