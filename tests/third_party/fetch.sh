#!/bin/sh
# fetch.sh PACKAGE: the upstream source of an installed Debian or Ubuntu package, unpacked once
# below build/suites (or $NOSIGPIPE_SUITES). Prints the folder. Nothing of apt's own configuration
# is changed, and apt checks the signatures.

set -u

fail() { # MESSAGE
    printf 'fetch.sh: %s\n' "$1" >&2
    exit 125
}

[ $# -eq 1 ] || fail 'usage: fetch.sh PACKAGE'
package=$1
root=$(cd -- "$(dirname -- "$0")/../.." && pwd) || exit 125
cache=${NOSIGPIPE_SUITES:-$root/build/suites}
folder=$cache/$package
if [ -d "$folder" ]; then
    echo "$folder"
    exit
fi
mkdir -p "$cache" || exit 125
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 125
trap 'rm -rf "$work"' EXIT
trap 'exit 125' HUP INT TERM

# Prints the source of the installed package: "500 URI SUITE/COMPONENT amd64 Packages".
origin() {
    apt-cache policy "$package" |
        awk '$2 ~ /^https?:/ && $5 == "Packages" { sub("/", " ", $3); print $2, $3; exit }'
}

where=$(origin)
if [ -z "$where" ] && [ "$(id -u)" -eq 0 ]; then
    apt-get -qq update >&2 || fail 'apt-get update failed'
    where=$(origin)
fi
[ -n "$where" ] || fail "apt knows no source of '$package': run apt-get update"

# Without such a file, the trusted keys of apt are used.
# shellcheck disable=SC1091
keyring=/usr/share/keyrings/$(. /etc/os-release && echo "$ID")-archive-keyring.gpg
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source" || exit 125
if [ -f "$keyring" ]; then
    echo "deb-src [signed-by=$keyring] $where"
else
    echo "deb-src $where"
fi >"$work/sources.list"

own_apt() { # ARGUMENT...
    apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" >&2
}

own_apt update || fail "cannot read the list of sources at '$where'"
(cd "$work/source" && own_apt --download-only source "$package") ||
    fail "cannot fetch the source of '$package'"
mkdir "$work/unpacked"
set -- "$work"/source/*.orig.tar.*[!c] # the other one is its signature, .asc
tar -xf "$1" --strip-components=1 -C "$work/unpacked" ||
    fail "cannot unpack the source of '$package'"
# Another process may have made the folder meanwhile.
mv -T "$work/unpacked" "$folder" 2>/dev/null || [ -d "$folder" ] || exit 125
echo "$folder"
