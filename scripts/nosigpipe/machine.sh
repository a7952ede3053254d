# nosigpipe: what /etc/ld.so.preload does to a program, where nosigpipe-host has enabled that.

# Sets `only` and `except` to what a copy has, behind its options.
read_copy() { # COPY
    find_place "$1" || return
    {
        IFS= read -r _
        IFS= read -r only
        IFS= read -r except
    } <<TEXT
$(dd if="$1" bs=1 skip="$place" count="$room" 2>/dev/null | tr '\0' '\n' | head -n 3 && echo .)
TEXT
}

# Whether a program fits one of the globs, which have colons between them. A glob with a slash is for the whole
# path as the program was started, another one for its last part. Sets `glob`.
fits_any() { # GLOBS PROGRAM
    globs=$1
    while [ -n "$globs" ]; do
        glob=${globs%%:*}
        case $globs in *:*) globs=${globs#*:} ;; *) globs='' ;; esac
        named=${2##*/}
        case $glob in */*) named=$2 ;; esac
        # shellcheck disable=SC2254 # a pattern
        case $named in $glob) return ;; esac
    done
    return 1
}

# Whether the program is protected by the copy. Sets `deciding` to the word of its options that says so, or to
# nothing.
is_for() { # PROGRAM
    if fits_any "$except" "$1"; then
        deciding=except=$glob
        return 1
    elif fits_any "$only" "$1"; then
        deciding=only=$glob
    else
        deciding=${only:+only=$only}
        [ -z "$only" ]
    fi
}

# Sets `machine` to what becomes of the program if it is started without nosigpipe, where that is known: a copy
# is named, and glibc's loader reads the file. The kernel tells a program the file as it was given
# to execve(2): a script's, not its interpreter's.
find_machine() {
    machine=''
    [ "$way" != off ] || return 0
    word=$(library_words | grep "/$copy_name\$")
    case $format:${interpreter##*/} in
    elf:ld-linux*.so.* | elf:ld64.so.* | elf:ld.so.1) ;;
    *) return ;;
    esac
    case $word in
    *'
'* | '') return ;;
    *\$*)
        find_library_for "$abi" || return 0
        word=${library%/*}/$copy_name
        ;;
    esac
    read_copy "$word" || return 0
    started_as=$candidate
    [ -z "$by_env$by_sh" ] || started_as=$program
    if is_for "$started_as"; then
        machine="; by /etc/ld.so.preload, too${deciding:+: $deciding}"
    else
        machine="; /etc/ld.so.preload leaves it out: $deciding"
    fi
}
