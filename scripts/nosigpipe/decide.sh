# nosigpipe: how a program is to be protected.

# Sets `way`: shim; ignore (the preload does not reach the program, but SIGPIPE can be ignored when
# it starts); none (nor would that be what was asked for, or of use); or off. Sets `reason` for all
# but shim, and `preload`, the name for LD_PRELOAD, empty where the program's loader would only
# complain of it.
decide() { # COMMAND
    find_object
    find_command "$1"
    preload=${by_lib:-$object}
    by_sh='' reason='' blind=''
    way=off
    ! is_off || return 0
    ask_object
    find_program "$candidate"
    find_reason
    way=shim
    [ -n "$reason" ] || return 0
    way=ignore
    find_value action
    [ "$found" = epipe ] || way=none reason="$reason, and action=$found is the object's"
    case $reason in
    # Its runtime sets a handler, whatever it finds (os/signal: "SIGPIPE").
    *"statically linked") ! is_go ||
        way=none reason="'$program' is a static Go program, which ends by a broken write to descriptor 1 or 2\
 and gets EPIPE from all others" ;;
    esac
}

# Sets `reason`: why the preload does not reach the program, or nothing.
find_reason() {
    if [ "$format" = text ]; then
        # execvp(3) gives sh what the kernel does not take.
        by_sh=yes
        find_program /bin/sh
    fi
    case $format in
    elf) find_reason_of_elf ;;
    unreadable) reason="'$program' cannot be read" ;;
    *) find_reason_of_other ;;
    esac
}

find_reason_of_other() {
    reason="'$program' is neither an ELF file nor a script"
    has_handler '' || fail 126 "$reason"
}

find_reason_of_elf() {
    if ! find_object_for "$abi"; then
        preload=
        find_reason_of_abi
        return
    fi
    if [ -z "$interpreter" ]; then
        # The loader itself has no interpreter either, and preloads for what it starts.
        case ${program##*/} in
        ld.so* | ld[-6]*.so*) ;;
        *) reason="'$program' is statically linked" ;;
        esac
        return
    fi
    check_loader
    find_reason_of_rights
    if [ -n "$by_lib" ] && [ -z "$reason" ]; then
        # musl has no $LIB; and where glibc's has no object in it, the path will do.
        case ${interpreter##*/} in
        ld-musl-*) preload=$object ;;
        *) loads "$by_lib" || preload=$object ;;
        esac
    fi
}

check_loader() {
    [ -z "$interpreter" ] || [ -f "$interpreter" ] && return
    describe_abi "$abi"
    fail 126 "'$program' ($description): its loader '$interpreter' does not exist"
}

# The program is for another class or machine than each of the objects.
find_reason_of_abi() {
    there='' families=
    for entry in $objects; do
        describe_abi "${entry%%:*}"
        there=${there:+$there and }$description
        families="$families $family "
    done
    describe_abi "$abi"
    case $families in
    *" $family "*) check_loader ;;
    *) has_handler 7f454c46 ||
        fail 126 "'$program' is for $description, which this machine does not run" ;;
    esac
    reason="'$program' is for $description, and libnosigpipe.so for $there"
}

# Whether binfmt_misc runs files that the kernel itself does not: Java's, or an emulator's.
has_handler() { # START-OF-THE-MAGIC-BYTES
    for handler in /proc/sys/fs/binfmt_misc/*; do
        case $handler in */register | */status | */\*) continue ;; esac
        while read -r key value; do
            case $key:$value:$1 in magic:"$1"* | extension:*:) return ;; esac
        done <"$handler"
    done
    return 1
}

# A program that gains rights when it starts drops a preload (ld.so(8), "Secure-execution mode").
# The rules are those of cap_bprm_creds_from_file() in security/commoncap.c.
# shellcheck disable=SC3067 # dash, busybox and bash have -O and -G
find_reason_of_rights() {
    if [ -u "$program" ] && [ ! -O "$program" ]; then
        may_set_id && reason="'$program' is set-user-ID, and drops a preload"
    elif [ -g "$program" ] && [ ! -G "$program" ]; then
        may_set_id && reason="'$program' is set-group-ID, and drops a preload"
    fi
    [ -n "$reason" ] || ! has_capabilities || is_nosuid ||
        reason="'$program' has file capabilities, and drops a preload"
}

may_set_id() {
    ! is_nosuid || return
    [ -r /proc/self/status ] || return 0
    while read -r key value; do
        case $key$value in NoNewPrivs:1) return 1 ;; esac
    done </proc/self/status
}

# On a file system that is mounted "nosuid" neither the bits nor the capabilities count.
is_nosuid() {
    [ -r /proc/self/mountinfo ] || return
    real=$(readlink -f -- "$program") || return
    longest='' flags=''
    # proc_pid_mountinfo(5); a later mount on the same folder covers an earlier one.
    while read -r _ _ _ _ point point_flags _; do
        case $point in *\\*) point=$(printf %b "$point") ;; esac # a space is \040 there
        case $real in
        "$point" | "${point%/}"/*)
            [ ${#point} -lt ${#longest} ] || longest=$point flags=$point_flags
            ;;
        esac
    done </proc/self/mountinfo
    case ,$flags, in *,nosuid,*) ;; *) return 1 ;; esac
}

# Nothing but getcap(8) tells; where it is missing, none are taken to be there, and `blind` is set. Root
# gains nothing by them, and is who owns /proc/sys: no process is needed to see that.
# shellcheck disable=SC3067 # dash, busybox and bash have -O
has_capabilities() {
    [ ! -O /proc/sys ] || return
    real=$program
    [ ! -L "$program" ] || real=$(readlink -f -- "$program") || return
    capabilities=$(PATH=${PATH-}:/usr/sbin:/sbin getcap -- "$real" 2>/dev/null)
    [ $? -lt 126 ] || blind=', if it has no file capabilities (getcap, which tells, is not installed)'
    # "NAME... =eip", "=+eip" of old; inheritable ones alone give nothing.
    case ${capabilities#"$real "} in *[=+]e* | *[=+]p* | *[=+]ip*) ;; *) return 1 ;; esac
}
