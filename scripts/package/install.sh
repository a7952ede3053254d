#!/bin/sh
# install.sh install|install-strip|uninstall DESTDIR LIBDIR FILE:PLACE...   (`make install` and the like)
# Copies each FILE to DESTDIR/PLACE, without debug information by the command STRIP where that is asked for,
# or removes it there. DESTDIR may be empty; LIBDIR is the folder of the library when it is used.

set -eu

fail() { # MESSAGE
    printf 'make %s: %s\n' "$action" "$1" >&2
    exit 1
}

# Notes and the variable of the probe are for tools that look at the library, and stay (strip(1)).
# shellcheck disable=SC2086 # STRIP may have options
strip_debug() { # FILE COPY
    case $1 in
    *.so | */nosigpipe-attach | */nosigpipe-entrypoint)
        $STRIP "$2" || {
            rm -f "$2"
            fail "'$STRIP' fails on '$2'"
        }
        ;;
    esac
}

# One rename replaces the file: running programs keep the library that they have mapped, and programs
# that start meanwhile find the old one or the new one.
put() { # FILE PLACE
    install -d "${2%/*}"
    rm -f "$2.new" # of an install that was interrupted
    case $1 in
    *.so | */nosigpipe-attach | */nosigpipe-entrypoint) cp "$1" "$2.new" ;;
    *) sed "s|@LIBDIR@|$libdir|g; s|@BINDIR@|$bindir|g
            s|/usr/local/lib/\(nosigpipe/\)*libnosigpipe\.so|$libdir/\1libnosigpipe.so|g" \
        "$1" >"$2.new" ;;
    esac
    mode=644
    [ ! -x "$1" ] || mode=755
    chmod "$mode" "$2.new"
    [ "$action" != install-strip ] || strip_debug "$1" "$2.new"
    mv -f "$2.new" "$2"
}

# Removes the folders named nosigpipe, too, if nothing else is in them.
remove() { # PLACE
    rm -f "$destdir$1"
    folder=${1%/*}
    while :; do
        case $folder in
        */nosigpipe | */nosigpipe/*) rmdir "$destdir$folder" 2>/dev/null || break ;;
        *) break ;;
        esac
        folder=${folder%/*}
    done
}

action=$1 destdir=$2 libdir=$3
shift 3
bindir=''
# The launcher and the examples name the library by its path. The loader splits LD_PRELOAD at white
# space and colons (ld.so(8)); the other characters have a meaning where the path is written.
case $libdir in
/*[[:space:]:\'\"\\\|\&]*) fail "LIBDIR has a character that cannot be in LD_PRELOAD: '$libdir'" ;;
/*) ;;
*) fail "LIBDIR is not an absolute path: '$libdir' (set PREFIX or LIBDIR to one)" ;;
esac
for pair; do
    case $pair in
    *:/*) ;;
    *) fail "not an absolute path, or with a space: '${pair#*:}' (DESTDIR alone may have one)" ;;
    esac
    # Units name the audit by its path.
    case $pair in */nosigpipe-audit.in:*) bindir=${pair#*:} bindir=${bindir%/*} ;; esac
done
bindir=$(printf '%s\n' "$bindir" | sed 's/[\\&|]/\\&/g') # for sed
if [ "$action" = install-strip ] && ! command -v "${STRIP%% *}" >/dev/null; then
    fail "no command '${STRIP%% *}' (install binutils, or set STRIP)"
fi
# If /etc/ld.so.preload names a library that is missing, every program of the host says so. No other user than root
# has put it there.
case $destdir in '' | /*) root=$destdir/ ;; *) root=$PWD/$destdir/ ;; esac
for pair; do
    case $action:$pair in
    uninstall:*/nosigpipe-host)
        host=$destdir${pair#*:}
        [ ! -x "$host" ] || { [ -z "$destdir" ] && [ "$(id -u)" != 0 ]; } ||
            sh "$host" update --without "$libdir/libnosigpipe.so" --root "$root"
        ;;
    esac
done
for pair; do
    case $action in
    install | install-strip)
        put "${pair%%:*}" "$destdir${pair#*:}"
        echo "$destdir${pair#*:}"
        ;;
    uninstall) remove "${pair#*:}" ;;
    esac
done
