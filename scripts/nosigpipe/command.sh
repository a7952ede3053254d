# nosigpipe: which file a command is, and which program runs in the end.

# Finds the file that execvp(3) would run; builtins of this shell do not count. Sets `candidate`, or
# `problem` and `problem_status`.
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
    # Commands that get it as an argument must not take it for an option.
    case $candidate in -*) candidate=./$candidate ;; esac
}

# Sets `program` to the file that the kernel runs in the end, and what `look_at` sets for it: instead of
# a script its interpreter, which may be a script, too (execve(2)).
find_program() { # FILE
    program=$1
    depth=0
    while look_at "$program" && [ "$format" = script ] && read_script "$program"; do
        # exec_binprm() in fs/exec.c of the kernel fails with ELOOP after the fifth.
        depth=$((depth + 1))
        [ "$depth" -le 5 ] || fail 126 "'$1': more than 5 levels of interpreter scripts"
        check_interpreter
        script=$program
        program=$interpreter
        follow_env
    done
    [ "$format" != script ] || format=text
}

# Reads the first line of a script. Sets `interpreter` and `arguments`; fails if the line names no
# interpreter, since execvp(3) then runs the file by sh.
read_script() { # FILE
    IFS= read -r line <"$1" || :
    set -f
    # shellcheck disable=SC2086 # the kernel splits at spaces and tabs, too
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

# If the interpreter is env(1), the program is the command that env looks up; if that is hard to tell, it
# stays env. The kernel passes the rest of the line as one argument (execve(2)), which env splits only
# for -S.
follow_env() {
    [ "${program##*/}" = env ] || return 0
    case $arguments in
    *[\\\"\'\$\#]*) return ;; # quotes, escapes, variables and comments
    '-S '*) ;;
    -* | *=* | '') return ;;
    *)
        follow_env_to "$arguments"
        return
        ;;
    esac
    set -f
    # shellcheck disable=SC2086 # one word each
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
    [ -z "$problem" ] || fail "$problem_status" "'$script', run by '$program': $problem"
    program=$candidate
    candidate=$kept
    by_env=yes
}
