# nosigpipe-host: the words of /etc/ld.so.preload.

# Whether a word of the file names the library or its copy: by the same path, by another one, or with the
# loader's $LIB.
names() { # WORD LIBRARY
    lib=${2%/*}
    lib=lib${lib##*/lib}
    expanded=$(printf '%s\n' "$1" | sed "s|[$]{LIB}|$lib|; s|[$]LIB|$lib|")
    for path in "$2" "$(copy_of "$2")"; do
        [ "$expanded" != "$path" ] || return 0
        # shellcheck disable=SC3013 # dash, busybox and bash have -ef
        [ ! "$sysroot$expanded" -ef "$sysroot$path" ] || return 0
    done
    return 1
}

# Whether a word is to be removed: `removed` is a library, or "all": every word that ends in its name.
is_removed() { # WORD
    case $removed:$1 in
    all:libnosigpipe.so | all:*/libnosigpipe.so | *:libnosigpipe.so) return ;;
    all:*) return 1 ;;
    esac
    names "$1" "$removed"
}

# Prints the file without these words. Blanks and colons separate its words; # begins a comment.
without_words() {
    set -f # a word is not a pattern
    while IFS= read -r line || [ -n "$line" ]; do
        comment=${line#"${line%%#*}"}
        kept='' found=''
        for name in $(printf '%s\n' "${line%%#*}" | tr : ' '); do
            if is_removed "$name"; then found=1; else kept="$kept${kept:+ }$name"; fi
        done
        [ -n "$found" ] || kept=$line comment=''
        [ -n "$found" ] && [ -z "$kept$comment" ] || printf '%s\n' "$kept${kept:+${comment:+ }}$comment"
    done <"$preload_file"
    set +f
}

# Sets `before` to what the file has, with the last newline, and `others` to what it has without the library.
read_preload() { # LIBRARY|all
    removed=$1 before='' others=''
    [ -e "$preload_file" ] || return 0
    before=$(cat -- "$preload_file" && echo .) 2>/dev/null || fail 1 "cannot read '$preload_file'"
    before=${before%.}
    others=$(without_words)
}

# By one rename: no program finds half a file. What `undo` would write is known in an enable alone.
write_preload() { # CONTENT
    if [ -z "$1" ]; then
        rm -f -- "$preload_file"
    else
        (umask 022 && printf '%s\n' "$1" >"$preload_file.new") 2>/dev/null &&
            undo_preload=${preload_after_undo+yes} &&
            mv -f -- "$preload_file.new" "$preload_file"
    fi 2>/dev/null || {
        [ -d "$preload_file.new" ] || rm -f -- "$preload_file.new"
        fail 1 "cannot write '$preload_file'"
    }
}

# Of the words whose last part is the library's name, those that name a copy.
enabled_words() {
    library_words | grep "/$copy_name\$"
}

# Sets `name` to the name for the copies: with $LIB, if there are several.
find_name() {
    # shellcheck disable=SC2086 # one word an entry
    set -- $libraries
    name=$(copy_of "${1#*:}")
    [ $# -eq 1 ] || [ -z "$by_lib" ] || name=$(copy_of "$by_lib")
}

# A loader of this machine that finds no library for its programs would say so in each of them. musl's loader
# does not read the file.
check_loaders() {
    for loader in "$sysroot"/lib*/ld-linux*.so.* "$sysroot"/lib*/ld64.so.* "$sysroot"/lib*/ld.so.1; do
        [ -f "$loader" ] || continue
        look_at "$loader"
        [ "$format" = elf ] || continue
        case "$libraries " in *" $abi:"*) continue ;; esac
        "$loader" --version >/dev/null 2>&1
        [ $? -ne 126 ] || continue
        describe_abi "$abi"
        fail 1 "'$loader' starts $description programs, and libnosigpipe.so is not installed for these:\
 each would say that it cannot load it (nosigpipe(1), 'Several libraries')"
    done
}
