# shellcheck shell=bash
# Completes nosigpipe, nosigpipe-audit, nosigpipe-embed, nosigpipe-entrypoint, nosigpipe-host and nosigpipe-report in bash.

_nosigpipe() {
    local keys=';@OPTIONS@' # KEY=VALUES; as in scripts/nosigpipe/main.sh
    local current=$2 flags i piece key='' operand=''
    local -a words starts
    case ${1##*/} in
    nosigpipe)
        flags='-p --pid --status --release --check --keep-output --print-env --quiet --strict -h --help -V --version'
        ;;
    nosigpipe-embed) flags='-h --help -V --version' keys=';interpreter=PATH;' ;;
    nosigpipe-audit) flags='--all --calls --json --openmetrics --pids --watch -h --help -V --version' keys=';proc=FOLDER;' ;;
    nosigpipe-report)
        flags='--deaths --journal --json -h --help -V --version' keys=';by=peer program call unit;since=TIME;'
        ;;
    nosigpipe-host) flags='-h --help -V --version' keys="${keys}only=;except=;unit=;without=;root=;" ;;
    nosigpipe-entrypoint) flags='--keep-output --no-preload -h --help -V --version' keys=';' ;;
    esac

    # bash splits words at "=" and ":", so "--log=file:/x" comes as five words: this joins them.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        if ((i > 1)) && [[ $piece == [=:] || ${COMP_WORDS[i]} == [=:] ]]; then
            words[-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
            starts+=("$i")
        fi
        piece=${COMP_WORDS[i]}
    done
    [[ $current != [=:] ]] || current=''

    # The words before the one to be completed: options, values of options, the command.
    for ((i = 0; i < ${#words[@]} - 1; i++)); do
        if [[ -n $key ]]; then
            key=''
        elif [[ ${words[i]} == -- ]]; then
            operand=$((i + 1))
            break
        elif [[ ${words[i]} != -* ]]; then
            [[ ${1##*/} != nosigpipe-host ]] || continue # options follow
            operand=$i
            break
        elif [[ ${1##*/}:${words[i]} == nosigpipe:-p || ${1##*/}:${words[i]} == nosigpipe:--pid ]]; then
            key=pid
        elif [[ $keys == *";${words[i]#--}="* ]]; then
            key=${words[i]#--}
        fi
    done

    piece=${words[-1]}
    COMPREPLY=()
    if [[ -z $operand && -z $key && $piece == --*=* ]]; then
        key=${piece%%=*}
        _nosigpipe_value "${key#--}" "${piece#*=}"
    elif [[ -n $key ]]; then
        _nosigpipe_value "$key" "$piece"
    elif [[ -z $operand && $piece == -* ]]; then
        _nosigpipe_from "$flags $(sed 's/^;//; s/=[^;]*;/ --/g; s/^/--/; s/--$//' <<<"$keys")"
    elif [[ ${1##*/} == nosigpipe-host ]]; then
        _nosigpipe_from 'enable disable status update'
    elif [[ ${1##*/} == nosigpipe-audit ]]; then
        _nosigpipe_from "$(cd /proc && echo [0-9]*)"
    elif [[ ${1##*/} == nosigpipe-@(embed|report) ]]; then
        _nosigpipe_files
    elif [[ -z $operand ]] || ((operand == ${#words[@]} - 1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    elif declare -F _command_offset >/dev/null; then
        _command_offset "${starts[operand]}" # from the package bash-completion
    else
        _nosigpipe_files
    fi
}

_nosigpipe_value() { # KEY VALUE
    local values=${keys##*";$1="} front=''
    values=${values%%;*}
    case $1=$2 in
    print-env=*) _nosigpipe_from 'dockerfile systemd shell all' ;;
    pid=*)
        [[ $current != *,* ]] || front=${current%,*},
        _nosigpipe_from "$(cd /proc && printf "${front//%/%%}%s\n" [0-9]*)"
        ;;
    since=* | only=* | except=* | unit=*) ;;
    log=file:* | proc=* | interpreter=* | keep-output=* | without=* | root=* | openmetrics=*) _nosigpipe_files ;;
    *)
        [[ $keys != *";$1="* || $values == '0 to '* ]] || _nosigpipe_from "${values/file:PATH/file:}"
        [[ ${COMPREPLY[0]-} != file: ]] || compopt -o nospace
        ;;
    esac
}

_nosigpipe_from() { # WORDS
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_nosigpipe_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames
}

complete -F _nosigpipe nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report
