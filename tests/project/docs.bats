# bats file_tags=docs
# What README.md, CONTRIBUTING.md and CHANGELOG.md say twice is held against where it comes from.

load ../lib/common

@test "every make target that README.md and CONTRIBUTING.md name is in make help" {
    local targets
    targets=$(make -s --no-print-directory -C "$ROOT" help | awk '{print $2}')
    run grep -h -o -E '(^|`|sudo )make [a-z]+' "$ROOT/README.md" "$ROOT/CONTRIBUTING.md"
    assert_success
    for target in $(sed 's/.*make //' <<<"$output" | sort -u); do
        assert_equal "$(grep -x -e "$target" <<<"$targets")" "$target"
    done
}

@test "every file that README.md and CONTRIBUTING.md link to is there" {
    run grep -h -o -E '\]\([A-Za-z./]+\)' "$ROOT/README.md" "$ROOT/CONTRIBUTING.md"
    assert_success
    for link in "${lines[@]}"; do
        link=${link#*(}
        [ -f "$ROOT/${link%)}" ]
    done
}

@test "every test that SECURITY.md names is there" {
    run grep -o 'tests/[a-z_/]*\.bats' "$ROOT/SECURITY.md"
    assert_success
    for file in "${lines[@]}"; do
        [ -f "$ROOT/$file" ]
    done
}

@test "CHANGELOG.md begins with the version of the Makefile, and has every key of the options" {
    local version key
    version=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    run grep -m 1 '^## ' "$ROOT/CHANGELOG.md"
    assert_output --partial "[$version]"
    for key in $(sed -n 's/^[A-Z]*(\([a-z]*\),.*/\1/p' "$ROOT/shim/options.def"); do
        grep -q "\`$key\`" "$ROOT/CHANGELOG.md"
    done
}

@test "the Dockerfile lines of the entrypoint's page are those of the examples" {
    grep -E '^(COPY|ENV|ENTRYPOINT|CMD) ' "$ROOT/man/nosigpipe-entrypoint.1" >"$BATS_TEST_TMPDIR/lines"
    run grep -c '^ENTRYPOINT' "$BATS_TEST_TMPDIR/lines"
    assert_output 3
    run grep -v -x -F -f <(sed 's/^# *//' "$ROOT/scripts/examples/Dockerfile") "$BATS_TEST_TMPDIR/lines"
    assert_output ''
}

@test "the entrypoint's page shows a Dockerfile's lines as they are written" {
    grep -E '^(COPY|ENV|ENTRYPOINT|CMD) ' "$ROOT/man/nosigpipe-entrypoint.1" >"$BATS_TEST_TMPDIR/lines"
    run mandoc -T utf8 "$ROOT/man/nosigpipe-entrypoint.1"
    assert_equal "$(sed -n -E 's/^ {11}((COPY|ENV|ENTRYPOINT|CMD) )/\1/p' <<<"$output")" "$(cat "$BATS_TEST_TMPDIR/lines")"
    # Each list is JSON, without which it would be a command of a shell.
    sed -n 's/^\(ENTRYPOINT\|CMD\) //p' "$BATS_TEST_TMPDIR/lines" | jq -e . >/dev/null
}

@test "libnosigpipe(7) has the settings of the example for systemd" {
    local settings
    settings=$(grep -v -e '^#' -e '^$' "$ROOT/scripts/examples/systemd.conf")
    run sed -n '/^\[Service\]$/,/^\.Ed$/ { /^\./d; p }' "$ROOT/man/libnosigpipe.7"
    assert_output "$settings"
}

@test "libnosigpipe(7) has what a manual page has, and names the pages of the commands" {
    local section page
    for section in FILES EXAMPLES COMPATIBILITY 'SEE ALSO'; do
        grep -q -x "\.Sh $section" "$ROOT/man/libnosigpipe.7"
    done
    run sed -n '/^\.Sh SEE ALSO$/,/^\.Sh SEC/p' "$ROOT/man/libnosigpipe.7"
    for page in "$ROOT"/man/nosigpipe*; do
        assert_line --regexp "^\.Xr $(basename "${page%.*}") ${page##*.}( ,)?$"
    done
}

@test "what README.md and CONTRIBUTING.md say of a promise is a section of libnosigpipe(7)" {
    run grep -l 'libnosigpipe(7), COMPATIBILITY' "$ROOT/README.md" "$ROOT/CONTRIBUTING.md"
    assert_output "$ROOT/README.md"$'\n'"$ROOT/CONTRIBUTING.md"
}

@test "the manual pages fit 80 columns, with mandoc and with groff, which has nothing to warn of" {
    local page plain=$BATS_TEST_TMPDIR/plain
    mkdir "$plain"
    for page in "$ROOT"/man/*; do
        mandoc -T utf8 -O width=80 "$page" | sed $'s/.\b//g' >"$plain/mandoc-${page##*/}"
        if command -v groff >/dev/null; then
            groff -m mdoc -T utf8 -P -c -r LL=80n -w w "$page" 2>>"$BATS_TEST_TMPDIR/warnings" |
                sed $'s/.\b//g' >"$plain/groff-${page##*/}"
            # A long name cannot be adjusted, and need not.
            run grep -v 'cannot adjust line' "$BATS_TEST_TMPDIR/warnings"
            assert_output ''
        fi
    done
    run grep -E -r '.{81}' "$plain"
    assert_output ''
}
