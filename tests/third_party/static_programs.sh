#!/bin/sh
# static_programs.sh PROGRAM [TEST]...: the tests of a static bash, ash or python by the program's own project. Where
# LD_PRELOAD is set, as compare.sh does for one of its two sides, the launcher starts the program, each time that a
# test starts it; elsewhere it starts bare. `python-embedded` is the python that nosigpipe-embed makes, and needs no
# launcher. Tests of bash are those of bash.sh, of python those of cpython.sh; tests of ash are named FOLDER/TEST.
# Without a TEST, all of them run, of python those below; with --but, all but these.
# Prints a line 'PASS: TEST' or 'FAIL: TEST' for each. LAUNCHER names another launcher.
#
# static_programs.sh compare PROGRAM [TEST]...: runs both sides, and compares.
# static_programs.sh make-python FOLDER: only builds the static python, as FOLDER/bin/static.

set -u
here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 125
build=$here/../../build
cache=${NOSIGPIPE_SUITES:-$build/suites}

fail() { # MESSAGE
    printf 'static_programs.sh: %s\n' "$1" >&2
    exit 125
}

# Unpacks a package once, without installing it: a static busybox cannot be beside the other one.
unpacked() { # PACKAGE: prints the folder
    mkdir -p "$cache" || exit 125
    folder=$cache/$1
    if [ ! -d "$folder" ]; then
        new=$(mktemp -d "$cache/unpack.XXXXXX") || exit 125
        (cd "$new" && apt-get -qq download "$1" && dpkg-deb -x ./*.deb unpacked) >&2 ||
            fail "cannot fetch the package '$1'"
        # Another process may have made the folder meanwhile.
        mv -T "$new/unpacked" "$folder" 2>/dev/null || [ -d "$folder" ] || exit 125
        rm -rf "$new"
    fi
    echo "$folder"
}

# Writes a program that starts another as this side does.
wrap() { # FILE PROGRAM ARGUMENT [GUARDED]: what starts it with the guard
    cat >"$1" <<WRAPPER
#!/bin/sh
[ -z "\${LD_PRELOAD-}" ] || exec ${4-"'${LAUNCHER:-$build/nosigpipe}' '$2'"} $3 "\$@"
exec '$2' $3 "\$@"
WRAPPER
    chmod 755 "$1"
}

run_ash() { # [TEST]...
    busybox=$(unpacked busybox-static)/bin/busybox || exit 125
    source=$("$here/fetch.sh" busybox)/shell/ash_test || exit 125
    work=$(mktemp -d "${TMPDIR:-/tmp}/ash.XXXXXX") || exit 125
    cp -R "$source/." "$work" && cd "$work" || exit 125
    for helper in printenv recho zecho; do
        "${CC:-cc}" -w -o "$helper" "$helper.c" || exit 125
    done
    wrap "$work/ash" "$busybox" ash
    export THIS_SH="$work/ash" PATH="$work:$PATH"
    but=
    # Those of ash-z_slow take a minute each.
    if [ "${1---but}" = --but ]; then
        but=" $* "
        set -- ash-[!z]*/*.tests
    fi
    status=0
    for test in "$@"; do
        test=${test%.tests}.tests
        name=${test##*/}
        case $but in *" ${test%.tests} "*) continue ;; esac
        (cd "${test%/*}" && timeout -k 5 60 "$THIS_SH" "./$name" </dev/null >"$work/output" 2>&1)
        if cmp -s "$work/output" "${test%.tests}.right"; then
            echo "PASS: ${test%.tests}"
        else
            diff "$work/output" "${test%.tests}.right" | sed 's/^/| /'
            echo "FAIL: ${test%.tests}" && status=1
        fi
    done
    cd / && rm -rf "$work"
    return "$status"
}

run_bash() { # [TEST]...
    program=$(unpacked bash-static)/bin/bash-static || exit 125
    wrapper=$(mktemp -d "${TMPDIR:-/tmp}/bash-static.XXXXXX") || exit 125
    wrap "$wrapper/bash" "$program" ''
    BASH_TESTED=$wrapper/bash "$here/bash.sh" "$@"
    status=$?
    rm -rf "$wrapper"
    return "$status"
}

# CPython's tests that concern signals, pipes, sockets and processes. Those of multiprocessing need modules that the
# distribution has as shared objects only, which a static program cannot load.
PYTHON='test_signal test_subprocess test_socket test_selectors test_threading test_os test_posix test_fork1 test_popen
        test_httplib test_httpservers test_ftplib test_smtplib'
for module in streams subprocess unix_events selector_events sendfile sock_lowlevel server runners; do
    PYTHON="$PYTHON test_asyncio.test_$module"
done

# Builds a static python in a tree of its own, whose library is that of the distribution without the shared objects.
make_python() { # FOLDER
    packaged=$(/usr/bin/python3 -c 'import sysconfig
print(sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBPL"), sysconfig.get_path("include"))') || exit 125
    # shellcheck disable=SC2086 # three paths of the distribution
    set -- "$1" $packaged
    library=$1/lib/${2##*/}
    mkdir -p "$1/bin" "$library" && ln -s "$2"/* "$library" && rm "$library/lib-dynload" &&
        mkdir "$library/lib-dynload" || exit 125
    "${CC:-cc}" -static -w -DEXECUTABLE="\"$1/bin/python\"" -I"$4" -o "$1/bin/static" "$here/static_python.c" \
        "$3"/libpython3.*[0-9].a -lexpat -lz -lm 2>"$1/log" || fail "cannot build it: $(cat "$1/log")"
}

run_python() { # GUARDED [MODULE]...
    work=$(mktemp -d "${TMPDIR:-/tmp}/python.XXXXXX") || exit 125
    make_python "$work"
    case $1 in
    launched) wrap "$work/bin/python" "$work/bin/static" '' ;;
    embedded)
        "$build/nosigpipe-embed" "$work/bin/static" "$work/bin/embedded" >"$work/log" || exit 125
        wrap "$work/bin/python" "$work/bin/static" '' "'$work/bin/embedded'"
        ;;
    esac
    shift
    # shellcheck disable=SC2086 # a list of names
    [ $# -gt 0 ] || set -- $PYTHON
    # They mostly sleep: more run at a time than there are processors. One of them executes an open file, which must
    # not be a script.
    PYTHON=$work/bin/python "$here/cpython.sh" -j4 -i test_fexecve "$@"
    status=$?
    rm -rf "$work"
    return "$status"
}

# Tests in which a broken pipe on descriptor 1 has to end what writes: the shell's own yes, which is a fork of it,
# and its echo, which would complain. stdio=default is for that.
STDIO_ash='ash-heredoc/heredoc_huge ash-psubst/tick_huge ash-read/read_t'
STDIO_bash='histexpand lastpipe'

compare() { # OPTIONS PROGRAM [TEST]...
    options=$1
    shift
    "$here/compare.sh" -o "$options" -r "${RETRIES:-2}" \
        -f 's/^PASS: \(.*\)/\1: pass/p; s/^FAIL: \(.*\)/\1: fail/p; s/^ERROR: \(.*\)/\1: error/p
            s/^SKIP: \(.*\)/\1: skip/p' -- "$here/static_programs.sh" "$@"
}

compare_all() { # PROGRAM
    case $1 in
    ash) stdio=$STDIO_ash ;;
    bash) stdio=$STDIO_bash ;;
    *)
        compare mode=catch "$1"
        return
        ;;
    esac
    # shellcheck disable=SC2086 # lists of names
    {
        compare mode=catch "$1" --but $stdio
        status=$?
        compare stdio=default "$1" $stdio || return
    }
    return "$status"
}

comparing=
if [ "${1-}" = compare ]; then
    comparing=1
    shift
fi
case ${1-} in
ash | bash) runs=run_$1 ;;
python) runs='run_python launched' ;;
python-embedded) runs='run_python embedded' ;;
make-python) runs=make_python ;;
*) fail "the programs are 'bash', 'ash', 'python' and 'python-embedded', not '${1-}'" ;;
esac
if [ -n "$comparing" ] && [ $# -gt 1 ]; then
    compare mode=catch "$@"
elif [ -n "$comparing" ]; then
    compare_all "$1"
else
    shift
    $runs "$@"
fi
