#!/bin/sh
# root.sh SUITE [PACKAGE]...: a minimal Debian system of that suite with those packages, made once
# below build/roots. Prints its folder. Needs root. All tests share the folder, so that none
# may change it: root.bash puts a layer over it.

set -u

fail() { # MESSAGE
    printf 'root.sh: %s\n' "$1" >&2
    exit 125
}

[ $# -gt 0 ] || fail 'usage: root.sh SUITE [PACKAGE]...'
[ "$(id -u)" = 0 ] || fail 'only root can make a system with users of its own'
suite=$1
name=$(IFS=+ && echo "$*")
shift
packages=$(IFS=, && echo "$*")
cd -- "$(dirname -- "$0")/../.." && . tests/lib/mirror.sh && mkdir -p build/roots || exit 125
folder=$PWD/build/roots/$name

# Two tests may ask for the same system at the same time.
exec 9>"build/roots/$name.lock" && flock 9 || exit 125
if [ ! -d "$folder" ]; then
    mirror=$(mirror)
    [ -n "$mirror" ] || fail "apt's own configuration names no source of packages"
    rm -rf "$folder.new"
    # mmdebstrap runs `sh -c "cat >&N"` with the next free descriptor N, and dash knows no N above 9.
    mmdebstrap --variant=minbase --aptopt='Acquire::Retries "5"' ${packages:+"--include=$packages"} \
        "$suite" "$folder.new" "$mirror" </dev/null >"$folder.log" 2>&1 \
        3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
        tail -n 40 "$folder.log" >&2
        fail "cannot make '$name'"
    }
    mv -T "$folder.new" "$folder" || exit 125
fi
echo "$folder"
