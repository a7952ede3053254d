#!/bin/sh
# ld.so.preload.sh add|remove LIBRARY [FILE]
#
# Adds the library to /etc/ld.so.preload, or removes it. Every program of the host that uses glibc's
# loader is then protected from its next start on, and so are set-user-ID programs. Keep the library on
# the file system of /usr, so that it is there when the first program starts.
#
#     sudo sh ld.so.preload.sh add /usr/local/lib/libnosigpipe.so
#     sudo sh ld.so.preload.sh remove /usr/local/lib/libnosigpipe.so      # before you delete the library
#
# A 32-bit program says that it cannot load a 64-bit library. On a host with such programs put both
# libraries into the folders of their ABIs, and write /usr/$LIB/libnosigpipe.so into FILE by hand.
#
# If FILE names a library that is missing, programs run, but each of them says so on standard error.
# If no program starts any more, empty FILE in a root shell that is open:
#     : >/etc/ld.so.preload

set -u

fail() { # MESSAGE
    printf 'ld.so.preload.sh: %s\n' "$1" >&2
    exit 1
}

# Whether a word of FILE names the library: by the same path, by another one, by its bare name, or with
# the loader's $LIB.
is_library() { # WORD
    folder=${library%/*}
    lib=lib${folder##*/lib}
    expanded=$(printf '%s\n' "$1" | sed "s|[$]{LIB}|$lib|; s|[$]LIB|$lib|")
    case $expanded in
    "$library" | "${library##*/}") return ;;
    esac
    expanded=$(readlink -f -- "$expanded") && [ "$expanded" = "$(readlink -f -- "$library")" ]
}

# Prints FILE without the library. Blanks and colons separate its words; # begins a comment.
without_library() {
    while IFS= read -r line || [ -n "$line" ]; do
        comment=${line#"${line%%#*}"}
        kept=
        found=
        for word in $(printf '%s\n' "${line%%#*}" | tr : ' '); do
            if is_library "$word"; then found=1; else kept="$kept${kept:+ }$word"; fi
        done
        [ -n "$found" ] || kept=$line comment=
        [ -n "$found" ] && [ -z "$kept$comment" ] || printf '%s\n' "$kept${kept:+${comment:+ }}$comment"
    done <"$file"
}

# Whoever can write to the library or to one of its folders can become root by any set-user-ID program.
check_owner() {
    path=$(readlink -f -- "$library")
    while [ -n "$path" ]; do
        [ -z "$(find "$path" -prune \( ! -user 0 -o -perm -002 -o -perm -020 ! -group 0 \))" ] ||
            fail "'$path' can be changed by users other than root"
        path=${path%/*}
    done
}

# Whether a program starts and succeeds without a message.
starts() { # COMMAND...
    said=$("$@" 2>&1) && [ -z "$said" ]
}

replace_file() { # CONTENT, by one rename: no program finds half a file
    if [ -z "$1" ]; then
        rm -f "$file"
    else
        (umask 022 && printf '%s\n' "$1" >"$file.new") && mv -f "$file.new" "$file"
    fi
}

[ $# -eq 2 ] || [ $# -eq 3 ] || fail 'usage: ld.so.preload.sh add|remove LIBRARY [FILE]'
library=$2
file=$(readlink -f -- "${3-/etc/ld.so.preload}") || fail "no such folder: '${3%/*}'"
set -f # a word of FILE is not a pattern
before=
[ ! -e "$file" ] || before=$(cat "$file") || exit
rest=
[ -z "$before" ] || rest=$(without_library)

case $1 in
remove)
    [ "$rest" = "$before" ] && exit
    replace_file "$rest" && echo "removed '$library' from '$file'"
    ;;
add)
    case $library in
    *[[:space:]:#]*) fail "'$library' has a blank, a colon or a #, which the loader does not accept" ;;
    /*) [ -f "$library" ] || fail "'$library' is not a file" ;;
    *) fail "'$library' is not an absolute path" ;;
    esac
    check_owner
    [ "$rest" = "$before" ] || exit 0 # already there
    starts env "LD_PRELOAD=$library" true || fail "not added: 'true' fails with it: $said"
    replace_file "${before:+$before
}$library" || exit
    # If no program starts now, the shell can still undo it with its builtin commands.
    starts env true || {
        echo "$before" >"$file"
        fail "undone: 'true' fails with it: $said"
    }
    echo "added '$library' to '$file'"
    ;;
*) fail "'$1' is neither add nor remove" ;;
esac
