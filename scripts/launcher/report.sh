# nosigpipe: what is said instead of a start.

# --check: says how the command would be protected.
check() {
    case $way in
    off) not_protected 'NOSIGPIPE_OPTIONS is off' ;;
    none) not_protected "$reason" ;;
    ignore)
        [ -z "$strict" ] || not_protected "$reason: --strict does not start it"
        print_plain "protected by inherited ignore: $reason"
        exit
        ;;
    esac
    # The loader, started as a command, has none that could be asked.
    [ -z "$interpreter" ] || loads "$preload" || not_protected "$answer"
    find_action
    [ "$action" = epipe ] || not_protected "action=$action is asked for"
    print_plain "protected by the shim: '$preload' in '$program'$blind"
    exit
}

not_protected() { # REASON
    print_plain "not protected, because $1"
    exit 1
}

# --print-env: the same two variables, in the words of where they are put.
print_env() { # dockerfile | systemd | shell | all
    find_object
    preload=${by_lib:-$object}
    case $1 in
    all)
        echo '# Dockerfile'
        print_for_dockerfile
        echo '# systemd unit, section [Service]'
        print_for_systemd
        echo '# shell'
        print_for_shell
        ;;
    dockerfile | systemd | shell) "print_for_$1" ;;
    *) fail 125 "bad value '$1' for '--print-env' (accepted: dockerfile systemd shell all)" ;;
    esac
}

# Puts a backslash, or what else the second argument has, before each of the characters. Sets `text`.
escape() { # TEXT ESCAPE CHARACTER...
    text=$1
    mark=$2
    shift 2
    for character; do
        rest=$text
        text=
        while :; do
            case $rest in *"$character"*) ;; *) break ;; esac
            text=$text${rest%%"$character"*}$mark$character
            rest=${rest#*"$character"}
        done
        text=$text$rest
    done
}

# A Dockerfile's ENV expands variables.
print_for_dockerfile() {
    escape "$preload" \\ \\ '"' \$
    printf '%s\n' "ENV LD_PRELOAD=\"$text\""
    [ -n "$chosen" ] || return 0
    escape "$chosen" \\ \\ '"' \$
    printf '%s\n' "ENV NOSIGPIPE_OPTIONS=\"$text\""
}

# systemd.exec(5): Environment= expands no variables, but specifiers.
print_for_systemd() {
    escape "$preload" \\ \\ '"'
    escape "$text" % %
    printf '%s\n' "Environment=\"LD_PRELOAD=$text\""
    [ -n "$chosen" ] || return 0
    escape "$chosen" \\ \\ '"'
    escape "$text" % %
    printf '%s\n' "Environment=\"NOSIGPIPE_OPTIONS=$text\""
}

print_for_shell() {
    escape "$preload" "'\\'" "'"
    printf '%s\n' "export LD_PRELOAD='$text'"
    [ -n "$chosen" ] || return 0
    escape "$chosen" "'\\'" "'"
    printf '%s\n' "export NOSIGPIPE_OPTIONS='$text'"
}
