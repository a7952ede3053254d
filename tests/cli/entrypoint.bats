# bats file_tags=entrypoint
# nosigpipe-entrypoint by itself: what its command gets, and what it refuses. tests/containers tests it in
# containers.

# shellcheck disable=SC2154,SC2034 # bats sets `stderr`; launcher.bash reads LAUNCHER
load launcher
load ../lib/static
LAUNCHER=$BUILD/nosigpipe-entrypoint

# The line names who speaks; nothing is started.
refuses() { # LINE [ARGUMENT]...
    run -125 bare "${entrypoint:-$LAUNCHER}" "${@:2}"
    assert_output "nosigpipe-entrypoint: $1"
    [ ! -e "$TRACE" ]
}

variables() { # [NAME=VALUE]...: as the command gets them
    run env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$@" "$LAUNCHER" sh -c \
        'echo "$NOSIGPIPE_OPTIONS $LD_PRELOAD"'
}

# Without the two variables of nosigpipe's.
others() {
    grep -z -a -v -E '^(LD_PRELOAD|NOSIGPIPE_OPTIONS)=' "$@"
}

@test "it is a static program of a few KiB without relocations" {
    assert_small_static "$LAUNCHER"
}

@test "the command gets the preload, and options for containers" {
    variables
    assert_output "stdio=default,log=stderr $SHIM"
    variables NOSIGPIPE_OPTIONS=
    assert_output "stdio=default,log=stderr $SHIM"
}

@test "the options of the user come last, and off stays off" {
    variables NOSIGPIPE_OPTIONS=mode=mask
    assert_output "stdio=default,log=stderr,mode=mask $SHIM"
    variables NOSIGPIPE_OPTIONS=off
    assert_output "off $SHIM"
}

# Shows the options that the library reads: whether yes(1) dies quietly, and whether there is a record.
@test "a key that the user has set wins over the entrypoint's" {
    local pipeline='yes | true; echo "${PIPESTATUS[0]}"'
    run bare "$LAUNCHER" bash -c "$pipeline"
    assert_line "$SIGPIPE_STATUS"
    assert_line --partial action=stdio
    refute_output --partial 'Broken pipe'
    run bare NOSIGPIPE_OPTIONS=stdio=epipe "$LAUNCHER" bash -c "$pipeline"
    assert_line 1
    assert_line --partial action=epipe
    assert_line --partial 'Broken pipe'
    run bare NOSIGPIPE_OPTIONS=log=off "$LAUNCHER" bash -c "$pipeline"
    assert_output "$SIGPIPE_STATUS"
}

@test "other objects in LD_PRELOAD stay first, and the library is in it once" {
    variables LD_PRELOAD="$PROGRAMS/preload_counter.so"
    assert_output "stdio=default,log=stderr $PROGRAMS/preload_counter.so:$SHIM"
    variables LD_PRELOAD=
    assert_output "stdio=default,log=stderr $SHIM"
    local there
    for there in "$SHIM" "$PROGRAMS/preload_counter.so $SHIM" "$SHIM:$PROGRAMS/preload_counter.so"; do
        variables LD_PRELOAD="$there"
        assert_output "stdio=default,log=stderr $there"
    done
    # An object whose path begins or ends like that of the library is another one.
    for there in "${SHIM}x" "/x$SHIM"; do
        run bash -c 'env LD_PRELOAD="$1" "$2" "$3" | tr "\0" "\n"' - "$there" "$LAUNCHER" "$(static_shown)"
        assert_line "LD_PRELOAD=$there:$SHIM"
    done
}

# Builds a program that needs no dynamic linker.
static_shown() {
    gcc -std=c11 -D_GNU_SOURCE -static -o "$BATS_TEST_TMPDIR/shown" "$ROOT/tests/fixtures/shown.c"
    echo "$BATS_TEST_TMPDIR/shown"
}

@test "the environment reaches the command byte for byte" {
    local kind expected=$BATS_TEST_TMPDIR/expected seen=$BATS_TEST_TMPDIR/seen
    for kind in odd large many; do
        bare "$PROGRAMS/odd_environment" "$kind" /bin/cat /proc/self/environ >"$expected"
        bare "$PROGRAMS/odd_environment" "$kind" "$LAUNCHER" /bin/cat /proc/self/environ >"$seen"
        [ "$(stat -c %s "$expected")" -gt 100 ]
        cmp <(others "$expected") <(others "$seen")
        run grep -z -a -c -E '^(LD_PRELOAD|NOSIGPIPE_OPTIONS)=' "$seen"
        assert_output 2
    done
    # Variables that exist already stay in their places.
    bare LD_PRELOAD= NOSIGPIPE_OPTIONS=mode=mask "$PROGRAMS/odd_environment" odd "$LAUNCHER" \
        /bin/cat /proc/self/environ >"$seen"
    bare LD_PRELOAD= NOSIGPIPE_OPTIONS=mode=mask "$PROGRAMS/odd_environment" odd \
        /bin/cat /proc/self/environ >"$expected"
    cmp <(sed -z -e "s|^LD_PRELOAD=\$|LD_PRELOAD=$SHIM|" \
        -e 's|^NOSIGPIPE_OPTIONS=|&stdio=default,log=stderr,|' "$expected") "$seen"
}

@test "each of several LD_PRELOADs has the library, whichever the loader uses" {
    # Neither a shell nor env(1) can make such an environment.
    python3 - "$LAUNCHER" "$(static_shown)" >"$BATS_TEST_TMPDIR/seen" <<'PROGRAM'
import ctypes, sys

libc = ctypes.CDLL(None)
strings = lambda *words: (ctypes.c_char_p * (len(words) + 1))(*words, None)
path, shown = (word.encode() for word in sys.argv[1:])
libc.execve(path, strings(path, shown), strings(
    b"LD_PRELOAD=/a.so", b"NOSIGPIPE_OPTIONS=off", b"LD_PRELOAD=/b.so", b"NOSIGPIPE_OPTIONS=log=off"))
PROGRAM
    run tr '\0' '\n' <"$BATS_TEST_TMPDIR/seen"
    assert_output "$BATS_TEST_TMPDIR/shown
LD_PRELOAD=/a.so:$SHIM
NOSIGPIPE_OPTIONS=off
LD_PRELOAD=/b.so:$SHIM
NOSIGPIPE_OPTIONS=stdio=default,log=stderr,log=off"
}

@test "the command takes the entrypoint's process id" {
    run bare sh -c '"$@" & wait; echo $!' - "$LAUNCHER" sh -c 'echo $$'
    assert_success
    assert_equal "${lines[0]}" "${lines[1]}"
}

@test "the command gets its arguments unchanged, and its status is the result" {
    run -7 bare "$LAUNCHER" -- sh -c 'printf "<%s>" "$@"; exit 7' - 'two words' '' '*'
    assert_output '<two words><><*>'
    run -7 bare "$LAUNCHER" sh -c 'printf "<%s>" "$@"; exit 7' - -- --help -x
    assert_output '<--><--help><-x>'
}

@test "after -- everything is the command" {
    ln -s "$(command -v leave-trace)" "$BATS_TEST_TMPDIR/bin/--help"
    run -0 bare "$LAUNCHER" -- --help there
    assert_output ''
    run cat "$TRACE"
    assert_output there
}

@test "without a command: 125" {
    local line='no command given (usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND [ARGUMENT]...)'
    refuses "$line"
    refuses "$line" --
    refuses "$line" ''
    refuses "$line" -- ''
}

@test "an unknown option: 125" {
    refuses "unknown option '-x' ('nosigpipe-entrypoint --help' lists all)" -x leave-trace
    refuses "unknown option '--mode=mask' ('nosigpipe-entrypoint --help' lists all)" --mode=mask
    # No byte of it controls a terminal or ends the line.
    refuses "unknown option '-?a?b?c?é?' ('nosigpipe-entrypoint --help' lists all)" \
        $'-\ea\nb\177c\302\233é\t'
}

@test "--help and --version, and their letters" {
    local version
    version=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    run -0 "$LAUNCHER" --help
    assert_line 'Usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND [ARGUMENT]...'
    run -0 "$LAUNCHER" --version
    assert_output "nosigpipe-entrypoint $version"
    [ "$("$LAUNCHER" -h)" = "$("$LAUNCHER" --help)" ]
    [ "$("$LAUNCHER" -V)" = "$("$LAUNCHER" --version)" ]
}

@test "a standard output that cannot be written: 125 and one line" {
    local option
    for option in --help -h --version -V; do
        run -125 bash -c '"$@" >/dev/full' - "$LAUNCHER" "$option"
        assert_output 'nosigpipe-entrypoint: cannot write to standard output: No space left on device'
        run -125 bash -c '"$@" >&-' - "$LAUNCHER" "$option"
        assert_output 'nosigpipe-entrypoint: cannot write to standard output: Bad file descriptor'
        run ignoring bash -c '{ until ! { echo; } 2>/dev/null; do :; done; "$@"; echo "status $?" >&2; } | :' - \
            "$LAUNCHER" "$option"
        assert_output 'nosigpipe-entrypoint: cannot write to standard output: Broken pipe
status 125'
    done
}

# A folder as the image's: the program in bin/, or a link to it.
@test "the library is found through a link, by a relative path and in the folders for libraries" {
    local folder=$BATS_TEST_TMPDIR/image place
    mkdir -p "$folder/bin"
    cp "$LAUNCHER" "$folder/bin"
    ln -s bin/nosigpipe-entrypoint "$folder/link"
    cd "$folder/bin" || return
    for place in lib "lib/$(gcc -print-multiarch)" lib64 bin; do
        mkdir -p "$folder/$place"
        cp "$SHIM" "$folder/$place"
        for command in "$folder/bin/nosigpipe-entrypoint" "$folder/link" ./nosigpipe-entrypoint; do
            run bare PATH="$folder:$PATH" "$command" "${LOADED[@]}"
            assert_output "$folder/$place/libnosigpipe.so"
        done
        rm "$folder/$place/libnosigpipe.so"
    done
}

@test "a library that does not exist, or whose path the loader cannot take: 125" {
    mkdir "$BATS_TEST_TMPDIR/alone"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/alone"
    entrypoint=$BATS_TEST_TMPDIR/alone/nosigpipe-entrypoint
    refuses "libnosigpipe.so cannot be read beside '$entrypoint', nor in ../lib, ../lib64 and the like from there" \
        leave-trace
    local name shown
    for name in 'two words' 'a:colon' $'a\ttab' $'a\nline'; do
        mkdir "$BATS_TEST_TMPDIR/$name"
        cp "$LAUNCHER" "$SHIM" "$BATS_TEST_TMPDIR/$name"
        entrypoint=$BATS_TEST_TMPDIR/$name/nosigpipe-entrypoint
        shown=${entrypoint%/*}/libnosigpipe.so
        refuses "the loader takes no path with white space or a colon: '${shown//[$'\t\n']/?}'" leave-trace
    done
}

# --- An image without a shell: an empty system with files that need no loader.

make_empty_root() {
    EMPTY=$BATS_TEST_TMPDIR/empty
    mkdir -p "$EMPTY/bin"
    cp "$LAUNCHER" "$SHIM" "$EMPTY/bin"
    cp "$(static_shown)" "$EMPTY/bin/shown"
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(unshare --user --map-root-user)
}

in_empty() { # [NAME=VALUE]... COMMAND...
    bare "${as_root[@]}" "$(command -v chroot)" "$EMPTY" "$@"
}

@test "in a system without a shell, without /proc and without anything else" {
    make_empty_root
    local path
    PATH=/bin:$PATH
    in_empty /bin/shown 'two words' '' >"$BATS_TEST_TMPDIR/expected"
    for path in /bin/nosigpipe-entrypoint bin/nosigpipe-entrypoint nosigpipe-entrypoint; do
        in_empty "$path" -- /bin/shown 'two words' '' >"$BATS_TEST_TMPDIR/seen"
        cmp "$BATS_TEST_TMPDIR/expected" <(others "$BATS_TEST_TMPDIR/seen")
        run grep -z -a LD_PRELOAD= "$BATS_TEST_TMPDIR/seen"
        assert_output LD_PRELOAD=/bin/libnosigpipe.so
    done
    run -127 in_empty /bin/nosigpipe-entrypoint sh
    assert_output "nosigpipe-entrypoint: cannot start 'sh': No such file or directory"
    # Without a shell, a script without "#!" cannot be run.
    printf 'exit 0\n' >"$EMPTY/bin/bare"
    chmod +x "$EMPTY/bin/bare"
    run -126 in_empty /bin/nosigpipe-entrypoint /bin/bare
    assert_output "nosigpipe-entrypoint: cannot start '/bin/bare': Exec format error"
}

@test "a message says where there is no journal or syslog" {
    make_empty_root
    local log place
    while read -r log place; do
        run bare NOSIGPIPE_OPTIONS="log=$log" "${as_root[@]}" "$(command -v chroot)" "$EMPTY" \
            /bin/nosigpipe-entrypoint /bin/shown
        assert_success
        assert_output --partial "nosigpipe-entrypoint: the log cannot be written, '$place': No such file or directory"
    done <<END
journal /run/systemd/journal/socket
syslog /dev/log
END
    # The same with a socket of each kind.
    mkdir -p "$EMPTY/dev" "$EMPTY/run/systemd/journal"
    for kind in DGRAM STREAM; do
        run -0 python3 - "$EMPTY" "$kind" <<'PROGRAM'
import os, socket, subprocess, sys

empty, kind = sys.argv[1:]
os.chdir(empty)
listening = []
for path in ["dev/log"] + (["run/systemd/journal/socket"] if kind == "DGRAM" else []):
    if os.path.exists(path):
        os.unlink(path)
    listening.append(socket.socket(socket.AF_UNIX, getattr(socket, "SOCK_" + kind)))
    listening[-1].bind(path)
    if kind == "STREAM":
        listening[-1].listen()
for log in "syslog", "journal":
    if log == "syslog" or kind == "DGRAM":
        subprocess.run(["unshare", *([] if os.getuid() == 0 else ["--user", "--map-root-user"]), "chroot", empty,
                        "/bin/nosigpipe-entrypoint", "/bin/shown"], check=True, restore_signals=True,
                       stdout=subprocess.DEVNULL, env={"NOSIGPIPE_OPTIONS": "log=" + log, "PATH": os.environ["PATH"]})
PROGRAM
        assert_output ''
    done
}
