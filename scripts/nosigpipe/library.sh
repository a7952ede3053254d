# nosigpipe: which file is preloaded, and by which name.

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

# Whether the loader of the program loads the library by a name. Starts the loader, never the program.
# Sets `answer` to the reason if it does not.
loads() { # NAME
    # A loader that is started as a command has no loader to ask.
    [ -n "$interpreter" ] || return 0
    # ldd(1) uses --list, of glibc and of musl. A damaged library may crash the loader: the shell's
    # message about that is dropped.
    { answer=$(LD_PRELOAD=$1 "$interpreter" --list "$program" 2>&1); } 2>/dev/null
    case $answer in *"/libnosigpipe.so (0x"*) return ;; esac
    case $answer in
    *"'$1' from LD_PRELOAD"*)
        answer=${answer#*"'$1' from LD_PRELOAD "}
        answer="'$interpreter' says that '$1' ${answer%%: ignored.*}"
        ;;
    *) answer="'$interpreter' does not load '$1'" ;;
    esac
    return 1
}

# A library older than the launcher may not know an option, and would say so in every process. It is
# asked once instead, in a process of od.
ask_library() {
    [ -n "$chosen" ] || return 0
    { complaint=$(LD_PRELOAD=$library NOSIGPIPE_OPTIONS=$chosen od -N 0 /dev/null 2>&1); } 2>/dev/null
    case $complaint in
    *'nosigpipe: NOSIGPIPE_OPTIONS: '*)
        complaint=${complaint#*'nosigpipe: NOSIGPIPE_OPTIONS: '}
        fail 125 "'$library' is of another version: ${complaint%%'
'*}"
        ;;
    esac
}

# Appends the library if it is not there: a sanitizer's runtime, for one, must stay the first.
preload_library() { # NAME
    case " ${LD_PRELOAD-} " in
    *[' :']"$1"[' :']*) ;;
    *)
        quote "${LD_PRELOAD:+$LD_PRELOAD:}$1"
        printf '%s\n' "export LD_PRELOAD=$quoted"
        ;;
    esac
}
