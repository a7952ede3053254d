# bats file_tags=docs
# What the documents and the manual pages repeat is held against where it comes from.

load ../lib/common

@test "every make target that the documents name is in make help" {
    local targets target
    targets=$(make -s --no-print-directory -C "$ROOT" help | awk '{print $2}')
    run grep -h -o -E '(^|`|sudo )make [a-z][a-z-]*' "$ROOT"/{README,CONTRIBUTING,shim/README,tests/README}.md
    assert_success
    for target in $(sed 's/.*make //' <<<"$output" | sort -u); do
        assert_equal "$(grep -x -e "$target" <<<"$targets")" "$target"
    done
}

# Prints the paths that a document names: links, code that has a slash or ends as a file's name does, and
# paths below the folders of the sources in its examples. Neither what is built nor what is installed.
paths_of() { # DOCUMENT
    {
        grep -o -E '`[A-Za-z0-9_./*-]+`|\]\([A-Za-z0-9_./-]+\)' "$1" | tr -d '`]()' |
            grep -E '/|[A-Za-z]\.(awk|bash|bats|c|conf|def|h|ld|md|mk|py|sh|svg|yaml)$'
        sed -n '/^```/,/^```/p' "$1" | grep -o -E "(^|[ '=])(man|scripts|shim|tests)/[A-Za-z0-9_./-]+" | tr -d " '="
    } | grep -v -e '^/' -e '^build/' | sort -u
}

# A path begins at the document's folder or at the top; a mere name is that of a file somewhere below them.
is_there() { # FOLDER PATH
    case $2 in
    */*) compgen -G "$1/$2" || compgen -G "$ROOT/$2" ;;
    *) find "$1" -path "$ROOT/build" -prune -o -name "$2" -print | grep . ;;
    esac >/dev/null
}

@test "every path that the documents name is there" {
    local document paths path
    for document in README.md CONTRIBUTING.md SECURITY.md shim/README.md tests/README.md; do
        paths=$(paths_of "$ROOT/$document")
        assert [ "$(wc -l <<<"$paths")" -gt 4 ]
        for path in $paths; do
            is_there "$(dirname "$ROOT/$document")" "$path" || fail "$document names $path, which is not there"
        done
    done
}

@test "shim/README.md has each clause of the contract, with tests that are there" {
    local clause tests test
    for clause in C1 C2 C3 C4 C5 C6 C7 C8; do
        tests=$(awk -v first="- **$clause " '
            /^(- |$)/ { inside = index($0, first) == 1 }
            inside' "$ROOT/shim/README.md" | grep -o 'tests/[a-z_/]*\.bats')
        for test in $tests; do
            [ -f "$ROOT/$test" ] || fail "$clause names $test, which is not there"
        done
    done
}

@test "shim/README.md and layers.sh have the same folders, which are those of shim/" {
    local folders
    folders=$(cd "$ROOT/shim" && printf '%s\n' */)
    assert_equal "$(sed -n 's,^| `\([a-z]*/\)` | .*,\1,p' "$ROOT/shim/README.md" | sort)" "$folders"
    # Each layer, from the lowest on, and what stands beside one of them.
    local layers
    layers=$(sed -n 's/^    \(init\.c, .* > .*\)/\1/p' "$ROOT/shim/README.md" | sed 's/\.c//; s/ > /\n/g')
    run sed -n -e 's/.*split("\(.*\)", name, .*/\1/p' "$ROOT/tests/project/layers.sh"
    assert_output "$(sed 's/,.*//' <<<"$layers" | tac | paste -s -d ' ')"
    run sed -n -e 's/^ *level\["\(.*\)"\] = level\["\(.*\)"\]$/\2, \1/p' "$ROOT/tests/project/layers.sh"
    assert_equal "$(sort <<<"$output")" "$(grep , <<<"$layers" | sort)"
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
