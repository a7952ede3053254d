# nosigpipe: what a command is, and which program runs in the end.

# What execvp(3) would run; a builtin of this shell does not count. Sets `candidate`, or `problem`
# and the status `problem_status`.
look_up() { # COMMAND
    problem=
    candidate=$1
    case $1 in
    */*)
        if [ ! -e "$1" ]; then
            problem_status=127 problem="'$1': no such file"
        elif [ ! -f "$1" ] || [ ! -x "$1" ]; then
            problem_status=126 problem="'$1': not an executable file"
        fi
        return
        ;;
    '')
        problem_status=127 problem="'': no such command"
        return
        ;;
    esac
    refused=
    rest=$given_path:
    while [ -n "$rest" ]; do
        candidate=${rest%%:*}
        candidate=${candidate:-.}/$1
        rest=${rest#*:}
        [ -f "$candidate" ] || continue
        [ -x "$candidate" ] && return
        refused=$candidate
    done
    problem_status=127 problem="'$1': no such command in PATH"
    [ -z "$refused" ] || problem_status=126 problem="'$refused': not an executable file"
}

find_command() { # COMMAND
    look_up "$1"
    [ -z "$problem" ] || fail "$problem_status" "$problem"
    # As an argument of another command it is not to be an option.
    case $candidate in -*) candidate=./$candidate ;; esac
}

# Sets `program` to what the kernel runs in the end: a script's interpreter (which may be a script
# too, execve(2)) in its place. `look_at` has then looked at it.
find_program() { # FILE
    program=$1
    depth=0
    while look_at "$program" && [ "$format" = script ] && read_script "$program"; do
        # BINPRM_DEPTH: exec_binprm() in fs/exec.c gives ELOOP behind the fifth.
        depth=$((depth + 1))
        [ "$depth" -le 5 ] || fail 126 "'$1': its interpreter is a script, and so on: too deep"
        check_interpreter
        script=$program
        program=$interpreter
        follow_env
    done
    [ "$format" != script ] || format=text
}

# A script's first line. Sets `interpreter` and `arguments`; fails where it names none, as then
# execvp(3) gives the file to sh.
read_script() { # FILE
    IFS= read -r line <"$1" || :
    set -f
    # shellcheck disable=SC2086 # the kernel, too, splits at blanks and tabs
    set -- ${line#'#!'}
    set +f
    [ $# -gt 0 ] || return
    interpreter=$1
    shift
    arguments=$*
}

check_interpreter() {
    [ -x "$interpreter" ] && [ -f "$interpreter" ] && return
    case $interpreter in
    *"$(printf '\r')") fail 126 "'$program': its first line ends in a carriage return" ;;
    esac
    explanation='does not exist'
    [ ! -e "$interpreter" ] || explanation='is not an executable file'
    fail 126 "'$program': its interpreter '$interpreter' $explanation"
}

# A script of env(1) is one of the command that env looks up; where that is not told easily, env has
# the word. It gets what is behind its name as one argument (execve(2)), which it splits for -S alone.
follow_env() {
    [ "${program##*/}" = env ] || return 0
    case $arguments in
    *[\\\"\'\$\#]*) return ;; # more of a language
    '-S '*) ;;
    -* | *=* | '') return ;;
    *)
        follow_env_to "$arguments"
        return
        ;;
    esac
    set -f
    # shellcheck disable=SC2086 # a word each
    set -- ${arguments#-S }
    set +f
    while [ $# -gt 0 ]; do
        case $1 in
        -* | PATH=*) return ;;
        *=*) shift ;;
        *)
            follow_env_to "$1"
            return
            ;;
        esac
    done
}

follow_env_to() { # COMMAND
    kept=$candidate
    look_up "$1"
    [ -z "$problem" ] || fail "$problem_status" "'$script', by '$program': $problem"
    program=$candidate
    candidate=$kept
}
