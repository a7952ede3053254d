# shellcheck shell=sh
# What `make check` runs: the tests that need no packages but its own. Other scripts read this file with
# the `.` command, from the top folder.

default_tests() { # prints the files, one a line
    for folder in bench cli fuzz project sanitizers shim stress third_party units; do
        printf '%s\n' "tests/$folder"/*.bats
    done
}
