# What the tests of the launcher share: it is run by each of the shells that may be a system's
# /bin/sh.

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

# Runs the launcher, or a copy of it that `launcher` names, in the shell of the moment.
launch() { # [ARGUMENT]...
    run bare "${shell[@]}" "${launcher:-$LAUNCHER}" "$@"
}

# A folder with the launcher and the object as `make install` would put them.
install_into() { # FOLDER
    mkdir -p "$1/bin" "$1/lib"
    cp "$LAUNCHER" "$1/bin"
    cp "$SHIM" "$1/lib"
}

# Prints each nosigpipe object that is mapped into the process: what the loader really did.
LOADED=(sh -c 'sed -n "s,^[^/]*\(/.*libnosigpipe\.so\)\$,\1,p" /proc/self/maps | sort -u')

# A command that leaves a file behind when it is started: no file, nothing started.
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

# The launcher, given these arguments, stops with this status and this line and starts nothing.
refuses() { # STATUS LINE [ARGUMENT]...
    run -"$1" bare "${shell[@]}" "${launcher:-$LAUNCHER}" "${@:3}"
    assert_output "nosigpipe: $2"
    [ ! -e "$TRACE" ]
}
