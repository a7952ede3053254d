# nosigpipe-embed: reads the arguments and writes the copy.

# Sets `interpreter` to the ld-nosigpipe.so of the program's ABI: beside the script, as in build/, where
# `make install` puts it, or where a distribution does.
find_interpreter_here() {
    wanted=$abi
    own=$(own_folder) || fail "cannot find the folder of '$0'"
    own=${own%/}
    root=${own%/*}
    libdir='@LIBDIR@'
    for candidate in "$own" "$libdir" "$root/lib" "$root/lib32" "$root/lib64" "$root"/lib/*-linux-*; do
        candidate=$candidate/ld-nosigpipe.so
        case $candidate in /*) ;; *) continue ;; esac
        [ -f "$candidate" ] || continue
        look_at "$candidate"
        if [ "$abi" = "$wanted" ]; then
            interpreter=$candidate
            return
        fi
    done
    describe_abi "$wanted"
    fail "there is no ld-nosigpipe.so for $description here: install it, or say by --interpreter where it will be"
}

# Sets `header` to the program header that the copy can do without, and `lost` to what it held.
choose_header() {
    if find_header 0; then # PT_NULL
        lost=nothing
    elif find_header 1685382483; then # PT_GNU_PROPERTY, 0x6474e553
        lost='its notes of features (shadow stack, branch tracking)'
    elif find_header 4; then # PT_NOTE
        lost='its notes (build ID), as debuggers find them'
    elif find_header 1685382482; then # PT_GNU_RELRO, 0x6474e552
        lost='the write protection of its relocated data'
    else
        fail "'$in' has no program header that it could do without"
    fi
}

# Appends the bytes of a number to `escaped`, for printf, in the byte order of the file.
add_number() { # COUNT NUMBER
    value=$2 more=$1 digits=
    while [ "$more" -gt 0 ]; do
        byte=\\$((value >> 6 & 3))$((value >> 3 & 7))$((value & 7))
        if [ "$little" = 1 ]; then digits=$digits$byte; else digits=$byte$digits; fi
        value=$((value >> 8))
        more=$((more - 1))
    done
    escaped=$escaped$digits
}

# PT_INTERP (3), elf(5). The kernel reads offset and size alone: load_elf_binary() in fs/binfmt_elf.c.
make_header() { # OFFSET SIZE
    escaped=
    add_number 4 3
    [ "$class" = 1 ] || add_number 4 4 # PF_R
    add_number "$word" "$1"
    add_number "$word" 0
    add_number "$word" 0
    add_number "$word" "$2"
    add_number "$word" "$2"
    [ "$class" = 2 ] || add_number 4 4
    add_number "$word" 1
}

# Each trap does it: dash may run that of a signal in the middle of that of the exit.
remove_part() {
    [ -z "$part" ] || rm -f -- "$part"
}

stop() { # STATUS
    remove_part
    exit "$1"
}

# A rename puts the whole copy in place, so that a program that runs keeps its file. The name of OUT may be as long as
# the file system permits, and so has no room for more.
# shellcheck disable=SC2059 # a format of escapes
write_copy() {
    part=
    trap remove_part EXIT
    trap 'stop 129' HUP
    trap 'stop 130' INT
    trap 'stop 143' TERM
    {
        # The name is known before the file is there, so that a signal in between leaves nothing.
        part=$(mktemp -u -- "$folder.embed.XXXXXX") &&
            (umask 077 && set -C && : >"$part") &&
            cp -- "$in" "$part" &&
            make_header "$(stat -c %s -- "$part")" $((${#interpreter} + 1)) &&
            printf '%s\0' "$interpreter" >>"$part" &&
            printf "$escaped" | dd of="$part" bs=1 seek="$header" conv=notrunc &&
            chmod "$(stat -c %a -- "$in")" "$part" &&
            mv -f -- "$part" "$out"
    } 2>/dev/null || fail "cannot write '$out'"
    part=
}

takes_path() { # PATH
    interpreter=$1
    # The kernel takes up to PATH_MAX bytes with the NUL. By its name the launcher knows what it is.
    case $1 in
    /*/ld-nosigpipe.so | /ld-nosigpipe.so) [ ${#1} -ge 4096 ] || return 0 ;;
    esac
    fail "bad value '$1' for '--interpreter' (accepted: an absolute path that ends in /ld-nosigpipe.so)"
}

given=
while [ $# -gt 0 ]; do
    case $1 in
    --interpreter)
        [ $# -gt 1 ] || fail "'--interpreter' needs a path"
        takes_path "$2"
        given=$2
        shift
        ;;
    --interpreter=*)
        takes_path "${1#*=}"
        given=$interpreter
        ;;
    -h | --help)
        print "$(usage)"
        exit
        ;;
    -V | --version)
        print 'nosigpipe-embed @VERSION@'
        exit
        ;;
    --)
        shift
        break
        ;;
    -?*) fail "unknown option '$1' (accepted: --interpreter=PATH, -h, --help, -V, --version)" ;;
    *) break ;;
    esac
    shift
done
[ $# = 2 ] || fail 'two names are needed (usage: nosigpipe-embed [--interpreter=PATH] [--] IN OUT)'
in=$1 out=$2
# No tool must take a name for an option.
case $in in -*) in=./$in ;; esac
case $out in -*) out=./$out ;; esac

check_files
check_program
choose_header
if [ -n "$given" ]; then
    interpreter=$given
else
    find_interpreter_here
fi
write_copy
make_plain "'$out' starts under '$interpreter'; lost: $lost"
print "$plain"
