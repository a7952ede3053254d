# bats file_tags=readme
# README.md: each of its examples is taken from there, run, and compared with what the page shows.

# shellcheck disable=SC2154 # `run` sets output and status
load ../lib/tree
load ../cli/audit

# The example whose first line begins so, which must be one.
block() { # BEGINNING
    awk -v beginning="$1" '
        !inside && /^```[a-z]+$/ { inside = first = 1; next }
        inside && $0 == "```" { inside = shown = 0; next }
        first { first = 0; if (index($0, beginning) == 1) { shown = 1; count++ } }
        shown
        END { exit count != 1 }' "$ROOT/README.md" || fail "no example, or several, of '$1'"
}

@test "README: each example has a test" {
    local first found=0
    while IFS= read -r first; do
        found=$((found + 1))
        sed -n "s/.*block '\([^']*\)'.*/\1/p" "$BATS_TEST_FILENAME" | sort -u |
            awk -v first="$first" 'index(first, $0) == 1 { count++ } END { exit count != 1 }' ||
            fail "no test has block '$first'"
    done < <(awk '!inside && /^```[a-z]+$/ { inside = 1; getline; print; next } $0 == "```" { inside = 0 }' "$ROOT/README.md")
    [ "$found" -ge 9 ]
    # A block without a language would not be one of these.
    run grep -c '^```' "$ROOT/README.md"
    assert_output $((2 * found))
}

# Commands of this project as they are found when installed, and nothing preloaded.
as_user() { # COMMAND...
    env -i --default-signal=PIPE PATH="$BATS_TEST_TMPDIR/bin:/usr/local/bin:$BUILD:$PROGRAMS:/usr/sbin:/usr/bin:/sbin:/bin" \
        HOME="$BATS_TEST_TMPDIR" LC_ALL=C.UTF-8 "$@"
}

# The same as root of a system whose /usr and /etc can be changed, of which nothing stays. Needs mounts.
as_administrator() { # COMMAND...
    mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/layer"
    printf '#!/bin/sh\nexec "$@"\n' >"$BATS_TEST_TMPDIR/bin/sudo"
    chmod +x "$BATS_TEST_TMPDIR/bin/sudo"
    # shellcheck disable=SC2016 # for the inner shell
    as_user "$OWN_MOUNTS" sh -ec '
        mount -t tmpfs tmpfs "$1"
        for folder in usr etc; do
            mkdir -p "$1/$folder/changes" "$1/$folder/work"
            mount -t overlay -o "lowerdir=/$folder,upperdir=$1/$folder/changes,workdir=$1/$folder/work" overlay "/$folder"
        done
        # A machine of developers may start 32-bit programs, for which this library is none.
        rm -f /etc/ld.so.preload /lib*/ld-linux.so.2
        shift
        exec "$@"' sh "$BATS_TEST_TMPDIR/layer" "$@"
}

# A copy of the source tree with what was built of it.
built_tree() {
    copy_tree "$BATS_TEST_TMPDIR/tree"
    mkdir "$TREE/build"
    cp -R "$BUILD/." "$TREE/build"
    cd "$TREE" || return
}

# A program that tells its arguments and what a broken write returns to it.
make_server() { # FILE [FLAG]...
    cc -o "$1" "${@:2}" -x c - <<'END'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int ends[2];
    if (pipe(ends) != 0 || close(ends[0]) != 0)
        return 1;
    for (int i = 1; i < argc; i++)
        printf("%s ", argv[i]);
    fflush(stdout);
    puts(write(ends[1], "x", 1) < 0 ? strerror(errno) : "written");
    return 0;
}
END
}

# Types each command of an example, read from standard input, and prints what a terminal would show.
# shellcheck disable=SC2016 # for the inner shell
TYPED='while IFS= read -r line; do
    case $line in "$ "*) echo "$line"; bash -c "${line#??}" </dev/null 2>&1 ;; esac
done'

@test "README: the program ends by SIGPIPE, and goes on under nosigpipe" {
    local example
    example=$(block '$ bash -c ')
    run as_user bash -c "$TYPED" <<<"$example"
    assert_output "$example"
    assert_line "status $SIGPIPE_STATUS"
}

@test "README: what is installed protects the first command" {
    needs mounts
    built_tree
    make_server "$BATS_TEST_TMPDIR/my-server"
    block 'make  ' >commands
    # shellcheck disable=SC2016 # for the inner shell
    run as_administrator bash -ec '
        cp "$1" /usr/bin
        . ./commands
        [ "$(command -v nosigpipe)" = /usr/local/bin/nosigpipe ]' bash "$BATS_TEST_TMPDIR/my-server"
    assert_success
    assert_line '--port 8080 Broken pipe'
    [ ! -e /usr/bin/my-server ]
}

# newcomer.sh types the commands in systems that have nothing else.
@test "README: what is to be tried is in the Makefile" {
    local command
    run sed 's/ *#.*//' <(block 'make demo')
    assert_line --index 0 'make demo'
    assert_line --index 1 'make check'
    for command in "${lines[@]}"; do
        build -n -C "$ROOT" "${command#make }" >/dev/null
    done
}

@test "README: --check says what the page shows" {
    needs mounts
    local example
    example=$(block '$ nosigpipe --check my-server')
    built_tree
    make_server "$BATS_TEST_TMPDIR/my-server"
    make_server static-server -static
    # shellcheck disable=SC2016 # for the inner shell
    run as_administrator bash -ec '
        make -s install >/dev/null
        cp "$1" /usr/local/bin
        eval "$2"' bash "$BATS_TEST_TMPDIR/my-server" "$TYPED" <<<"$example"
    assert_output "$example"
}

# systemd itself reads the example's file, and has a service under it, in tests/systems.
@test "README: the settings for systemd are the example's" {
    run block '[Service]'
    assert_output "$(grep -v -e '^#' -e '^$' "$ROOT/scripts/examples/systemd.conf")"
}

@test "README: every program of a host is protected between enable and disable" {
    needs mounts
    built_tree
    make_server my-server
    block 'sudo make install PREFIX=/usr' |
        sed 's|^sudo nosigpipe-host enable.*|&; echo "enabled:"; "$SERVER"; "$SERVER" >\&2|
             s|^sudo nosigpipe-host disable.*|&\n"$SERVER" \|\| echo "disabled: $?"|' >commands
    run grep -c SERVER commands
    assert_output 2
    # shellcheck disable=SC2016 # for the inner shell
    run as_administrator env SERVER="$PWD/my-server" PATH="/usr/bin:/bin:$BATS_TEST_TMPDIR/bin" bash -ec '
        "$SERVER" || echo "before: $?"
        . ./commands'
    assert_success
    assert_line "before: $SIGPIPE_STATUS"
    assert_equal "$(grep -c -x 'Broken pipe' <<<"$output")" 2
    assert_line "disabled: $SIGPIPE_STATUS"
    assert_line 'except: postgres:/opt/*'
    refute_output --partial 'ERROR: ld.so'
    [ ! -e /usr/lib/libnosigpipe.so ]
}

# Images are made of the example's file, and run, in tests/containers.
@test "README: the lines for a container are the example's" {
    run grep -v -x -F -f <(sed 's/^# *//' "$ROOT/scripts/examples/Dockerfile") <(block 'COPY libnosigpipe.so')
    assert_output ''
    assert_equal "$(block 'COPY libnosigpipe.so')" \
        "$(sed -n '/AS service$/,/^$/ { /^FROM/d; s/^COPY --from=files \/ /COPY libnosigpipe.so nosigpipe-entrypoint /; /./p }' \
            "$ROOT/scripts/examples/Dockerfile")"
}

@test "README: the files that it names are among the examples" {
    local file
    # shellcheck disable=SC2016 # no command
    run grep -o -E '`[a-z.-]+\.(conf|sh|yaml)`' "$ROOT/README.md"
    assert_success
    for file in $(tr -d '`' <<<"$output" | sort -u); do
        find "$ROOT/scripts/examples" -name "$file" -type f | grep -q .
    done
}

@test "README: the audit's header and summary are printed so" {
    local pid example
    example=$(block '$ nosigpipe-audit' | sed 1d)
    fabricate_tree
    for pid in 901 902 903 904 910; do fabricate_process "$pid"; done
    ln -s 'socket:[77]' "$TREE/910/fd/3"
    fabricate_process 905 $'SigIgn:\t0000000000001000'
    fabricate_process 906 $'SigCgt:\t0000000000001000'
    echo '1-2 r-xp 0 0 0 /lib/libnosigpipe.so' >"$TREE/906/maps"
    audit_tree
    assert_equal "$(sed -e 1d -e '/ processes: /,$d' <<<"$example" | cut -d ' ' -f 1)" 910
    assert_equal "$(sed -n '1p; $p' <<<"$output" | tr -s ' ')" \
        "$(sed -n '1p; / processes: /p' <<<"$example" | tr -s ' ')"
}

# The demo's server. Sets server and port.
start_server() {
    local line
    mkfifo "$BATS_TEST_TMPDIR/served"
    "$PROGRAMS/demo_server" >"$BATS_TEST_TMPDIR/served" 3>&- &
    server=$!
    started+=("$server")
    exec 7<"$BATS_TEST_TMPDIR/served"
    read -r -u 7 line
    port=${line##* }
}

# A bare client of it. Sets client, too.
start_demo() {
    start_server
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$PROGRAMS/demo_client" "$port" 20 >"$BATS_TEST_TMPDIR/output" 3>&- 7<&- &
    client=$!
    started+=("$client")
    until grep -q '^Hello' "$BATS_TEST_TMPDIR/output"; do sleep 0.02; done
}

@test "README: a process is protected while it runs" {
    local example server client port size
    example=$(block '$ nosigpipe -p ')
    start_demo
    memory() { awk '/^VmSize:/ { print $2 }' "/proc/$client/status"; }
    size=$(memory)
    run as_user bash -c "$TYPED" <<<"$(sed "s/\<910\>/$client/" <<<"$example" | sed -n 1p)"
    assert_output "$(sed "s/\<910\>/$client/" <<<"$example" | head -n 2)"
    size=$(($(memory) - size))
    [ "$size" -gt 0 ]
    [ "$size" -le "$(sed -n 's/.*which put at most \([0-9]*\) KiB there.*/\1/p' "$ROOT/README.md")" ]
    kill -KILL "$server"
    until [ "$(grep -c EPIPE "$BATS_TEST_TMPDIR/output")" -ge 3 ]; do
        kill -0 "$client"
        sleep 0.02
    done
    run as_user bash -c "$TYPED" <<<"$(sed "s/\<910\>/$client/" <<<"$example" | sed -n 3p)"
    assert_equal "$(sed "s/, [0-9]* broken/, N broken/" <<<"$output")" \
        "$(sed "s/\<910\>/$client/; s/, [0-9]* broken/, N broken/" <<<"$example" | tail -n 2)"
    [ "$(sed -n 's/.*guarded, \([0-9]*\) broken.*/\1/p' <<<"$output")" -ge 3 ]
    # pages.bats runs the command for a whole host.
    # shellcheck disable=SC2016 # no command
    grep -q -x -F '$ nosigpipe --pid "$(nosigpipe-audit --pids)"' "$ROOT/man/nosigpipe-audit.8"
    # shellcheck disable=SC2016 # no command
    grep -q -F '`nosigpipe --pid "$(nosigpipe-audit --pids)"`' "$ROOT/README.md"
    as_user nosigpipe -p "$client" --release
    wait "$client" || status=$?
    assert_failure "$SIGPIPE_STATUS"
}

@test "README: the audit ends with the command that protects what it found" {
    local server client port
    start_demo
    run as_user nosigpipe-audit "$client"
    assert_failure 1
    assert_equal "${lines[-1]}" "$(block '$ nosigpipe-audit' | sed -n "\$s/910/$client/p")"
    run as_user sh -c "${lines[-1]#*: } --log=syslog"
    assert_output "$client demo_client: guarded"
    run as_user nosigpipe-audit "$client"
    assert_success
}

@test "README: the copy that nosigpipe-embed writes starts under the guard" {
    cd "$BATS_TEST_TMPDIR"
    make_server static-server -static
    run bare ./static-server
    assert_failure "$SIGPIPE_STATUS"
    as_user nosigpipe-embed --interpreter="$BUILD/ld-nosigpipe.so" static-server server
    run bare ./server
    assert_success
    assert_output 'Broken pipe'
}

# Numbers, but for those of a call's answer, and the time.
without_numbers() {
    sed -E 's/time=[^ ]+/time=T/; s/0x[0-9a-f]+/N/g; s/(pid|tid|local|peer|inode)=[0-9.:]+/\1=N/g'
}

@test "README: a broken write is recorded with its peer and the line that wrote" {
    local example command port server frame line number peer
    example=$(block '$ nosigpipe --log=stderr' | sed 1d | paste -s -d ' ')
    start_server
    command=$(block '$ nosigpipe --log=stderr' | sed -n "1s/^\$ \(.*demo_client\) [0-9]*/exec \1 $port/p")
    as_user sh -c "$command" >"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/record" 3>&- 7<&- &
    started+=("$!")
    until grep -q '^Hello' "$BATS_TEST_TMPDIR/output"; do sleep 0.02; done
    kill -KILL "$server"
    until grep -q '^time=' "$BATS_TEST_TMPDIR/record"; do sleep 0.02; done
    run head -n 1 "$BATS_TEST_TMPDIR/record"
    assert_equal "$(without_numbers <<<"${output% backtrace=*}")" "$(without_numbers <<<"${example% backtrace=*}")"
    assert_output --partial " peer=127.0.0.1:$port "
    # libc's own frames are not the same in each version of it.
    frame=$(grep -o 'demo_client+0x[0-9a-f]*' <<<"${output#* backtrace=}")
    one_less() { printf '0x%x' $(($1 - 1)); }
    run addr2line -i -e "$PROGRAMS/demo_client" "$(one_less "${frame#*+}")"
    # Inlined functions have a line each.
    for line in "${lines[@]}"; do
        number=${line##*:}
        sed -n "${number%% *}p" "${line%:*}"
    done >"$BATS_TEST_TMPDIR/lines"
    grep -q 'send(fd, ' "$BATS_TEST_TMPDIR/lines"
    frame=$(grep -o 'demo_client+0x[0-9a-f]*' <<<"${example#* backtrace=}")
    # shellcheck disable=SC2016 # no command
    grep -q -F '`addr2line -i -e demo_client '"$(one_less "${frame#*+}")"'`' "$ROOT/README.md"
    peer=$(grep -o 'peer=[0-9.:]*' <<<"$example")
    grep -q -F "The peer at ${peer#*=} " "$ROOT/README.md"
}

@test "README: what a call costs is what was counted" {
    run python3 -B -c '
import json, sys
with open(sys.argv[1]) as file:
    counted = json.load(file)["exact"]
numbers, masked = (counted["instructions"][mode].values() for mode in ("catch", "mask"))
print(f"takes {min(numbers)} to {max(numbers)} instructions more", end="")
print(f" (`mode=mask`: {max(masked)})", end="")
assert not any(counted["system_calls"].values())' "$ROOT/tests/bench/figures.json"
    assert_success
    grep -q -F "$output, and no further system call." "$ROOT/README.md"
}

# The newest kernel that Debian serves is another from time to time.
@test "README: the kernels of each CPU are those of make check-kernels" {
    local triplet versions found=0
    while read -r triplet versions; do
        found=$((found + 1))
        run awk -F ' *[|] *' -v triplet="$triplet" '
            triplet == "x86_64-linux-gnu" ? $2 == "x86-64" : $3 == "`" triplet "`" { print $4 }' "$ROOT/README.md"
        assert_regex "$output" "^$versions\$"
    done < <(sed -n 's/.*{ serves \([^ ]*\) [^ ]* \(image\|binary\)-\([0-9.]*\)\(;\| ;\).*/\1 \3/p' "$ROOT/tests/kernels/kernels.bats" |
        sort -k1,1 -k2,2V | awk '
            $2 { list[$1] = list[$1] (list[$1] ? ", " : "") substr($2, 1, length($2) - 1) }
            !$2 { newest[$1] = ", [0-9.]+" }
            END { for (triplet in list) print triplet, list[triplet] newest[triplet] }')
    assert_equal "$found" "$(grep -c '^[a-z]' "$ROOT/tests/kernels/cpus")"
}
