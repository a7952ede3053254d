# nosigpipe: whether the library can be preloaded, and how.

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
