#!/bin/sh
# rpm.sh NAME VERSION: makes rpm packages in build/rpm from the tarball build/NAME.tar.gz (`make rpm`).

set -eu
cd -- "$(dirname -- "$0")/../.."
if ! command -v rpmbuild >/dev/null; then
    echo 'make rpm: no rpmbuild; install with: dnf install rpm-build, or apt-get install rpm' >&2
    exit 1
fi
rm -rf build/rpm
mkdir -p build/rpm/SPECS build/rpm/SOURCES
cp "build/$1.tar.gz" build/rpm/SOURCES
sed "s/^\(Version: *\).*/\1$2/" scripts/package/nosigpipe.spec >build/rpm/SPECS/nosigpipe.spec
# Debian's rpm knows of no package that is installed: there what is missing stops the build itself.
nodeps=
[ ! -e /etc/debian_version ] || nodeps=--nodeps
# The settings of the calling make are not for the package. The date is that of the tarball's files.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
tar -xzf "build/$1.tar.gz" -C build/rpm "$1/Makefile"
SOURCE_DATE_EPOCH=$(stat -c %Y "build/rpm/$1/Makefile")
export SOURCE_DATE_EPOCH
# In two steps: the source package has the spec with the paths of the build, and the others would have its sum.
for step in -bb -bs; do
    rpmbuild $step $nodeps --define "_topdir $PWD/build/rpm" --define '_buildhost localhost' \
        --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
        build/rpm/SPECS/nosigpipe.spec
done
echo build/rpm/RPMS/*/*.rpm build/rpm/SRPMS/*.rpm | tr ' ' '\n'
