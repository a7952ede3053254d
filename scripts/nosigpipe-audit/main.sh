# nosigpipe-audit: reads the arguments and runs the awk program.

# Prints the processes to read, one per line. A glob in a loop needs no fork and has no size limit.
processes() { # PID...
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@"
    else
        for process in [0-9]*; do
            case $process in *[!0-9]*) ;; *) echo "$process" ;; esac
        done
    fi | sort -n -u
}

# Sets `other` if the user is not root, and `hidden` if the mount option hidepid hides processes from
# that user: proc(5), and has_pid_permissions() in fs/proc/base.c of the kernel.
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

# shellcheck disable=SC2317 # a trap calls it
remove_new_file() {
    [ -z "$new_file" ] || rm -f "$new_file"
}

# Each trap removes it: dash may run that of a signal in the middle of that of the exit.
# shellcheck disable=SC2317
leave() { # STATUS
    remove_new_file
    exit "$1"
}

# Makes the file that will replace the one of --openmetrics=FILE, in the same folder, since only a rename within a file
# system is one step. Its name has another end: node_exporter reads what ends in .prom. What is no regular file stays:
# as root, a rename would replace /dev/null, too.
begin_file() {
    case $file in /*) ;; *) file=$(pwd)/$file ;; esac
    if [ -L "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; }; then
        fail "--openmetrics: '$file' is no regular file"
    fi
    new_file=''
    trap remove_new_file EXIT
    trap 'leave 129' HUP
    trap 'leave 130' INT
    trap 'leave 143' TERM
    # The name is known before the file is there, so that a signal in between leaves nothing.
    new_file=$(mktemp -u "$file.XXXXXX" 2>/dev/null)
    (umask 077 && set -C && : >"$new_file") 2>/dev/null || fail "--openmetrics: cannot write '$file'"
    export new_file
    # shellcheck disable=SC2016 # for the shell that awk starts
    put='cat 2>/dev/null >"$new_file" || { cat >/dev/null; exit 2; }'
}

# The last line says that it is whole.
end_file() {
    if [ "$(tail -n 1 "$new_file")" != '# EOF' ] || ! chmod 644 "$new_file" 2>/dev/null ||
        ! mv -f "$new_file" "$file" 2>/dev/null; then
        fail "--openmetrics: cannot write '$file'"
    fi
    new_file=''
}

json=0 only_pids=0 metrics=0 all=0 watch=0 calls=0 proc=/proc pids='' file=''
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=1 ;;
    --pids) only_pids=1 ;;
    --openmetrics) metrics=1 file='' ;;
    --openmetrics=?*) metrics=1 file=${1#*=} ;;
    --openmetrics=) fail '--openmetrics= needs a file' ;;
    --all) all=1 ;;
    --watch) watch=1 ;;
    --calls) calls=1 ;;
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
    -*)
        fail "unknown option '$1' (accepted: --json, --pids, --openmetrics, --openmetrics=FILE, --all, --watch, --calls, \
--proc DIR, -h, --help, -V, --version)"
        ;;
    '' | *[!0-9]*) fail "'$1' is not a process ID" ;;
    *) pids="$pids $1" ;;
    esac
    shift
done

[ "$json$only_pids" != 11 ] || fail '--pids does not go with --json'
case $metrics$json$only_pids$all$watch$calls$pids in
10*1* | 11* | 1*' '*) fail '--openmetrics goes with --proc alone' ;;
esac
[ "$watch$calls" != 01 ] || fail '--calls needs --watch'
case $watch$only_pids$all$pids in 1*1* | 1*' '*) fail '--watch goes with --json, --calls and --proc alone' ;; esac

[ -z "$file" ] || begin_file
# From here on paths are relative, so that awk need not quote the folder's name in its commands.
CDPATH='' cd -- "$proc" 2>/dev/null || fail "cannot enter the folder '$proc'"
[ "$watch" = 0 ] || watch
set -- [0-9]*
[ -d "$1" ] || fail "no process found in '$proc'"
# shellcheck disable=SC2086 # digits and spaces
set -- $pids
find_hidden
for pid; do
    [ -d "$pid" ] || fail "no such process${hidden:+, or it is hidden from you}: $pid"
done

# Whether `nosigpipe --pid` can protect what is listed: it is for these CPUs, and takes IDs of this /proc.
visits=0 abi='@ABI@'
case $proc:$abi in /proc:2,1,62 | /proc:1,1,3) visits=1 ;; esac
# The list leaves out the audit's own shells and tools.
self=0
[ $# -gt 0 ] || [ "$proc" != /proc ] || self=$$
terminal=0
[ ! -t 2 ] || terminal=1
# GNU ls prints `?` for a control character only with -q; busybox always does, and has no -q.
ls_options=-ln
! ls -q . >/dev/null 2>&1 || ls_options=-lnq
# Arguments end with NUL, which awk cannot read: grep -z prints each of them. A grep without -z, as
# that of busybox, takes NUL for the end of a line anyway.
for grep_options in -az -z ''; do
    # shellcheck disable=SC2086 # no option must be no argument
    ! printf 'a\0' | grep -q $grep_options a 2>/dev/null || break
done

# By this variable gawk would take the end of a command that fails for success.
processes "$@" | (unset POSIXLY_CORRECT && exec awk -v json="$json" -v only_pids="$only_pids" -v metrics="$metrics" \
    -v all="$all" -v named=$# -v self="$self" -v terminal="$terminal" -v visits="$visits" -v other="$other" \
    -v hidden="$hidden" -v out="$put" -v ls="ls $ls_options" -v grep_arguments="grep $grep_options" "$program")
status=$?
[ -z "$file" ] || end_file
case $status in
0) exit 0 ;;
3) exit 1 ;;
*) exit 2 ;;
esac
