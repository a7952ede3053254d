#!/usr/bin/env bats
# C5: a program that a protected program starts has the disposition, mask, pending signals and environment
# that it would have had without the shim. The oracle is the same run with an empty object
# preloaded in the shim's place.

load ../lib/common

SETTINGS="untouched default ignored handled one-shot restored blocked unblocked
          pending pending-process pending-write"

setup_file() {
    export EMPTY=$BATS_FILE_TMPDIR/empty.so
    export CHILD_FOLDER=$BATS_FILE_TMPDIR/child
    mkdir "$CHILD_FOLDER"
    "${CC:-cc}" -shared -nostdlib -x c /dev/null -o "$EMPTY"
    cp "$EMPTY" "$BATS_FILE_TMPDIR/other.so"
    # A static program is not preloaded: it shows what it was given before anything can change it.
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -static -o "$CHILD_FOLDER/inherit" \
        "$ROOT/tests/fixtures/children/inherit.c"
    cp "$ROOT/build/tests/inherit" "$CHILD_FOLDER/inherit-dynamic"
}

# Runs a command under these preloads and options, after `env` has made the inherited state.
started() { # PRELOAD OPTIONS INHERITED COMMAND...
    local preload=$1 options=$2
    local -a state
    case $3 in
    default) state=(--default-signal=PIPE) ;;
    ignored) state=(--ignore-signal=PIPE) ;;
    blocked) state=(--default-signal=PIPE --block-signal=PIPE) ;;
    ignored-blocked) state=(--ignore-signal=PIPE --block-signal=PIPE) ;;
    pending) state=(--default-signal=PIPE "$PROGRAMS/children" pend env) ;;
    *) false ;;
    esac
    shift 3
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS "${state[@]}" PATH="$CHILD_FOLDER:$PATH" \
        LD_PRELOAD="$preload" NOSIGPIPE_OPTIONS="$options" "$@" 2>&1
}

# The same run with the empty object, made once and kept.
oracle() { # OPTIONS INHERITED COMMAND...
    local kept
    kept=$BATS_FILE_TMPDIR/oracle.$(cksum <<<"$*" | tr ' ' .)
    if [ ! -f "$kept" ]; then
        started "$EMPTY" "$@" >"$kept.$BASHPID"
        mv "$kept.$BASHPID" "$kept"
    fi
    cat "$kept"
}

# Compares two outputs. Where they differ, prints the first lines of the difference.
same() { # LABEL FILE FILE
    local difference
    difference=$(diff "$2" "$3") || {
        printf '%s: with the shim ">", without "<"\n%s\n' "$1" "$(head -n 8 <<<"$difference")"
        return 1
    }
}

same_with_shim() { # MODE INHERITED ARGUMENT...
    local mode=$1 inherited=$2
    shift 2
    same "mode=$mode, inherited $inherited: children $*" \
        <(oracle '' "$inherited" "$PROGRAMS/children" "$@") \
        <(started "$SHIM" "mode=$mode" "$inherited" "$PROGRAMS/children" "$@")
}

# Every inherited state, every setting, every way; from another thread too where the inherited state
# is the plain one. A signal that is pending for the process would go to the main thread, where it
# is not blocked.
same_in_mode() { # MODE
    local inherited setting place
    for inherited in default ignored blocked ignored-blocked pending; do
        for setting in $SETTINGS; do
            for place in main thread; do
                case $inherited,$setting,$place in
                *,pending-process,thread) continue ;;
                default,* | *,main) ;;
                *) continue ;;
                esac
                same_with_shim "$1" "$inherited" run "$setting" "$place" \
                    "$CHILD_FOLDER/inherit" status
                same_with_shim "$1" "$inherited" failed "$setting" "$place"
            done
            same_with_shim "$1" "$inherited" run "$setting" main \
                "$CHILD_FOLDER/inherit-dynamic" query
        done
    done
}

# Nor do children inherit what a broken write leaves behind in the program.
same_after_broken_writes() { # MODE
    local place
    for place in main thread; do
        same "mode=$1, $place" <(oracle '' default "$PROGRAMS/children" run untouched "$place" \
            "$CHILD_FOLDER/inherit" status) \
            <(started "$SHIM" "mode=$1" default "$PROGRAMS/children" run broken "$place" \
                "$CHILD_FOLDER/inherit" status)
    done
}

# The oracle for the answers of the kernel is a run with SIGPIPE ignored.
protected_after_failure() { # OPTIONS
    local place
    for place in main thread; do
        same "$1, $place" \
            <(oracle '' ignored "$PROGRAMS/children" failed-write untouched "$place") \
            <(started "$SHIM" "$1" default "$PROGRAMS/children" failed-write untouched "$place")
    done
}

# 4 threads start 200 children while 4 others make broken writes, which the oracle leaves out.
same_in_storm() { # MODE
    local inherited
    for inherited in default ignored blocked; do
        same "mode=$1, inherited $inherited" \
            <(oracle '' "$inherited" "$PROGRAMS/children_storm" 0 "$CHILD_FOLDER/inherit" exit) \
            <(started "$SHIM" "mode=$1" "$inherited" "$PROGRAMS/children_storm" 4 \
                "$CHILD_FOLDER/inherit" exit)
    done
}

# Prints the environment that CHILD finds when it is started in each way. An object that children=release
# does not remove is still mapped.
environments() { # PRELOAD OPTIONS CHILD
    started "$1" "$2" default "$PROGRAMS/children" run untouched main "$CHILD_FOLDER/$3" \
        environment
}

# Compares the children of a program under PRELOAD and children=release with those under the LD_PRELOAD
# that should be left.
same_environment_released() { # PRELOAD LEFT
    local child
    for child in inherit inherit-dynamic; do
        same "children=release under '$1', $child" \
            <(environments "$2" children=release "$child") \
            <(environments "$1" children=release "$child")
    done
}

# bats test_tags=native,bare
@test "the comparison detects a naive shim" {
    echo '#include <signal.h>
        __attribute__((constructor)) static void start(void) { signal(SIGPIPE, SIG_IGN); }' |
        "${CC:-cc}" -shared -fPIC -x c - -o "$BATS_TEST_TMPDIR/naive.so"
    local check SHIM=$BATS_TEST_TMPDIR/naive.so
    for check in same_in_mode same_after_broken_writes same_in_storm; do
        run "$check" catch
        assert_failure
        assert_output --partial 'with the shim'
    done
}

@test "every way to run a child is tried, and the child answers" {
    run started "$SHIM" mode=catch default "$PROGRAMS/children" run untouched main \
        "$CHILD_FOLDER/inherit" status
    assert_success
    assert_equal "$(grep -c '^== ' <<<"$output")" "$(grep -c '^SigIgn:' <<<"$output")"
    refute_line --regexp '^result [^0]'
    run started "$SHIM" mode=catch default "$PROGRAMS/children" failed untouched main
    # wordexp(3) does not return the status of its command.
    assert_equal "$(grep -c '^result 0' <<<"$output")" 1
}

# bats test_tags=native
@test "mode=catch: children start as without the shim" {
    same_in_mode catch
}

@test "mode=ignore: children start as without the shim" {
    same_in_mode ignore
}

@test "mode=mask: children start as without the shim" {
    same_in_mode mask
}

# bats test_tags=native
@test "mode=flags: children start as without the shim" {
    same_in_mode flags
}

@test "children start in the same state after broken writes, in every mode" {
    local mode
    for mode in catch ignore mask flags; do
        same_after_broken_writes "$mode"
    done
}

@test "the program is still protected after an exec that failed, in every mode" {
    local mode
    for mode in catch ignore mask flags; do
        protected_after_failure "mode=$mode"
    done
}

# bats test_tags=glibc,slow
@test "200 children of 4 threads start in the same state during broken writes, in every mode" {
    local mode
    for mode in catch ignore mask flags; do
        same_in_storm "$mode"
    done
}

@test "the environment reaches children byte for byte, in every mode" {
    local mode child
    for mode in catch ignore mask flags; do
        for child in inherit inherit-dynamic; do
            same "mode=$mode, $child" <(environments "$EMPTY" "mode=$mode" "$child") \
                <(environments "$SHIM" "mode=$mode" "$child" |
                    sed "s,$SHIM,$EMPTY,; s,^shim mapped: yes,shim mapped: no,")
        done
    done
    run environments "$SHIM" mode=catch inherit-dynamic
    assert_line 'shim mapped: yes'
}

@test "children=release: other preloads stay in LD_PRELOAD, in their order" {
    local other=$BATS_FILE_TMPDIR/other.so
    same_environment_released "$EMPTY:$SHIM:$other" "$EMPTY:$other"
    same_environment_released "$SHIM:$EMPTY:$other" "$EMPTY:$other"
    same_environment_released "$EMPTY:$other:$SHIM" "$EMPTY:$other"
    same_environment_released "$EMPTY $other $SHIM" "$EMPTY $other"
}

@test "children=release: LD_PRELOAD may have separators without a path between them" {
    same_environment_released ":$SHIM:$EMPTY" "$EMPTY"
    same_environment_released " $SHIM $EMPTY" "$EMPTY"
    same_environment_released "$EMPTY::$SHIM" "$EMPTY:"
}

@test "children=release: the library is removed, whichever path names it" {
    ln -s "$SHIM" "$BATS_TEST_TMPDIR/libnosigpipe.so"
    same_environment_released "$BATS_TEST_TMPDIR/libnosigpipe.so:$EMPTY" "$EMPTY"
    same_environment_released "$BUILD/../${BUILD##*/}/libnosigpipe.so:$EMPTY" "$EMPTY"
}

@test "children=release: LD_PRELOAD is unset where it named the library alone" {
    local child
    for child in inherit inherit-dynamic; do
        same "$child" <(environments "$EMPTY" children=release "$child" | grep -v ^LD_PRELOAD=) \
            <(environments "$SHIM" children=release "$child")
    done
}

@test "children=release: children have the same dispositions and masks as without the shim" {
    local mode setting
    for mode in catch ignore mask flags; do
        for setting in $SETTINGS; do
            same "mode=$mode, $setting" <(oracle '' default "$PROGRAMS/children" run "$setting" \
                main "$CHILD_FOLDER/inherit-dynamic" status) \
                <(started "$SHIM" "mode=$mode,children=release" default "$PROGRAMS/children" \
                    run "$setting" main "$CHILD_FOLDER/inherit-dynamic" status)
        done
    done
}

@test "children=release: the program is still protected after an exec that failed" {
    protected_after_failure children=release
}

# bats test_tags=glibc
@test "mode=ignore: the kernel still ignores SIGPIPE after a jump out of a wait, and after a thread was cancelled" {
    run ignoring "$PROGRAMS/ignore_kept"
    assert_success
    run shimmed env NOSIGPIPE_OPTIONS=mode=ignore "$PROGRAMS/ignore_kept"
    assert_success
    assert_output "$(ignoring "$PROGRAMS/ignore_kept")"
}
