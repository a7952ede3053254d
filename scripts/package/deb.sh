#!/bin/sh
# deb.sh NAME VERSION: makes Debian packages in build/deb from the tarball build/NAME.tar.gz (`make deb`).

set -eu
cd -- "$(dirname -- "$0")/../.."
if ! dpkg-buildpackage --version >/dev/null 2>&1; then
    echo 'make deb: no dpkg-buildpackage; install with: apt-get install dpkg-dev debhelper systemtap-sdt-dev' >&2
    exit 1
fi
rm -rf build/deb
mkdir -p build/deb
tar -xzf "build/$1.tar.gz" -C build/deb
cd "build/deb/$1"
cp -R scripts/package/debian debian
sed '1,/^Copyright/d; /./,$!d; s/^$/./; s/^/ /' LICENSE >>debian/copyright
# dpkg takes the version and the date from here. The changes are in CHANGELOG.md, which is packaged, too.
cat >debian/changelog <<TEXT
nosigpipe ($2-1) unstable; urgency=medium

  * The upstream version $2.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(LC_ALL=C date -u -R -d "@$(stat -c %Y Makefile)")
TEXT
# The settings of the calling make are not for the package.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SOURCE_DATE_EPOCH
dpkg-buildpackage -b -us -uc
