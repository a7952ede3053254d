# nosigpipe-audit: its arguments, and the start of the program in awk.

# What prints says nothing where SIGPIPE ends it, as of any command, and else one line. It reads to
# the end all the same, since some awks have a message of their own for a pipe without a reader.
blame='echo "nosigpipe-audit: standard output cannot be written" >&2'
put="cat 2>/dev/null || { [ \$? -gt 128 ] || $blame; cat >/dev/null; exit 2; }"

# The processes to read, one a line. A glob in a loop needs no fork and knows no limit.
processes() { # PID...
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@"
    else
        for process in [0-9]*; do
            case $process in *[!0-9]*) ;; *) echo "$process" ;; esac
        done
    fi | sort -n -u
}

# A pipe that is made later would take its number.
{ true 3>&1; } 2>/dev/null || fail 'standard output cannot be written'
# Sets `hidden` where the mount option hidepid leaves out other users' processes (proc(5), and
# has_pid_permissions in fs/proc/base.c of the kernel), and `other` for another user than root.
find_hidden() {
    other='' hidden=''
    [ "$(id -u)" != 0 ] || return 0
    other=1
    [ -r self/mountinfo ] || return 0
    here=$(pwd -P)
    while read -r _ _ _ _ point rest; do
        [ "$point" = "$here" ] || continue
        group=${rest##*gid=}
        case $rest in
        *' - proc '*hidepid=[4p]*) hidden=1 ;;
        *' - proc '*hidepid=[2i]*)
            [ "$group" != "$rest" ] || group=0
            case " $(id -G) " in *" ${group%%,*} "*) hidden='' ;; *) hidden=1 ;; esac
            ;;
        *) hidden='' ;;
        esac
    done <self/mountinfo
}

json=0 all=0 proc=/proc pids=
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=1 ;;
    --all) all=1 ;;
    --proc)
        [ $# -gt 1 ] || fail "--proc needs a folder"
        proc=$2
        shift
        ;;
    --proc=*) proc=${1#--proc=} ;;
    -h | --help)
        usage | eval "$put"
        exit
        ;;
    -V | --version)
        echo 'nosigpipe-audit @VERSION@' | eval "$put"
        exit
        ;;
    --) ;;
    -*) fail "unknown option '$1' (accepted: --json, --all, --proc DIR, -h, --help, -V, --version)" ;;
    '' | *[!0-9]*) fail "'$1' is not a process ID" ;;
    *) pids="$pids $1" ;;
    esac
    shift
done

# Paths are relative from here on, so that no folder's name has to be quoted for another shell.
CDPATH='' cd -- "$proc" 2>/dev/null || fail "cannot enter the folder '$proc'"
set -- [0-9]*
[ -d "$1" ] || fail "no process is to be seen in '$proc'"
# shellcheck disable=SC2086 # digits and spaces
set -- $pids
find_hidden
for pid; do
    [ -d "$pid" ] || fail "no such process${hidden:+, or one that is hidden from you}: $pid"
done

# The audit's own shells and tools are no part of what was asked.
self=0
[ $# -gt 0 ] || [ "$proc" != /proc ] || self=$$
terminal=0
[ ! -t 2 ] || terminal=1
# GNU ls shows a control character as `?` with -q; busybox does so always and has no -q.
ls_options=-ln
! ls -q . >/dev/null 2>&1 || ls_options=-lnq
# Arguments end with NUL, which awk cannot read: grep -z prints each of them. A grep without -z
# takes NUL for the end of a line anyhow (busybox).
for grep_options in -az -z ''; do
    # shellcheck disable=SC2086 # no option is no argument
    ! printf 'a\0' | grep -q $grep_options a 2>/dev/null || break
done

processes "$@" | awk -v json="$json" -v all="$all" -v named=$# -v self="$self" \
    -v terminal="$terminal" -v other="$other" -v hidden="$hidden" -v out="$put" -v ls="ls $ls_options" -v grep_arguments="grep $grep_options" "$program"
case $? in
0) exit 0 ;;
3) exit 1 ;;
*) exit 2 ;;
esac
