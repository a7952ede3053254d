# nosigpipe: what a file is, told from its first bytes; see elf(5).

# od(1) is what every system has that can read a NUL. Sets `bytes`, as decimal numbers.
read_bytes() { # FILE START COUNT
    bytes=$(od -An -v -tu1 -j "$2" -N "$3" -- "$1" 2>/dev/null)
}

# The same, from the bytes of `head` where they are among them.
find_bytes() { # FILE START COUNT
    if [ "$2" -lt 0 ] || [ $(($2 + $3)) -gt "$head_size" ]; then
        read_bytes "$@"
        return
    fi
    skip=$2
    # shellcheck disable=SC2086 # one word a byte
    set -- $head
    shift "$skip"
    bytes=$*
}

# Sets `number`, from bytes in the order of the file.
read_number() { # BYTE...
    number=0
    scale=1
    for byte; do
        if [ "$little" = 1 ]; then
            number=$((number + byte * scale))
            scale=$((scale << 8))
        else
            number=$((number << 8 | byte))
        fi
    done
}

# Sets `format`: elf, script, text (no first line that names an interpreter), other, unreadable.
# Of an ELF file also `abi` ("CLASS,ORDER,MACHINE") and `interpreter`, empty if it is static.
look_at() { # FILE
    abi='' interpreter=''
    read_bytes "$1" 0 1024
    file=$1
    # shellcheck disable=SC2086 # one word a byte
    set -- $bytes
    head=$* head_size=$#
    case $head in
    '35 33 '*) format=script ;;
    '127 69 76 70 '*)
        format=elf
        [ $# -ge 64 ] || format=other
        ;;
    '')
        format=text
        [ -r "$file" ] && [ ! -s "$file" ] || format=unreadable
        ;;
    *) case " $head " in *' 0 '*) format=other ;; *) format=text ;; esac ;;
    esac
    [ "$format" != elf ] || read_elf_header "$@"
}

# Sets `table`, `size` and `count`: where the program headers are.
read_elf_header() { # BYTE...
    class=$5 little=$6
    read_number "${19}" "${20}"
    abi=$5,$6,$number
    if [ "$class" = 2 ]; then
        read_number "${33}" "${34}" "${35}" "${36}" "${37}" "${38}" "${39}" "${40}"
        table=$number
        shift 54
    else
        read_number "${29}" "${30}" "${31}" "${32}"
        table=$number
        shift 42
    fi
    read_number "$1" "$2"
    size=$number
    read_number "$3" "$4"
    count=$number
    case $class:$size in
    1:32 | 2:56) find_interpreter ;;
    *) format=other ;; # the kernel takes no other size
    esac
}

# Looks for PT_INTERP (3) among the program headers. Sets `interpreter`.
find_interpreter() {
    find_bytes "$file" "$table" $((size * count))
    # shellcheck disable=SC2086 # one word a byte
    set -- $bytes
    while [ "$count" -gt 0 ] && [ $# -ge "$size" ]; do
        read_number "$1" "$2" "$3" "$4"
        if [ "$number" = 3 ]; then
            read_interpreter "$@"
            return
        fi
        shift "$size"
        count=$((count - 1))
    done
}

read_interpreter() { # BYTE-OF-THE-PROGRAM-HEADER...
    if [ "$class" = 2 ]; then
        read_number "$9" "${10}" "${11}" "${12}" "${13}" "${14}" "${15}" "${16}"
        start=$number
        shift 32
    else
        read_number "$5" "$6" "$7" "$8"
        start=$number
        shift 16
    fi
    read_number "$1" "$2" "$3" "$4"
    find_bytes "$file" "$start" "$number"
    escaped=
    for byte in $bytes; do
        [ "$byte" != 0 ] || break
        escaped=$escaped\\0$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))
    done
    interpreter=$(printf %b "$escaped")
}

# What `go version` looks for in an executable (debug/buildinfo).
is_go() {
    grep -q -F -e ' Go buildinf:' -- "$program" 2>/dev/null
}

# Sets `description` and `family`, of an ABI as `look_at` gives it.
describe_abi() { # CLASS,ORDER,MACHINE
    machine=${1##*,}
    family=$machine
    case $machine in
    3) family=62 machine=i386 ;;
    8) machine=MIPS ;;
    20) family=21 machine=PowerPC ;;
    21) machine=PowerPC ;;
    22) machine=s390 ;;
    40) family=183 machine=ARM ;;
    62) machine=x86-64 ;;
    183) machine=AArch64 ;;
    243) machine=RISC-V ;;
    258) machine=LoongArch ;;
    *) machine="machine $machine" ;;
    esac
    description="$((32 * ${1%%,*}))-bit $machine"
}
