# nosigpipe-host: the copies of the library, with options in them.

# What a step has made stands here until all of it succeeded; `fail` then takes it back.
parts='' folders='' made='' new_conf='' undo_preload=''

# Takes back what this run has done so far. The file comes first, by a builtin of the shell: no other program may
# start. Where it named a copy before, that is another one now, and so it is not named any more.
# shellcheck disable=SC2086 # no name of a library has white space
undo() {
    [ -z "$undo_preload" ] || [ ! -e "$preload_file" ] ||
        { printf '%s' "$preload_after_undo" >"$preload_file"; } 2>/dev/null
    [ -z "$undo_preload" ] || [ -s "$preload_file" ] || rm -f -- "$preload_file"
    [ -z "$parts$new_conf" ] || rm -f $parts ${new_conf:+"$new_conf"}
    for copy in $made; do
        rm -f "$copy" && rmdir "${copy%/*}" 2>/dev/null
    done
    [ -z "$folders" ] || rmdir $folders 2>/dev/null
    parts='' folders='' made='' new_conf='' undo_preload=''
}

copy_of() { # LIBRARY
    printf %s "${1%/*}/$copy_name"
}

# Sets `libraries`, as library.sh does, without the one that --without names.
find_libraries() {
    libraries=''
    (find_library) >/dev/null 2>&1 && find_library
    kept=''
    for entry in $libraries; do
        [ "${entry#*:}" = "$without" ] || kept="$kept $entry"
    done
    libraries=$kept
}

# Whoever can write to the library or to one of its folders can become root by any set-user-ID program.
check_owner() { # FILE
    path=$(readlink -f -- "$1")
    while :; do
        # shellcheck disable=SC2046 # the first words are the mode, the number of links, the user and the group
        set -- $(ls -ldn -- "$path" 2>/dev/null)
        case ${1-}:${3-}:${4-} in
        ?????-??-*:0:* | ????????-*:0:0) ;;
        *) fail 1 "'$path' can be changed by users other than root" ;;
        esac
        # The programs of others would say that they cannot load the copy.
        case $1 in d????????[!xt]*) fail 1 "'$path' is closed to users other than root" ;; esac
        path=${path%/*}
        [ -n "$path" ] || return 0
    done
}

# Whether a program starts and succeeds, without a message that was not there before.
starts() { # COMMAND...
    said=$("$@" 2>&1) || return
    [ -z "$said" ] || ! printf '%s\n' "$said" | grep -q -v -x -F -e "$said_before"
}

# Makes the copy beside its place, as `part`, and waits for the disk: after a power failure, the name of a copy would be
# there before its content.
make_part() { # LIBRARY
    check_owner "$1"
    find_place "$1" ||
        fail 1 "'$1' has no room for options: it is of another version, or another library"
    length=$((${#chosen} + ${#only} + ${#except} + 3))
    [ "$length" -le "$room" ] || fail 1 "the options take $length bytes, and '$1' has room for $room"
    copy=$(copy_of "$1")
    if [ ! -d "${copy%/*}" ]; then
        mkdir -m 755 -- "${copy%/*}" 2>/dev/null || fail 1 "cannot make the folder '${copy%/*}'"
        folders="$folders ${copy%/*}"
    fi
    check_owner "${copy%/*}"
    # The name is known before the file is there, so that a signal in between leaves nothing.
    part=$(mktemp -u -- "$copy.XXXXXX" 2>/dev/null)
    parts="$parts $part"
    (umask 077 && set -C && : >"$part") 2>/dev/null || fail 1 "cannot write '$copy'"
    {
        cat -- "$1" >"$part" &&
            printf '%s\0%s\0%s\0' "$chosen" "$only" "$except" |
            dd of="$part" bs=1 seek="$place" conv=notrunc,fsync &&
            chmod 644 -- "$part"
    } 2>/dev/null || fail 1 "cannot write '$copy'"
}

# Makes all copies beside their places, and tries what this machine can try of them. Sets `moves`, a word "FROM:TO" for
# each.
make_parts() {
    moves='' said_before=$(env true 2>&1)
    for entry in $libraries; do
        make_part "${entry#*:}"
        moves="$moves $part:$copy"
        # A program of another kind of CPU says that it cannot load the object: that is no fault of the copy.
        [ "${entry%%:*}" != "$own_abi" ] || starts env "LD_PRELOAD=$part" true ||
            fail 1 "not enabled: 'true' fails with '$copy': $said"
    done
}

place_parts() {
    for move in $moves; do
        made="$made ${move#*:}" # first, so that a signal in between leaves nothing
        mv -f -- "${move%%:*}" "${move#*:}" || fail 1 "cannot write '${move#*:}'"
    done
    parts=''
}

remove_copy() { # LIBRARY
    copy=$sysroot$(copy_of "$1")
    [ -e "$copy" ] || return 0
    rm -f -- "$copy" && rmdir -- "${copy%/*}" 2>/dev/null
    [ ! -e "$copy" ] || fail 1 "cannot remove '$copy'"
}
