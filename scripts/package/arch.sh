#!/bin/sh
# arch.sh NAME VERSION: puts into build/arch what makepkg takes to build a package of Arch Linux from the tarball
# build/NAME.tar.gz (`make pkgbuild`).

set -eu
cd -- "$(dirname -- "$0")/../.."
rm -rf build/arch
mkdir -p build/arch
cp "build/$1.tar.gz" build/arch
sum=$(sha256sum <"build/$1.tar.gz")
sed -e "s/^pkgver=.*/pkgver=$2/" -e "s/^sha256sums=.*/sha256sums=('${sum%% *}')/" scripts/package/PKGBUILD >build/arch/PKGBUILD
cp scripts/package/nosigpipe.install build/arch
echo "build/arch: run makepkg there, not as root"
