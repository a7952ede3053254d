# shellcheck shell=sh
# A glibc or musl that is built from its source, which stays as it is. libc.sh reads this file with the `.` command,
# from the top folder. $out is a folder of libc.sh.
# shellcheck disable=SC2154

# Prints the version of a source, as 2.17. Where the folder has none it says so, and ends the script.
source_version() { # VARIABLE FOLDER LIBC, of glibc and musl
    version=
    case $3 in
    glibc) file=version.h && version=$(sed -n 's/^#define VERSION "\([0-9.]*\).*"$/\1/p' "$2/$file" 2>/dev/null) ;;
    musl) file=VERSION && version=$(sed -n 's/^\([0-9.]*\)$/\1/p' "$2/$file" 2>/dev/null) ;;
    esac
    if [ -z "$version" ] || [ ! -f "$2/configure" ]; then
        echo "libc.sh: $1='$2' is no source of $3 (accepted: a folder with $3's configure and $file)" >&2
        exit 125
    fi
    echo "$version"
}

# Runs what builds it, once for each version: to build anew, remove the folder. The copy has the times of the source,
# or files that come ready with it would be made once more, by a newer bison.
build_once() { # NAME SOURCE COMMAND...: the command gets the folder of a copy of the source, and the one to build in
    folder=$out/$1
    name=$1
    [ ! -e "$folder/built" ] || return 0
    rm -rf "$folder" && mkdir -p "$folder" && cp -Rp "$2" "$folder/source" || return
    shift 2
    echo "building $name: $folder/log"
    if ! "$@" "$folder/source" "$folder" </dev/null >"$folder/log" 2>&1; then
        tail -n 20 "$folder/log" >&2
        echo "libc.sh: $name was not built" >&2
        return 1
    fi
    : >"$folder/built"
}

build_glibc() { # VERSION SOURCE
    build_once "glibc-$1" "$2" tests/libc/glibc.sh || return
    # pthread_cancel(3) loads libgcc_s.so.1. This system's may want a newer glibc than this is.
    place=lib/$(gcc -print-multiarch)
    older=$(tests/lib/root.sh bullseye busybox libc6-dev) &&
        cp "$older/$place/libgcc_s.so.1" "$out/glibc-$1/root/$place" &&
        build_for_root "glibc-$1" "$out/glibc-$1/root"
}

build_musl() { # VERSION SOURCE
    build_once "musl-$1" "$2" make_musl || return
    build_for_musl "musl-$1" "$out/musl-$1/root/bin/musl-gcc" "$out/musl-$1/root/include"
}
make_musl() { # SOURCE FOLDER
    (cd "$1" && ./configure --prefix="$2/root" --syslibdir="$2/root/lib" CFLAGS='-w -fcommon') &&
        make -C "$1" -j2 && make -C "$1" install
}

# Sets glibc and musl, the versions of GLIBC_SOURCE and MUSL_SOURCE; each is empty where that is not set.
look_at_sources() {
    glibc=
    musl=
    [ -z "${GLIBC_SOURCE-}" ] || glibc=$(source_version GLIBC_SOURCE "$GLIBC_SOURCE" glibc) || exit
    [ -z "${MUSL_SOURCE-}" ] || musl=$(source_version MUSL_SOURCE "$MUSL_SOURCE" musl) || exit
}

# Tries the one, the other or both.
try_sources() {
    install_missing libc-source || return
    status=0
    if [ -n "$glibc" ]; then
        build_glibc "$glibc" "$GLIBC_SOURCE" && try "glibc-$glibc" '!native' "$FILES $GLIBC_FILES" || status=1
    fi
    if [ -n "$musl" ]; then
        build_musl "$musl" "$MUSL_SOURCE" && try "musl-$musl" '!native,!glibc' "$FILES" || status=1
    fi
    return "$status"
}
