# nosigpipe-embed: whether IN can be embedded, and OUT be written.

check_files() {
    [ -e "$in" ] || fail "'$in': no such file"
    [ -f "$in" ] || fail "'$in' is not a regular file"
    [ -r "$in" ] || fail "'$in' cannot be read"
    [ -n "$out" ] || fail "'': no name for the copy"
    # shellcheck disable=SC3013 # dash, busybox and bash have -ef
    [ ! "$in" -ef "$out" ] || fail "'$out' is '$in' itself: give the copy another name"
    # mv(1) would put the copy into the folder.
    [ ! -d "$out" ] || fail "'$out' is a folder: name the file to write"
    [ ! -e "$out" ] || [ -f "$out" ] || fail "'$out' is not a regular file"
    case $out in
    */*) folder=${out%/*}/ ;;
    *) folder=./ ;;
    esac
    [ -d "$folder" ] || fail "there is no folder '$folder'"
    if [ ! -w "$folder" ] || [ ! -x "$folder" ]; then
        fail "'$folder' may not be written to"
    fi
}

check_program() {
    look_at "$in"
    [ "$format" = elf ] || fail "'$in' is not an ELF program"
    check_abi
    case $interpreter in
    */ld-nosigpipe.so) fail "'$in' is embedded already: its interpreter is '$interpreter'" ;;
    ?*) fail "'$in' is dynamically linked: nosigpipe preloads the library into it" ;;
    esac
    read_field 16 2 # e_type: ET_EXEC or ET_DYN
    case $number in
    2 | 3) ;;
    *) fail "'$in' is no program, but another kind of ELF file" ;;
    esac
    read_field 24 "$word" # e_entry
    if [ "$number" = 0 ] || is_shared_library; then
        fail "'$in' is no program, but a shared library"
    fi
    program=$in
    ! is_go || fail "'$in' is a static Go program, whose runtime replaces the guard by a handler of its own"
    check_rights
}

# Those for which the library is made (shim/arch/).
check_abi() {
    case $abi in 2,1,62 | 1,1,3 | 2,1,183 | 2,1,243 | 2,2,22 | 2,1,21 | 1,1,40) return ;; esac
    describe_abi "$abi"
    fail "'$in' is for $description (accepted: 64-bit x86-64, 32-bit i386, 64-bit AArch64, 64-bit RISC-V, 64-bit s390, 64-bit PowerPC, 32-bit ARM)"
}

# The copy has no such rights, and may not get them back: the interpreter would run with them.
check_rights() {
    [ ! -u "$in" ] || fail "'$in' is set-user-ID, and nosigpipe has no part in programs that gain rights"
    [ ! -g "$in" ] || fail "'$in' is set-group-ID, and nosigpipe has no part in programs that gain rights"
    capabilities=$(PATH=${PATH-}:/usr/sbin:/sbin getcap -- "$in" 2>/dev/null)
    [ -z "$capabilities" ] ||
        fail "'$in' has file capabilities, and nosigpipe has no part in programs that gain rights"
}

# Whether the dynamic section has DT_SONAME (14) or DT_NEEDED (1), which a static program has not.
is_shared_library() {
    find_header 2 || return # PT_DYNAMIC
    read_field $((header + word)) "$word"
    at=$number
    read_field $((header + (class == 1 ? 16 : 32))) "$word" # p_filesz
    read_bytes "$in" "$at" "$number"
    # shellcheck disable=SC2086 # one word a byte
    set -- $bytes
    while [ $# -ge $((2 * word)) ]; do
        read_number 4 "$@"
        case $number in
        0) return 1 ;;
        1 | 14) return ;;
        esac
        shift $((2 * word))
    done
    return 1
}

# Sets `header` to the offset of the first program header of a type.
find_header() { # TYPE
    number=
    header=$table
    while [ "$header" -lt $((table + size * count)) ]; do
        read_field "$header" 4
        [ "$number" != "$1" ] || return 0
        header=$((header + size))
    done
    return 1
}
