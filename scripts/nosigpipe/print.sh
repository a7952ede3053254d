# nosigpipe: what is said instead of a start.

# --check: says how the command would be protected.
check() { # COMMAND [ARGUMENT]...
    find_stripper "$@"
    case $way in
    off) not_protected 'NOSIGPIPE_OPTIONS is off' ;;
    none) not_protected "$reason" ;;
    ignore)
        [ -z "$strict" ] || not_protected "$reason: --strict does not start it"
        protected "by inherited ignore: $reason"
        ;;
    esac
    loads "$preload" || not_protected "$answer"
    find_value action
    [ "$found" = epipe ] || not_protected "action=$found is asked for"
    protected "by the shim: '$preload' in '$program'$blind"
}

protected() { # HOW
    make_plain "protected $1$stripper"
    answer 0 "$plain"
}

not_protected() { # REASON
    make_plain "not protected, because $1"
    answer 1 "$plain"
}

# Commands that give what they start another environment. Sets `stripper`: what there is to say.
find_stripper() { # COMMAND [ARGUMENT]...
    stripper=''
    name=${1##*/}
    shift
    case $name in
    sudo | doas | pkexec | systemd-run | su) where="as in '$name ... nosigpipe COMMAND'" ;;
    runuser) # keeps it, but for a login
        case " $* " in *' - '* | *' -l '* | *' --login '*) ;; *) return 0 ;; esac
        where="as in '$name ... nosigpipe COMMAND'"
        ;;
    env)
        drops_by_env "$@" || return 0
        where="as in 'env ... nosigpipe COMMAND'"
        ;;
    cron | crond | atd | anacron | sshd | inetd | xinetd)
        where='in front of each command that it is to start'
        ;;
    *) return 0 ;;
    esac
    stripper="; but what $name starts gets another environment, without the object: \
put nosigpipe behind it, $where"
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

# --print-env: the same two variables, in the words of where they are put.
print_env() { # dockerfile | systemd | shell | all
    ask_object
    preload=${by_lib:-$object}
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

# A Dockerfile's ENV expands variables, ${NAME:+WORD} too.
print_for_dockerfile() {
    escape "$preload" \\ \\ '"' \$
    printf '%s\n' "ENV LD_PRELOAD=\"\${LD_PRELOAD:+\$LD_PRELOAD:}$text\""
    [ -n "$chosen" ] || return 0
    escape "$chosen" \\ \\ '"' \$
    printf '%s\n' "ENV NOSIGPIPE_OPTIONS=\"\${NOSIGPIPE_OPTIONS:+\$NOSIGPIPE_OPTIONS,}$text\""
}

# systemd.exec(5): Environment= expands no variables, but specifiers; and a service starts with SIGPIPE
# ignored, so that there would be nothing to log.
print_for_systemd() {
    escape "$preload" \\ \\ '"'
    escape "$text" % %
    printf '%s\n' "Environment=\"LD_PRELOAD=$text\""
    if [ -n "$chosen" ]; then
        escape "$chosen" \\ \\ '"'
        escape "$text" % %
        printf '%s\n' "Environment=\"NOSIGPIPE_OPTIONS=$text\""
    fi
    echo IgnoreSIGPIPE=no
}

print_for_shell() {
    quote "$preload"
    printf '%s\n' "export LD_PRELOAD=\"\${LD_PRELOAD:+\$LD_PRELOAD:}\"$quoted"
    [ -n "$chosen" ] || return 0
    quote "$chosen"
    printf '%s\n' "[ \"\${NOSIGPIPE_OPTIONS-}\" = off ] ||
    export NOSIGPIPE_OPTIONS=\"\${NOSIGPIPE_OPTIONS:+\$NOSIGPIPE_OPTIONS,}\"$quoted"
}
