# nosigpipe: the answers to --check and --print-env.

# --check: prints how the command would be protected.
check() { # COMMAND [ARGUMENT]...
    find_stripper "$@"
    find_machine
    case $way in
    off) not_protected 'NOSIGPIPE_OPTIONS is off' ;;
    none) not_protected "$reason" ;;
    ignore)
        [ -z "$strict" ] || not_protected "$reason: --strict does not start it"
        protected "by inherited ignore: $reason"
        ;;
    preload) loads "$preload" || not_protected "$answer" ;;
    esac
    find_value action
    [ "$found" = epipe ] || not_protected "action=$found is asked for"
    case $way in
    interpreter) protected "by its interpreter: '$interpreter' in '$program'" ;;
    trace) protected "by the guard, put in place at its start: $reason" ;;
    esac
    protected "by the library: '$preload' in '$program'$blind"
}

protected() { # HOW
    make_plain "protected $1$machine$stripper"
    answer 0 "$plain"
}

not_protected() { # REASON
    make_plain "not protected, because $1$machine"
    answer 1 "$plain"
}

# Some commands start others in another environment. Sets `stripper` to the advice for those.
find_stripper() { # COMMAND [ARGUMENT]...
    stripper=''
    name=${1##*/}
    shift
    case $name in
    sudo | doas | pkexec | systemd-run | su) advice="use '$name ... nosigpipe COMMAND'" ;;
    runuser) # keeps the environment, except for a login
        case " $* " in *' - '* | *' -l '* | *' --login '*) ;; *) return 0 ;; esac
        advice="use '$name ... nosigpipe COMMAND'"
        ;;
    env)
        drops_by_env "$@" || return 0
        advice="use 'env ... nosigpipe COMMAND'"
        ;;
    cron | crond | atd | anacron | sshd | inetd | xinetd)
        advice='put nosigpipe before each command that it starts'
        ;;
    *) return 0 ;;
    esac
    stripper="; but what $name starts gets another environment, without the library: $advice"
}

drops_by_env() { # [ARGUMENT]...
    while [ $# -gt 0 ]; do
        case $1 in
        - | -i* | --ignore-environment | -uLD_PRELOAD | --unset=LD_PRELOAD) return ;;
        -u | --unset)
            [ "${2-}" != LD_PRELOAD ] || return 0
            [ $# -gt 1 ] && shift
            ;;
        -*) ;;
        *) return 1 ;;
        esac
        shift
    done
    return 1
}

# --print-env: the two variables, in the syntax of the places that they are for.
print_env() { # dockerfile | systemd | shell | all
    ask_library
    preload=${by_lib:-$library}
    case $1 in
    all) answer 0 "# Dockerfile
$(print_for_dockerfile)
# systemd unit, section [Service]
$(print_for_systemd)
# shell
$(print_for_shell)" ;;
    dockerfile | systemd | shell) answer 0 "$("print_for_$1")" ;;
    *) fail 125 "bad value '$1' for '--print-env' (accepted: dockerfile systemd shell all)" ;;
    esac
}

# ENV in a Dockerfile expands variables, and ${NAME:+WORD}, too.
print_for_dockerfile() {
    escape "$preload" \\ \\ '"' \$
    printf '%s\n' "ENV LD_PRELOAD=\"\${LD_PRELOAD:+\$LD_PRELOAD:}$text\""
    [ -n "$chosen" ] || return 0
    escape "$chosen" \\ \\ '"' \$
    printf '%s\n' "ENV NOSIGPIPE_OPTIONS=\"\${NOSIGPIPE_OPTIONS:+\$NOSIGPIPE_OPTIONS,}$text\""
}

print_for_shell() {
    quote "$preload"
    printf '%s\n' "export LD_PRELOAD=\"\${LD_PRELOAD:+\$LD_PRELOAD:}\"$quoted"
    [ -n "$chosen" ] || return 0
    quote "$chosen"
    printf '%s\n' "[ \"\${NOSIGPIPE_OPTIONS-}\" = off ] ||
    export NOSIGPIPE_OPTIONS=\"\${NOSIGPIPE_OPTIONS:+\$NOSIGPIPE_OPTIONS,}\"$quoted"
}
