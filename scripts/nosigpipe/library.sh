# Which file is preloaded, and by which name.

# Looks beside the script, as in build/, where `make install` puts the library, and where a
# distribution does. Sets `library`, and what find_other_abis sets.
find_library() {
    folder=$(own_folder) || fail 125 "cannot find the folder of '$0'"
    folder=${folder%/}
    for library in "$folder/libnosigpipe.so" "$libdir/libnosigpipe.so" \
        "${folder%/*}"/lib/libnosigpipe.so "${folder%/*}"/lib/*-linux-*/libnosigpipe.so; do
        case $library in
        /*) [ ! -f "$library" ] || break ;;
        esac
        library=
    done
    if [ -z "$library" ]; then
        case $libdir in
        /*) ;;
        *) libdir=${folder%/*}/lib ;;
        esac
        fail 125 "libnosigpipe.so is neither in '$folder' nor in '$libdir'"
    fi
    # glibc splits LD_PRELOAD at spaces and colons (ld.so(8)), musl at all white space; neither
    # has a way to quote them.
    case $library in
    *[[:space:]:]*) fail 125 "the loader takes no path with white space or a colon: '$library'" ;;
    esac
    find_other_abis
}

# Looks for the library of other ABIs in the folders that $LIB stands for (ld.so(8)). Sets
# `libraries`, a word "ABI:PATH" for each, and `by_lib`, the one name for all if there are several.
find_other_abis() {
    case $library in
    "$folder/libnosigpipe.so" | "$libdir/libnosigpipe.so" | "${folder%/*}/lib/libnosigpipe.so")
        abi=$built_abi # of the same build, so it need not be read
        ;;
    *) look_at "$library" ;;
    esac
    libraries=" $abi:$library"
    by_lib=
    case $library in
    */lib/*-linux-*/libnosigpipe.so) root=${library%/lib/*} ;;
    */lib/libnosigpipe.so | */lib32/libnosigpipe.so | */lib64/libnosigpipe.so) root=${library%/*/*} ;;
    *) return ;;
    esac
    set -- "$library"
    for other in "$root"/lib/libnosigpipe.so "$root"/lib32/libnosigpipe.so \
        "$root"/lib64/libnosigpipe.so "$root"/lib/*-linux-*/libnosigpipe.so; do
        # shellcheck disable=SC3013 # dash, busybox and bash have -ef
        [ ! -f "$other" ] || [ "$other" -ef "$library" ] || set -- "$@" "$other"
    done
    [ $# -gt 1 ] || return 0
    libraries=
    for other; do
        look_at "$other"
        case "$libraries " in
        *" $abi:"*) ;;
        *) libraries="$libraries $abi:$other" ;;
        esac
    done
    case $libraries in
    *:*:*) by_lib=$root/\$LIB/libnosigpipe.so ;;
    esac
}

# Sets `library` to the one for an ABI; fails if there is none.
find_library_for() { # ABI
    case "$libraries " in
    *" $1:"*) ;;
    *) return 1 ;;
    esac
    library=${libraries#*" $1:"}
    library=${library%% *}
}
