# bats file_tags=launcher
# nosigpipe --pid: what it hands to nosigpipe-attach, here a stand-in that prints its arguments, and what it
# refuses.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`, and reads `launcher` and SHELLS
load launcher

setup() {
    launcher_setup
    install_into "$BATS_TEST_TMPDIR"
    make_attach "$BATS_TEST_TMPDIR/lib"
    launcher=$BATS_TEST_TMPDIR/bin/nosigpipe
}

hands_over() { # WORDS [ARGUMENT]...
    launch "${@:2}"
    assert_success
    assert_output "$1"
}

lists() {
    hands_over '<visit><><12>' -p 12
    hands_over '<visit><><12>' -p12
    hands_over '<visit><><12><345><6>' --pid=12,345,6
    hands_over '<visit><><12><345><6>' --pid $' 12, 345\n\t6,\n'
    hands_over '<visit><><12><345><6>' --pid '12 345' --pid=6
    hands_over '<visit><><1>' -p ',1,,'
}
@test "a list of process IDs has commas or white space between them" {
    in_each_shell lists
}

empty_list() {
    local list
    for list in '' ' ' ',' $'\n'; do
        hands_over '' --pid "$list"
        hands_over '' --pid="$list" --status
    done
}
@test "an empty list is no error, and nothing is done" {
    in_each_shell empty_list
}

many() {
    local list
    list=$(seq -s , 1 3000)
    hands_over "<visit><>$(printf '<%s>' {1..3000})" --pid "$list"
}
@test "a list may be long" {
    in_each_shell many
}

bad_lists() {
    local list word accepted='(accepted: numbers, with commas or white space between them)'
    while IFS='|' read -r list word; do
        refuses 125 "'$word' is not a process ID $accepted" --pid "$list"
        refuses 125 "'$word' is not a process ID $accepted" --pid="$list" --status
    done <<'TEXT'
1x|1x
12,-3|-3
1.5|1.5
0|0
1,00|00
12345678901|12345678901
*|*
true|true
TEXT
    refuses 125 "'-x' is not a process ID $accepted" -p-x
    refuses 125 "'?[1m' is not a process ID $accepted" -p $'\e[1m'
    refuses 125 "'-p' needs a list of process IDs" -p
    refuses 125 "'--pid' needs a list of process IDs" --log=off --pid
}
@test "what is no process ID: 125, and the line names it" {
    in_each_shell bad_lists
}

options() {
    cd "$BATS_TEST_TMPDIR" || return
    hands_over "<visit><log=file:$BATS_TEST_TMPDIR/a 'b'.log,format=json,backtrace=3><7>" \
        "--log=file:a 'b'.log" --format json -p 7 --backtrace=3
    hands_over '<visit><action=die,stdio=default,storm=9><7>' -p 7 --action=die --stdio=default --storm=9
    # The variable is for programs that start.
    NOSIGPIPE_OPTIONS=mode=mask,log=syslog run env "${shell[@]}" "$launcher" -p 7 --storm=1
    assert_output '<visit><storm=1><7>'
    NOSIGPIPE_OPTIONS=off run env "${shell[@]}" "$launcher" -p 7
    assert_output '<visit><><7>'
    hands_over '<status><7><8>' -p 7,8 --status
    hands_over '<release><7><8>' --release -p 7,8
}
@test "keys, --status and --release are handed over" {
    in_each_shell options
}

contradictions() {
    local key accepted
    accepted='(accepted: --action --stdio --log --format --backtrace --storm)'
    refuses 125 "'--mode' does not go with '--pid' $accepted" -p 1 --mode=mask
    refuses 125 "'--handlers' does not go with '--pid' $accepted" --handlers=keep -p 1
    refuses 125 "'--children' does not go with '--pid' $accepted" -p 1 --log=off --children=release
    refuses 125 "'--mode' does not go with '--pid' $accepted" -p '' --mode=catch
    refuses 125 "'--events' does not go with '--pid' $accepted" -p 1 --events=all
    refuses 125 "'--log' does not go with '--status'" -p 1 --status --log=syslog
    refuses 125 "'--storm' does not go with '--release'" --storm=1 -p 1 --release
    refuses 125 "'--release' does not go with '--status'" -p 1 --status --release
    refuses 125 "'--status' does not go with '--release'" --release --status
    refuses 125 "'--status' takes no value" -p 1 --status=yes
    refuses 125 "'--release' takes no value" -p 1 --release=yes
    refuses 125 "'--status' needs '--pid'" --status
    refuses 125 "'--release' needs '--pid'" --release leave-trace
    refuses 125 "'--pid' takes no command: 'leave-trace'" -p 1 leave-trace
    refuses 125 "'--pid' takes no command: 'leave-trace'" -p 1 -- leave-trace
    refuses 125 "'--check' does not go with '--pid'" --check -p 1
    refuses 125 "'--print-env' does not go with '--pid'" -p 1 --print-env
    refuses 125 "'--quiet' does not go with '--pid'" -p 1 --quiet
    refuses 125 "'--strict' does not go with '--pid'" --strict -p 1
    refuses 125 "bad value 'x' for '--storm' (accepted: 0 to 1000000)" -p 1 --storm=x
}
@test "what does not go together: 125, and the line names both" {
    in_each_shell contradictions
}

missing() {
    refuses 125 "'$BATS_TEST_TMPDIR/lib/nosigpipe-attach' is missing: install it beside the library" -p 1
}
other_cpu() {
    refuses 125 "'--pid' is for 64-bit x86-64 and 32-bit i386 alone, and this is 64-bit AArch64" -p 1 --status
}
@test "without nosigpipe-attach, and on other CPUs: 125" {
    mv "$BATS_TEST_TMPDIR/lib/nosigpipe-attach" attach
    in_each_shell missing
    sed -i "s/built_abi='[0-9,]*'/built_abi='2,1,183'/" "$launcher"
    in_each_shell other_cpu
    # There it starts static programs alone.
    mv attach "$BATS_TEST_TMPDIR/lib/nosigpipe-attach"
    in_each_shell other_cpu
}

several_abis() {
    hands_over "<--also=$BATS_TEST_TMPDIR/lib32/nosigpipe-attach><visit><><1>" -p 1
    hands_over "<--also=$BATS_TEST_TMPDIR/lib32/nosigpipe-attach><status><1>" -p 1 --status
}
@test "nosigpipe-attach of each other ABI is handed over, too" {
    mkdir "$BATS_TEST_TMPDIR/lib32"
    echo | i686-linux-gnu-gcc -shared -nostdlib -x c -o "$BATS_TEST_TMPDIR/lib32/libnosigpipe.so" -
    in_each_shell hands_over '<visit><><1>' -p 1
    make_attach "$BATS_TEST_TMPDIR/lib32"
    in_each_shell several_abis
}

its_status() {
    launch -p 1
    assert_failure 7
    assert_output 'a refusal'
}
@test "the exit status is that of nosigpipe-attach, which takes the launcher's place" {
    printf '#!/bin/sh\necho a refusal\nexit 7\n' >"$BATS_TEST_TMPDIR/lib/nosigpipe-attach"
    in_each_shell its_status
    printf '#!/bin/sh\necho $$\n' >"$BATS_TEST_TMPDIR/lib/nosigpipe-attach"
    run bash -c 'echo $$; exec dash "$@"' - "$launcher" -p 1
    assert_equal "${lines[0]}" "${lines[1]}"
}
