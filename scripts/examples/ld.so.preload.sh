#!/bin/sh
# ld.so.preload.sh add|remove OBJECT [FILE]
#
# Puts the object into /etc/ld.so.preload, or takes it out: every program of the host that uses
# glibc's loader is protected from its next start on, set-user-ID ones too. Have the object on the
# file system of /usr, so that it is there as early as the first program is.
#
#     sudo sh ld.so.preload.sh add /usr/local/lib/libnosigpipe.so
#     sudo sh ld.so.preload.sh remove /usr/local/lib/libnosigpipe.so      # before the object goes
#
# A 32-bit program says that it cannot load a 64-bit object. Where there are such programs, have both
# objects in the folders of their systems, and write by hand /usr/$LIB/libnosigpipe.so into FILE.
#
# While FILE names an object that is not there, programs run, but each of them says so on standard
# error. To undo it by hand where no program starts, empty FILE in a root shell that is open:
#     : >/etc/ld.so.preload

set -u

fail() { # MESSAGE
    printf 'ld.so.preload.sh: %s\n' "$1" >&2
    exit 1
}

# Whether a word of FILE names the object: as it is, by another path, by its bare name, or with the
# loader's $LIB.
is_object() { # WORD
    folder=${object%/*}
    lib=lib${folder##*/lib}
    expanded=$(printf '%s\n' "$1" | sed "s|[$]{LIB}|$lib|; s|[$]LIB|$lib|")
    case $expanded in
    "$object" | "${object##*/}") return ;;
    esac
    expanded=$(readlink -f -- "$expanded") && [ "$expanded" = "$(readlink -f -- "$object")" ]
}

# FILE without the object. Its words stand apart by blanks and colons; # begins a comment.
without_object() {
    while IFS= read -r line || [ -n "$line" ]; do
        comment=${line#"${line%%#*}"}
        kept=
        found=
        for word in $(printf '%s\n' "${line%%#*}" | tr : ' '); do
            if is_object "$word"; then found=1; else kept="$kept${kept:+ }$word"; fi
        done
        [ -n "$found" ] || kept=$line comment=
        [ -n "$found" ] && [ -z "$kept$comment" ] || printf '%s\n' "$kept${kept:+${comment:+ }}$comment"
    done <"$file"
}

# Whoever can write the object or one of its folders would be root with the next set-user-ID program.
check_owner() {
    path=$(readlink -f -- "$object")
    while [ -n "$path" ]; do
        [ -z "$(find "$path" -prune \( ! -user 0 -o -perm -002 -o -perm -020 ! -group 0 \))" ] ||
            fail "'$path' can be changed by others than root"
        path=${path%/*}
    done
}

# A program that starts with nothing to say.
starts() { # COMMAND...
    said=$("$@" 2>&1) && [ -z "$said" ]
}

replace_file() { # CONTENT: by one rename, so that no program finds half a file
    if [ -z "$1" ]; then
        rm -f "$file"
    else
        (umask 022 && printf '%s\n' "$1" >"$file.new") && mv -f "$file.new" "$file"
    fi
}

[ $# -eq 2 ] || [ $# -eq 3 ] || fail 'usage: ld.so.preload.sh add|remove OBJECT [FILE]'
object=$2
file=$(readlink -f -- "${3-/etc/ld.so.preload}") || fail "no such folder: '${3%/*}'"
set -f # a word of FILE is no pattern of files
before=
[ ! -e "$file" ] || before=$(cat "$file") || exit
rest=
[ -z "$before" ] || rest=$(without_object)

case $1 in
remove)
    [ "$rest" = "$before" ] && exit
    replace_file "$rest" && echo "'$object' is out of '$file'"
    ;;
add)
    case $object in
    *[[:space:]:#]*) fail "'$object' has a blank, a colon or a #, which the loader does not take" ;;
    /*) [ -f "$object" ] || fail "'$object' is no file" ;;
    *) fail "'$object' is not an absolute path" ;;
    esac
    check_owner
    [ "$rest" = "$before" ] || exit 0 # it is there
    starts env "LD_PRELOAD=$object" true || fail "not added: 'true' ended badly with it: $said"
    replace_file "${before:+$before
}$object" || exit
    # Were it so that no program starts now, the shell's own commands would still undo it.
    starts env true || {
        echo "$before" >"$file"
        fail "undone: 'true' ended badly with it: $said"
    }
    echo "'$object' is in '$file'"
    ;;
*) fail "'$1' is neither add nor remove" ;;
esac
