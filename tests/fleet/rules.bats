# The rules for Prometheus, by promtool.
# shellcheck disable=SC2154 # `run` sets output and status

load fleet

# promtool reads the rules from the folder of the tests.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp "$ROOT/tests/fleet/rules.test.yml" "$FLEET/nosigpipe.rules.yml" .
}

@test "rules: promtool finds nothing wrong" {
    run promtool check rules nosigpipe.rules.yml
    assert_success
    assert_line --partial 'SUCCESS: 6 rules found'
}

@test "rules: the alerts fire when they should, and not else" {
    local alert
    run promtool test rules rules.test.yml
    assert_success
    assert_line --partial SUCCESS
    # Each has a case in which it fires, one in which it does not, and a text in the page.
    for alert in $(sed -n 's/^ *- alert: //p' nosigpipe.rules.yml); do
        [ "$(grep -c "alertname: $alert$" rules.test.yml)" -ge 2 ]
        grep -q -x -F ".It Li $alert" "$ROOT/man/nosigpipe-audit.8"
    done
    assert_equal "$(grep -c '^\.It Li Nosigpipe' "$ROOT/man/nosigpipe-audit.8")" "$(grep -c 'alert: ' nosigpipe.rules.yml)"
}

# Asserts that the cases notice a change of the rules.
assert_noticed() { # SED-PROGRAM
    sed -E "$1" "$FLEET/nosigpipe.rules.yml" >nosigpipe.rules.yml
    run cmp -s nosigpipe.rules.yml "$FLEET/nosigpipe.rules.yml"
    assert_failure 1
    run promtool test rules rules.test.yml
    assert_failure 1
    assert_line --partial FAILED
}

@test "rules: the cases notice what is changed" {
    assert_noticed 's/nosigpipe_vulnerable > 0/nosigpipe_vulnerable > 1/'
    assert_noticed 's/nosigpipe_vulnerable > 0/nosigpipe_vulnerable >= 0/'
    assert_noticed 's/for: 15m/for: 5m/'
    assert_noticed 's/\(nosigpipe_broken_writes_total unless .*\)/vector(0)/'
    assert_noticed 's/up offset 10m == 1 or/up == 1 or/'
    assert_noticed 's/ or time\(\) - process_start_time_seconds < 600//'
    assert_noticed 's/increase\(nosigpipe_broken/delta(nosigpipe_broken/'
    assert_noticed 's/\|handled\|/|/'
    assert_noticed 's/> 6000/> 5000/'
    assert_noticed 's/> 6000/> 9000/'
    assert_noticed 's/increase\((nosigpipe_records_lost_total)\[10m\]\)/\1/'
    assert_noticed 's/\(\.\*\/\)\?nosigpipe\[/.*nosigpipe[/'
    assert_noticed 's/> 1800/> 1000/'
}
