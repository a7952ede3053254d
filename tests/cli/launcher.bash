# For the tests of the launcher, which run it in each of the shells that may be /bin/sh of a system.

load ../lib/common
bats_require_minimum_version 1.5.0 # run -STATUS, run --separate-stderr

SHELLS=(dash 'busybox sh' bash)

# Runs a function once for each shell, with the shell's words in the array `shell`. The last line
# that a failed test shows of these names the shell that failed.
in_each_shell() { # FUNCTION
    local name
    for name in "${SHELLS[@]}"; do
        echo "in $name:"
        read -r -a shell <<<"$name"
        "$@"
    done
}

# Runs the launcher, or the copy of it that `launcher` names, in the current shell.
launch() { # [ARGUMENT]...
    run bare "${shell[@]}" "${launcher:-$LAUNCHER}" "$@"
}

# Makes a folder with the launcher and the library as `make install` installs them.
install_into() { # FOLDER
    mkdir -p "$1/bin" "$1/lib"
    cp "$LAUNCHER" "$1/bin"
    cp "$SHIM" "$1/lib"
}

# Prints each copy of the library that is mapped into the process, which is what the loader really did.
LOADED=(sh -c 'sed -n "s,^[^/]*\(/.*libnosigpipe\.so\)\$,\1,p" /proc/self/maps | sort -u')

# A command that makes a file when it is started, so that without the file nothing was started.
setup() {
    launcher_setup
}
launcher_setup() {
    mkdir "$BATS_TEST_TMPDIR/bin"
    TRACE=$BATS_TEST_TMPDIR/started
    printf '#!/bin/sh\necho "$@" >%q\n' "$TRACE" >"$BATS_TEST_TMPDIR/bin/leave-trace"
    chmod +x "$BATS_TEST_TMPDIR/bin/leave-trace"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# Asserts that the launcher, with these arguments, prints this line, exits with this status and starts nothing.
refuses() { # STATUS LINE [ARGUMENT]...
    run -"$1" bare "${shell[@]}" "${launcher:-$LAUNCHER}" "${@:3}"
    assert_output "nosigpipe: $2"
    [ ! -e "$TRACE" ]
}

# Makes a stand-in for nosigpipe-attach, which prints its arguments, and becomes the program for `run`. With
# the variable NO_PTRACE `probe` prints that reason, and fails.
make_attach() { # FOLDER
    { echo "#!$BASH" && cat; } >"$1/nosigpipe-attach" <<'PROGRAM'
case $1 in
probe)
    [ -z "${NO_PTRACE-}" ] && exit
    echo "$NO_PTRACE"
    exit 1
    ;;
run)
    printf 'run as %s:' "$3"
    file=$2
    shift 3
    printf ' <%s>' "$file" "$@"
    echo " ${NOSIGPIPE_OPTIONS-no options}"
    exec "$file" "$@"
    ;;
*) printf '<%s>' "$@" && echo ;;
esac
PROGRAM
    chmod +x "$1/nosigpipe-attach"
}
