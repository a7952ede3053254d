# NOSIGPIPE_OPTIONS: what the parser accepts and refuses, and that the documents list the same.

load ../lib/common
load ../lib/options

shimmed_with() { # OPTIONS COMMAND...
    local options=$1
    shift
    env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$options" "$@"
}

@test "options.def has keys, and each choice has values" {
    [ "$(keys | wc -l)" -ge 6 ]
    [ -n "$(values mode)" ]
}

@test "each key and value is accepted without a message" {
    for key in $(keys); do
        for value in $(values "$key"); do
            run shimmed_with "$key=${value/PATH//dev/null}" true
            assert_success
            assert_output ''
        done
    done
    run shimmed_with mode=catch,storm=7,action=epipe true
    assert_success
    assert_output ''
}

@test "an unknown key is named in one line, and the program runs protected" {
    run shimmed_with "colour=red" "$PROGRAMS/policy" 5 pipe write 1 3>/dev/null
    assert_success
    assert_output "nosigpipe: NOSIGPIPE_OPTIONS: unknown key 'colour' (accepted: $(keys | xargs))"
}

@test "a bad value is named in one line, and the key keeps its default" {
    for key in $(keys); do
        accepted=$(values "$key")
        run shimmed_with "$key=nonsense" "$PROGRAMS/policy" 5 pipe write 1 3>/dev/null
        assert_success
        assert_output "nosigpipe: NOSIGPIPE_OPTIONS: bad value 'nonsense' for '$key' (accepted: \
${accepted:-0 to $(largest "$key")})"
    done
}

@test "a bad value after a good one leaves the default, and the keys around it count" {
    run shimmed_with "action=die,mode=ignore,mode=none,storm=1x" \
        "$PROGRAMS/policy" 5 pipe write 1 3>/dev/null
    assert_equal "$status" "$SIGPIPE_STATUS"
    assert_line --index 0 --partial "bad value 'none' for 'mode'"
    assert_line --index 1 --partial "bad value '1x' for 'storm'"
    assert_equal "${#lines[@]}" 2
}

@test "a message is one line, whatever is wrong, and PATH is not a path" {
    run shimmed_with $'mode=a\nb\r\e[1m' true
    assert_output --partial 'bad value '\''a\nb\u000d\u001b[1m'\'' for '\''mode'\'
    assert_equal "${#lines[@]}" 1
    run shimmed_with $'a\nb' true
    assert_output --partial 'unknown key '\''a\nb'\'
    assert_equal "${#lines[@]}" 1
    run shimmed_with "mode=$(printf '%05000d' 0)" true
    assert_output --partial 'accepted: catch ignore'
    run shimmed_with log=file:PATH true
    assert_output --partial 'bad value '\''file:PATH'\'' for '\''log'\'
}

@test "numbers out of range, empty, signed or huge are refused" {
    for value in 1000001 '' -1 +1 99999999999999999999 0x10 ' 1'; do
        run shimmed_with "storm=$value" true
        assert_success
        assert_output "nosigpipe: NOSIGPIPE_OPTIONS: bad value '$value' for 'storm' (accepted: 0 \
to 1000000)"
    done
    run shimmed_with "storm=1000000" true
    assert_output ''
}

@test "unusual values of the variable: empty, commas only, no value, off among others" {
    for text in '' ',' ',,,'; do
        run shimmed_with "$text" true
        assert_success
    done
    run shimmed_with mode true
    assert_output --partial "bad value '' for 'mode'"
    run shimmed_with mode=catch,off true
    assert_output --partial "unknown key 'off'"
    run shimmed_with offf true
    assert_output --partial "unknown key 'offf'"
}

@test "a message to a broken standard error does no harm" {
    mkfifo "$BATS_TEST_TMPDIR/broken"
    exec 8<>"$BATS_TEST_TMPDIR/broken" 9>"$BATS_TEST_TMPDIR/broken" 8<&-
    run bash -c "env --default-signal=PIPE LD_PRELOAD=$SHIM NOSIGPIPE_OPTIONS=x=y true 2>&9"
    exec 9>&-
    assert_success
}

@test "a program with more rights than its caller does not read the variable" {
    needs owners
    cp "$PROGRAMS/policy" "$BATS_TEST_TMPDIR/policy"
    chown 65534 "$BATS_TEST_TMPDIR/policy"
    chmod 4755 "$BATS_TEST_TMPDIR/policy"
    # A preload named without a slash is kept by a set-user-ID program if it is itself set-user-ID
    # and in a system folder (ld.so(8)); a copy there lasts as long as this test.
    name=libnosigpipe-test-$$.so
    cp "$SHIM" "/usr/lib/$name"
    chmod u+s "/usr/lib/$name"
    run env --default-signal=PIPE LD_PRELOAD="$name" NOSIGPIPE_OPTIONS=action=die,x=y \
        "$BATS_TEST_TMPDIR/policy" 5 pipe write 1 3>/dev/null
    rm -f "/usr/lib/$name"
    assert_success
    assert_output ''
}

@test "README's table and the manual page have every key and value, and no others" {
    for key in $(keys); do
        row=$(grep "^| \`$key\` |" "$ROOT/README.md") || fail "README.md lacks $key"
        grep -qx "\.It Cm $key" "$ROOT/man/libnosigpipe.7" || fail "libnosigpipe.7 lacks $key"
        for value in $(values "$key"); do
            [[ $row == *"\`$value\`"* ]] || fail "README.md lacks $key=$value"
            grep -qx "\.It Cm $value" "$ROOT/man/libnosigpipe.7" ||
                fail "libnosigpipe.7 lacks $key=$value"
        done
    done
    documented=$(sed -n '/^## Options/,/^## /s/^| `\([a-z]*\)` |.*/\1/p' "$ROOT/README.md")
    assert_equal "$documented" "$(keys)"
    known=" $(keys | xargs) $(for key in $(keys); do values "$key"; done | xargs) "
    for item in $(sed -n '/^\.Sh OPTIONS/,/^\.Sh MODES/s/^\.It Cm //p' \
        "$ROOT/man/libnosigpipe.7"); do
        [[ $known == *" $item "* ]] || fail "libnosigpipe.7 has $item, the parser does not"
    done
}

@test "mandoc finds nothing wrong in the manual pages" {
    for page in "$ROOT"/man/*; do
        run mandoc -T lint -W warning "$page"
        assert_success
        assert_output ''
    done
}
