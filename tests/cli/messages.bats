#!/usr/bin/env bats
# Every message of the commands and every option has a test.

load ../lib/common
load ../lib/options

# Prints the words of the messages without the inserted values: a clause a line, with its place. A quoted text
# of at least two words is a message, unless it is a command or a list of words.
messages() {
    python3 - "$ROOT" <<'PROGRAM'
import glob, re, sys

quoted = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'')
put_in = re.compile(r"""\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\$[#@*?]|%[a-z0-9]+|\\.|@[A-Z]+@|['"()]|, """)
# What is no message in C: assembly, the lines of a text of several, and the kernel's errors in words.
other = re.compile(r'\s*\{E[A-Z0-9]+,|.*\\n(\\t)?"')
for pattern in "scripts/nosigpipe*/*", "shim/helper/*.c":
    for path in sorted(glob.glob(f"{sys.argv[1]}/{pattern}")):
        for number, line in enumerate(open(path), 1):
            if line.lstrip().startswith("#") or path.endswith(".c") and other.match(line):
                continue
            for match in quoted.finditer(line):
                for clause in put_in.split(match[1] if match[1] is not None else match[2]):
                    clause = clause.strip(" :;,.?")
                    if re.search("[a-z]{2}.* .*[a-z]{2}", clause) and not re.search(
                        r"[={}|<>]|^(ls|od|grep|shift;) |^(exposed|ignores?) \w+ ", clause
                    ):
                        print(f"{path}:{number}\t{clause}")
PROGRAM
}

@test "every message of the commands is in a test" {
    messages >"$BATS_TEST_TMPDIR/messages"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/messages")" -gt 50 ]
    # The tests, with continued lines joined.
    sed -e :a -e '/\\$/ { N; s/\\\n//; ta' -e '}' "$ROOT"/tests/cli/{launcher*,audit*,embed*,report*}.ba* \
        "$ROOT"/tests/{cli/entrypoint*,cli/keep_output,systems/host,systems/watch}.bats >"$BATS_TEST_TMPDIR/tests"
    local place clause
    while IFS=$'\t' read -r place clause; do
        grep -q -F -e "$clause" "$BATS_TEST_TMPDIR/tests" ||
            echo "$place: no test has the words '$clause'"
    done <"$BATS_TEST_TMPDIR/messages" >"$BATS_TEST_TMPDIR/missing"
    run cat "$BATS_TEST_TMPDIR/missing"
    refute_output
}

@test "every option of the commands is in a test" {
    local script option options
    for script in nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report; do
        # The options for keys are tested by the table of keys.
        options=$("$BUILD/$script" --help | grep -o -e '--[a-z][a-z-]*' | sort -u |
            grep -v -x -F -e "$(keys | sed 's/^/--/')")
        [ -n "$options" ]
        for option in $options; do
            grep -q -w -e "$option" "$ROOT"/tests/{cli/{launcher*,audit*,embed*,entrypoint*,keep_output,report*},shim/options,systems/host}.bats ||
                fail "$script $option is in no test"
        done
    done
}
