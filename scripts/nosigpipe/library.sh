# nosigpipe: which object is preloaded, and by which name.

# The folder that this script stands in, with symbolic links followed.
own_folder() {
    self=$0
    case $self in
    */*) ;;
    # `sh nosigpipe`: the shell looked in the current folder first.
    *) [ -f "./$self" ] || self=$(command -v -- "$self") || return ;;
    esac
    # With "./" in front, cd takes it neither for "-" nor through CDPATH.
    case $self in
    /*) ;;
    *) self=./$self ;;
    esac
    [ ! -L "$self" ] || self=$(readlink -f -- "$self") || return
    cd -P -- "${self%/*}/" && pwd -P
}

# Beside the script, as in build/; where `make install` puts it; or where a distribution does.
# Sets `object`, and what find_relatives sets.
find_object() {
    folder=$(own_folder) || fail 125 "cannot find the folder of '$0'"
    folder=${folder%/}
    for object in "$folder/libnosigpipe.so" "$libdir/libnosigpipe.so" \
        "${folder%/*}"/lib/libnosigpipe.so "${folder%/*}"/lib/*-linux-*/libnosigpipe.so; do
        case $object in
        /*) [ ! -f "$object" ] || break ;;
        esac
        object=
    done
    if [ -z "$object" ]; then
        case $libdir in
        /*) ;;
        *) libdir=${folder%/*}/lib ;;
        esac
        fail 125 "libnosigpipe.so is neither in '$folder' nor in '$libdir'"
    fi
    # glibc splits LD_PRELOAD at spaces and colons (ld.so(8)), musl at all white space; neither
    # knows a way to quote them.
    case $object in
    *[[:space:]:]*) fail 125 "the loader takes no path with white space or a colon: '$object'" ;;
    esac
    find_relatives
}

# Objects for other ABIs, in the folders that $LIB stands for (ld.so(8)). Sets `objects`, one word
# "ABI:PATH" for each, and `by_lib`, the name that serves them all, if there is more than one.
find_relatives() {
    case $object in
    "$folder/libnosigpipe.so" | "$libdir/libnosigpipe.so" | "${folder%/*}/lib/libnosigpipe.so")
        abi=$built_abi # of the same build: no process has to look
        ;;
    *) look_at "$object" ;;
    esac
    objects=" $abi:$object"
    by_lib=
    case $object in
    */lib/*-linux-*/libnosigpipe.so) root=${object%/lib/*} ;;
    */lib/libnosigpipe.so | */lib32/libnosigpipe.so | */lib64/libnosigpipe.so) root=${object%/*/*} ;;
    *) return ;;
    esac
    set -- "$object"
    for other in "$root"/lib/libnosigpipe.so "$root"/lib32/libnosigpipe.so \
        "$root"/lib64/libnosigpipe.so "$root"/lib/*-linux-*/libnosigpipe.so; do
        # shellcheck disable=SC3013 # dash, busybox and bash have -ef
        [ ! -f "$other" ] || [ "$other" -ef "$object" ] || set -- "$@" "$other"
    done
    [ $# -gt 1 ] || return 0
    objects=
    for other; do
        look_at "$other"
        case "$objects " in
        *" $abi:"*) ;;
        *) objects="$objects $abi:$other" ;;
        esac
    done
    case $objects in
    *:*:*) by_lib=$root/\$LIB/libnosigpipe.so ;;
    esac
}

# Sets `object` to that for the ABI of the program; fails if there is none.
find_object_for() { # ABI
    case "$objects " in
    *" $1:"*) ;;
    *) return 1 ;;
    esac
    object=${objects#*" $1:"}
    object=${object%% *}
}

# Starts a program's loader, never the program, to see whether it takes the object by a name. Sets
# `answer` to what it says where it does not.
loads() { # NAME
    # The program is a loader itself: there is none that could be asked.
    [ -n "$interpreter" ] || return 0
    # --list is what ldd(1) asks for, in glibc and in musl. A damaged object may end the loader by a
    # signal, which the shell would tell.
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

# An object that is older than the launcher may not know an option: it is asked, in a process of od's,
# and says so once instead of in each process to come.
ask_object() {
    [ -n "$chosen" ] || return 0
    { complaint=$(LD_PRELOAD=$object NOSIGPIPE_OPTIONS=$chosen od -N 0 /dev/null 2>&1); } 2>/dev/null
    case $complaint in
    *'nosigpipe: NOSIGPIPE_OPTIONS: '*)
        complaint=${complaint#*'nosigpipe: NOSIGPIPE_OPTIONS: '}
        fail 125 "'$object' is of another version: ${complaint%%'
'*}"
        ;;
    esac
}

# Appends the object, once: a sanitizer's runtime, for one, wants to be the first.
preload_object() { # NAME
    case " ${LD_PRELOAD-} " in
    *[' :']"$1"[' :']*) ;;
    *)
        quote "${LD_PRELOAD:+$LD_PRELOAD:}$1"
        printf '%s\n' "export LD_PRELOAD=$quoted"
        ;;
    esac
}
