# What a file is, by its first bytes; see elf(5).

# Sets `bytes`, as decimal numbers. Every system has od(1), which can read NUL bytes.
read_bytes() { # FILE START COUNT
    bytes=$(od -An -v -tu1 -j "$2" -N "$3" -- "$1" 2>/dev/null)
}

# The same, without a process if the bytes are in `head`.
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

# Sets `number` to the first COUNT bytes, in the byte order of the file.
read_number() { # COUNT BYTE...
    more=$1 number=0 scale=1
    while [ "$more" -gt 0 ] && [ $# -gt 1 ]; do
        shift
        if [ "$little" = 1 ]; then
            number=$((number + $1 * scale)) scale=$((scale << 8))
        else
            number=$((number << 8 | $1))
        fi
        more=$((more - 1))
    done
}

# Sets `number` to a field of the ELF file.
read_field() { # START COUNT
    find_bytes "$file" "$1" "$2"
    # shellcheck disable=SC2086 # one word a byte
    read_number "$2" $bytes
}

# Sets `format`: elf, script, text (no "#!" line), other or unreadable. For an ELF file also sets `abi`
# ("CLASS,ORDER,MACHINE") and `interpreter`, which is empty if it is static.
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
    word=$((4 * class)) # the classes differ in the size of addresses and offsets
    read_field 18 2
    abi=$class,$little,$number
    read_field $((24 + word)) "$word"
    table=$number
    read_field $((30 + 3 * word)) 2
    size=$number
    read_field $((32 + 3 * word)) 2
    count=$number
    case $class:$size in
    1:32 | 2:56) find_interpreter ;;
    *) format=other ;; # the kernel accepts no other size
    esac
}

# Looks for PT_INTERP (3) among the program headers. Sets `interpreter`.
find_interpreter() {
    find_bytes "$file" "$table" $((size * count))
    # shellcheck disable=SC2086 # one word a byte
    set -- $bytes
    header=$table remaining=$count
    while [ "$remaining" -gt 0 ] && [ $# -ge "$size" ]; do
        read_number 4 "$1" "$2" "$3" "$4"
        if [ "$number" = 3 ]; then
            read_interpreter
            return
        fi
        shift "$size"
        header=$((header + size))
        remaining=$((remaining - 1))
    done
}

read_interpreter() {
    read_field $((header + word)) "$word" # p_offset
    start=$number
    read_field $((header + 4 * word)) "$word" # p_filesz
    find_bytes "$file" "$start" "$number"
    escaped=
    for byte in $bytes; do
        [ "$byte" != 0 ] || break
        escaped=$escaped\\0$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))
    done
    interpreter=$(printf %b "$escaped")
}

# `go version` looks for the same text in an executable (debug/buildinfo). GNU grep reads it twice as fast
# with -a; busybox stops at a NUL with -F.
is_go() {
    grep -q -a -e ' Go buildinf:' -- "$program" 2>/dev/null
}

# Sets `description` and `family` of an ABI as `look_at` sets it. A CPU runs programs of its family.
# shellcheck disable=SC2034 # not every command needs the family
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
