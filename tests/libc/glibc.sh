#!/bin/sh
# glibc.sh SOURCE FOLDER: builds the glibc of the source, which it changes, in FOLDER/made, with a compiler that is
# years younger. FOLDER/root gets what a program is compiled, linked and run with, where Debian has it. Needs root.

set -eu
source=$1 made=$2/made root=$2/root
place=lib/$(gcc -print-multiarch)

# Makefiles of glibc have rules for what is below /usr/include, and take files there for outdated when the compiler
# has read them: 2.17 replaces /usr/include/stdc-predef.h, time and again, unless it has another root to install
# into. Nothing of this system can be written to, so that no version can do such a thing.
if [ -z "${READ_ONLY-}" ]; then
    # shellcheck disable=SC2016 # for the inner shell
    READ_ONLY=yes exec unshare --mount sh -c '
        for folder in /etc /usr; do
            mount --rbind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit
        done
        exec "$@"' sh "$0" "$@"
fi
make_glibc() { # TARGET
    make -C "$made" -j2 "install_root=$root" "$1"
}

# Compilers have other defaults now: PIE, CET, no common symbols, the `extern inline` of C99. Their versions are
# newer than those that configure knows.
configure() {
    sed -i 's/ac_verc_fail=yes/ac_verc_fail=no/' "$source/configure"
    # A common symbol cannot have a version.
    sed -i 's/^\(struct obstack \*_obstack_compat\);/\1 = 0;/' "$source/malloc/obstack.c"
    # The instructions take immediate operands of 32 bits.
    for header in "$source/nptl/sysdeps/x86_64/tls.h" "$source/sysdeps/x86_64/nptl/tls.h"; do
        [ ! -f "$header" ] || sed -i 's/\(define IMM_MODE\) "[in]r"/\1 "er"/' "$header"
    done
    addons=
    ! grep -q enable-add-ons "$source/configure" || addons=--enable-add-ons=nptl
    cd "$made"
    "$source/configure" --prefix=/usr --disable-werror --disable-profile --without-selinux $addons \
        CC='gcc -fno-pie -no-pie' MAKEINFO=: \
        CFLAGS='-O2 -w -fno-common -fgnu89-inline -fcf-protection=none -U_FORTIFY_SOURCE'
}

# What `make lib` leaves out. `make all` would build all programs of glibc, too.
make_in() { # FOLDER FILE
    make -C "$source/$1" -j2 "subdir=$1" ..=../ "objdir=$made" "install_root=$root" "$made/$1/$2"
}
make_libraries() {
    make_in dlfcn libdl.so
    make_in nptl libpthread.so
    # Before 2.28 it has what an object has to be linked with itself.
    ! grep -q libpthread-static-only-routines "$source/nptl/Makefile" || make_in nptl libpthread_nonshared.a
    make_in rt librt.so
}

# The headers of glibc and of this system's kernel. gnu/stubs.h lists the calls that always fail, for autoconf.
copy_headers() {
    make_glibc install-headers
    mkdir -p "$root/usr/include/gnu"
    : >"$root/usr/include/gnu/stubs.h"
    # `make install-headers` of 2.28 leaves out what gnu/lib-names.h includes.
    cp "$made"/gnu/lib-names*.h "$root/usr/include/gnu"
    cp -R /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$root/usr/include"
}

# A script for ld in the place of the library.
write_group() { # FILE LIBRARIES
    rm -f "$1"
    echo "GROUP ( $2 )" >"$1"
}

copy_libraries() {
    mkdir -p "$root/$place" "$root/usr/$place"
    cp "$made"/csu/*crt[1in].o "$made/libc_nonshared.a" "$root/usr/$place"
    for name in elf/ld libc nptl/libpthread rt/librt dlfcn/libdl; do
        soname=$(readelf --dynamic --wide "$made/$name.so" | sed -n 's/.*soname: \[\(.*\)\]/\1/p')
        cp "$made/$name.so" "$root/$place/$soname"
        ln -s "/$place/$soname" "$root/usr/$place/${name##*/}.so"
    done
    rm "$root/usr/$place/ld.so"
    linker=$(basename "$root/$place"/ld-linux*.so.*)
    write_group "$root/usr/$place/libc.so" \
        "/$place/libc.so.6 /usr/$place/libc_nonshared.a AS_NEEDED ( /$place/$linker )"
    [ -f "$made/nptl/libpthread_nonshared.a" ] || return 0
    cp "$made/nptl/libpthread_nonshared.a" "$root/usr/$place"
    write_group "$root/usr/$place/libpthread.so" "/$place/libpthread.so.0 /usr/$place/libpthread_nonshared.a"
}

rm -rf "$made" "$root"
mkdir -p "$made" "$root"
(configure)
make_glibc lib
make_libraries
copy_headers
copy_libraries
