# nosigpipe: how a program is to be protected.

# Sets `way`: preload; interpreter (an embedded program brings the guard along); trace (a static program
# gets the guard at its start, by ptrace); ignore (none of these can be done, but the program can start
# with SIGPIPE ignored); none (that would not help, or is not what was asked for); or off. Sets `reason`
# for trace, ignore and none, and `preload` to the name for LD_PRELOAD, which is empty if the program's
# loader would only complain about it.
decide() { # COMMAND
    find_library
    find_command "$1"
    preload=${by_lib:-$library}
    by_sh='' by_env='' reason='' rights='' blind='' attach=''
    way=off
    ! is_off || return 0
    ask_library
    find_program "$candidate"
    find_reason
    way=preload
    ! is_embedded || way=interpreter
    [ -n "$reason" ] || return 0
    case $reason in
    *"statically linked")
        # Go's runtime installs a handler, even if SIGPIPE is ignored (os/signal: "SIGPIPE").
        if is_go; then
            way=none
            reason="'$program' is a static Go program, which ends by a broken write to descriptor 1 or 2\
 and gets EPIPE from all others"
            return
        fi
        way=trace
        ! may_trace || return 0
        ;;
    esac
    way=ignore
    find_value action
    [ "$found" = epipe ] || way=none reason="$reason, and only the library can do action=$found"
}

# Whether nosigpipe-attach can give the static program the guard at its start. If it cannot, adds to
# `reason` why, except where there is no nosigpipe-attach. Its start must not take rights from the program
# (ptrace(2), "Under Linux, the tracing of set-user-ID programs"), and must be the first of this process:
# env(1) would be the program that gets the guard.
may_trace() {
    attach=${library%/*}/nosigpipe-attach
    [ -f "$attach" ] && [ -x "$attach" ] && [ -z "$by_env" ] || return
    find_rights
    if [ -n "$rights" ]; then
        reason="$reason, and it $rights"
    elif [ -n "$blind" ]; then
        reason="$reason, and may have file capabilities (getcap, which shows them, is not installed)"
    elif [ $$ = 1 ]; then
        reason="$reason, and would be process 1"
    elif ! answer=$("$attach" probe 2>/dev/null); then
        [ -n "$answer" ] || answer="'$attach' does not run"
        reason="$reason, and $answer"
    else
        return 0
    fi
    return 1
}

# Sets `reason` to why the library cannot be preloaded, or to nothing.
find_reason() {
    if [ "$format" = text ]; then
        # execvp(3) runs by sh what the kernel refuses with ENOEXEC.
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
    if ! find_library_for "$abi"; then
        preload=
        is_embedded || find_reason_of_abi
    fi
    if is_embedded; then
        check_embedded
        return
    fi
    [ -z "$reason" ] || return 0
    if [ -z "$interpreter" ]; then
        # The loader itself has no interpreter either, and preloads into the program that it starts.
        case ${program##*/} in
        ld.so* | ld[-6]*.so* | libc.so) ;; # libc.so is musl's
        *) reason="'$program' is statically linked" ;;
        esac
        return
    fi
    check_loader
    find_rights
    [ -z "$rights" ] || reason="'$program' $rights, so the loader ignores LD_PRELOAD"
    if [ -n "$by_lib" ] && [ -z "$reason" ]; then
        # musl has no $LIB. If glibc's names a folder without the library, the path serves.
        case ${interpreter##*/} in
        ld-musl-*) preload=$library ;;
        *) loads "$by_lib" || preload=$library ;;
        esac
    fi
}

# Whether nosigpipe-embed has made the program.
is_embedded() {
    [ "${interpreter##*/}" = ld-nosigpipe.so ]
}

check_embedded() {
    [ ! -f "$interpreter" ] || return 0
    describe_abi "$abi"
    fail 126 "'$program' ($description): its interpreter '$interpreter' is missing: install nosigpipe there,\
 or embed it again"
}

check_loader() {
    [ -z "$interpreter" ] || [ -f "$interpreter" ] && return
    describe_abi "$abi"
    fail 126 "'$program' ($description): its loader '$interpreter' does not exist"
}

# Sets `reason` if the library is there only for other classes or machines than the program.
find_reason_of_abi() {
    there='' families=
    for entry in $libraries; do
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

# Whether binfmt_misc has a handler for such files, as for Java or an emulator.
has_handler() { # START-OF-THE-MAGIC-BYTES
    for handler in /proc/sys/fs/binfmt_misc/*; do
        case $handler in */register | */status | */\*) continue ;; esac
        while read -r key value; do
            case $key:$value:$1 in magic:"$1"* | extension:*:) return ;; esac
        done <"$handler"
    done
    return 1
}

# Sets `rights` if the program gains rights when it starts. In such a program the loader ignores LD_PRELOAD
# (ld.so(8), "Secure-execution mode"). cap_bprm_creds_from_file() in security/commoncap.c of the kernel
# decides.
# shellcheck disable=SC3067 # dash, busybox and bash have -O and -G
find_rights() {
    if [ -u "$program" ] && [ ! -O "$program" ]; then
        may_set_id && rights='is set-user-ID'
    elif [ -g "$program" ] && [ ! -G "$program" ]; then
        may_set_id && rights='is set-group-ID'
    fi
    [ -n "$rights" ] || ! has_capabilities || is_nosuid || rights='has file capabilities'
}

may_set_id() {
    ! is_nosuid || return
    [ -r /proc/self/status ] || return 0
    while read -r key value; do
        case $key$value in NoNewPrivs:1) return 1 ;; esac
    done </proc/self/status
}

# On a file system that is mounted "nosuid" the set-ID bits and the capabilities have no effect.
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

# Only getcap(8) shows capabilities; if it is missing, the program is taken to have none, and `blind`
# is set. Root gains nothing by them, and owns /proc/sys, which needs no process to find out.
# shellcheck disable=SC3067 # dash, busybox and bash have -O
has_capabilities() {
    [ ! -O /proc/sys ] || return
    real=$program
    [ ! -L "$program" ] || real=$(readlink -f -- "$program") || return
    capabilities=$(PATH=${PATH-}:/usr/sbin:/sbin getcap -- "$real" 2>/dev/null)
    [ $? -lt 126 ] || blind=', unless it has file capabilities (getcap, which shows them, is not installed)'
    # "NAME=eip", or "= NAME+eip" in old versions; inheritable ones alone give nothing.
    case ${capabilities#"$real "} in *[=+]e* | *[=+]p* | *[=+]ip*) ;; *) return 1 ;; esac
}
