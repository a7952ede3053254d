#!/bin/sh
# dist.sh NAME: makes build/NAME.tar.gz of the source, which unpacks into the folder NAME (`make dist`).
# The same source gives the same bytes, whether it comes from git or from such a tarball.

set -eu
name=$1
cd -- "$(dirname -- "$0")/../.."
mkdir -p build
work=$(mktemp -d build/dist.XXXXXX)
trap 'rm -rf "$work"' EXIT

if [ -e .git ]; then
    git --version >/dev/null 2>&1 || {
        echo 'make dist: no git, which lists the files of a clone; install with: apt-get install git' >&2
        exit 1
    }
    git ls-files -z >"$work/files"
    date=$(git log -1 --format=%ct)
else
    find . -path ./build -prune -o ! -type d -printf '%P\0' >"$work/files"
    date=$(stat -c %Y Makefile)
fi
LC_ALL=C sort -z "$work/files" |
    tar --format=ustar --mtime="@${SOURCE_DATE_EPOCH:-$date}" --owner=0 --group=0 --numeric-owner \
        --mode=u=rwX,go=rX --transform="flags=r;s,^,$name/," --null -T - -cf "$work/$name.tar"
gzip -9n "$work/$name.tar"
mv "$work/$name.tar.gz" build
echo "build/$name.tar.gz"
