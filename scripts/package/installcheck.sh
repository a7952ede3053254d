#!/bin/sh
# installcheck.sh VERSION DESTDIR BINDIR FILE:PLACE...   (`make installcheck`)
# Tries what `make install` has installed. Prints a line "ok" or "not ok" for each check, and then the
# count; the status is 0 if nothing failed.
# shellcheck disable=SC2317 # `check` calls the functions

set -u
unset LD_PRELOAD NOSIGPIPE_OPTIONS
version=$1 destdir=$2 bin=$2$3
shift 3

passed=0 failed=0
check() { # WHAT COMMAND [ARGUMENT]...
    what=$1
    shift
    if said=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok $what"
    else
        failed=$((failed + 1))
        echo "not ok $what"
        printf '%s\n' "$said" | sed 's/^/#   /; 20q'
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

# Whether each file is there, is executable if it was, and has no @WORD@ left.
whole() { # FILE:PLACE...
    result=0
    for pair; do
        place=$destdir${pair#*:}
        if [ ! -r "$place" ] || [ ! -s "$place" ]; then
            echo "missing, empty or not readable: $place"
        elif [ -x "${pair%%:*}" ] && [ ! -x "$place" ]; then
            echo "not executable: $place"
        elif grep -q -E '@(BINDIR|LIBDIR|VERSION|OPTIONS|TEXTS|ABI)@' "$place"; then
            echo "a @WORD@ of the source is left in: $place"
        else
            continue
        fi
        result=1
    done
    return "$result"
}

# Reads the places that fit a pattern with a command, if that is installed.
# shellcheck disable=SC2086,SC2254 # a command of several words, and a pattern
read_by() { # PATTERN COMMAND FILE:PLACE...
    pattern=$1 command=$2 result=0
    shift 2
    command -v "${command%% *}" >/dev/null || return 0
    for pair; do
        case ${pair#*:} in
        $pattern) $command "$destdir${pair#*:}" || result=1 ;;
        esac
    done
    return "$result"
}

say_version() { # FILE:PLACE...
    for pair; do
        place=$destdir${pair#*:}
        case $place in
        "$bin"/*)
            [ "$("$place" --version)" = "${place##*/} $version" ] || {
                echo "not of version $version: $place"
                return 1
            }
            ;;
        esac
    done
}

# The library prints its version to who executes it.
library_says_version() { # FILE:PLACE...
    for pair; do
        case ${pair#*:} in
        */libnosigpipe.so)
            said=$("$destdir${pair#*:}") && case $said in "libnosigpipe.so $version: "*) continue ;; esac
            echo "not of version $version: $destdir${pair#*:}"
            return 1
            ;;
        esac
    done
}

# Children inherit an ignored SIGPIPE. GNU env(1) sets the default action again.
default='env'
! env --default-signal=PIPE true 2>/dev/null || default='env --default-signal=PIPE'

# A client that writes until nobody reads any more, and then, if it lives, says so.
client() { # [COMMAND [ARGUMENT]...]: that starts it
    { $default "$@" sh -c 'while echo text; do :; done 2>/dev/null; echo lived >&3' | true; } 3>&1
}

outlives() { # COMMAND [ARGUMENT]...
    answer=$(client "$@")
    [ "$answer" = lived ] || { echo "it did not say that it lives: $answer" && return 1; }
    [ -z "$(client)" ] || { echo 'SIGPIPE is ignored here, so this check proves nothing' && return 1; }
}

# sh runs until the audit has read it.
sees_guarded() {
    # shellcheck disable=SC2016 # the inner shell's
    "$bin/nosigpipe" sh -c '"$1" $$; exit $?' - "$bin/nosigpipe-audit" | grep ' guarded '
}

check 'every file is there and complete' whole "$@"
check 'mandoc reads the manual pages' read_by '*/man[1-9]/*' 'mandoc -T lint -W error' "$@"
check 'bash reads its completions' read_by '*/bash-completion/*' 'bash -n' "$@"
check 'zsh reads its completions' read_by '*/_nosigpipe' 'zsh -n' "$@"
check 'fish reads its completions' read_by '*.fish' 'fish -n' "$@"
# With CROSS only the library may be installed.
case " $*" in
*:"${bin#"$destdir"}/nosigpipe "*) ;;
*) finish ;;
esac
check 'the commands are of this version' say_version "$@"
check 'the library is of this version' library_says_version "$@"
# Below DESTDIR no file is at its final place.
if [ -n "$destdir" ]; then
    said=$("$bin/nosigpipe" --print-env 2>&1 >/dev/null)
    case $said in
    *'is neither in'* | *'white space'*)
        echo "not run: the other checks, which need the library at its final place ($said)"
        finish
        ;;
    esac
fi
check 'a program would be protected: nosigpipe --check' "$bin/nosigpipe" --strict --check sh
check 'a client outlives its reader under nosigpipe' outlives "$bin/nosigpipe" --strict
check 'a client outlives its reader under nosigpipe-entrypoint' outlives \
    env NOSIGPIPE_OPTIONS=stdio=epipe,log=off "$bin/nosigpipe-entrypoint"
check 'nosigpipe-audit sees a process that is guarded' sees_guarded
finish
