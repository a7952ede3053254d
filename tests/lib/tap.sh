# shellcheck shell=sh disable=SC2154
# Runs checks without bats and counts them. Other scripts read this file with the `.` command. They have a
# folder $work, and print the counts $passed and $failed at the end.

makefile_value() { # TEXT [VARIABLE=VALUE]...: with the Makefile's variables put in
    text=$1
    shift
    printf 'value: ; @echo %s\n' "$text" | make -s -f Makefile -f - value "$@"
}

# Prints "ok" or "not ok" and, if not, what the command printed.
passed=0
failed=0
check() { # TITLE COMMAND...
    title=$1
    shift
    if "$@" >"$work/found" 2>&1; then
        passed=$((passed + 1))
        echo "ok $title"
    else
        failed=$((failed + 1))
        echo "not ok $title"
        sed 's/^/# /' "$work/found"
    fi
}
