#!/bin/sh
# unpack.sh ARCHITECTURE SUITE NAME: the files of a Debian package of any architecture, without what it depends on,
# unpacked once below build/unpacked. Prints its folder. NAME is a regular expression (grep -E): of the packages
# that fit, the one with the highest version in its name is taken which the mirror still has.

set -u

fail() { # MESSAGE
    printf 'unpack.sh: %s\n' "$1" >&2
    exit 125
}

[ $# = 3 ] || fail 'usage: unpack.sh ARCHITECTURE SUITE NAME'
cd -- "$(dirname -- "$0")/../.." && . tests/lib/mirror.sh || exit 125
place=$PWD/build/unpacked/$1+$2
wanted=$3
state=$place/apt
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" || exit 125
# Two tests may ask for the same at the same time.
exec 9>"$place/lock" && flock 9 || exit 125

# apt with lists and packages of its own: those of one architecture and suite.
apt_there() { # COMMAND [ARGUMENT]...
    command=$1
    shift
    "$command" -q -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o APT::Sandbox::User=root -o Acquire::Retries=5 -o Acquire::Languages=none \
        -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
        -o Dir::Etc::sourcelist="$state/sources" -o Dir::Etc::sourceparts=/dev/null "$@"
}

# Once a day: what is newest changes.
fetch_lists() {
    [ -z "$(find "$state/fetched" -mtime -1 2>/dev/null)" ] || return 0
    mirror=$(mirror)
    [ -n "$mirror" ] || fail "apt's own configuration names no source of packages"
    : >"$state/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$state/sources"
    apt_there apt-get update >"$state/log" 2>&1 && : >"$state/fetched"
}

unpack() { # NAME
    rm -rf "$place/new"
    mkdir "$place/new" && cd "$place/new" &&
        apt_there apt-get download "$1" >>"$state/log" 2>&1 &&
        dpkg-deb --extract ./*.deb files && cd "$place" && mv -T new/files "$1"
}

architecture=$1
suite=$2
fetch_lists || { tail -n 20 "$state/log" >&2 && fail "no lists of $suite for $architecture"; }
apt_there apt-cache pkgnames | grep -x -E "$wanted" | sort -V -r >"$state/names"
while read -r name; do
    if [ -d "$place/$name" ] || unpack "$name"; then
        echo "$place/$name"
        exit 0
    fi
done <"$state/names"
tail -n 20 "$state/log" >&2
fail "no package '$wanted' in $suite for $architecture"
