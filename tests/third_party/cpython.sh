#!/bin/sh
# cpython.sh MODULE...: CPython's own tests of these names, as the distribution packages them.
# Prints a line 'PASS: TEST', 'FAIL: TEST', 'ERROR: TEST' or 'SKIP: TEST' for each, by the report
# that they write, since what they print themselves is mixed with what their children print.

set -u
python=${PYTHON:-/usr/bin/python3}
report=$(mktemp "${TMPDIR:-/tmp}/report.XXXXXX") || exit 125
log=$(mktemp "${TMPDIR:-/tmp}/log.XXXXXX") || exit 125

# Between virtual machines there are vsock(7) addresses; where there is but one machine, their tests
# may wait for ever, and two that run at once meet at one port.
"$python" -m test -v -u none --timeout 300 -i '*VSOCK*' --junit-xml "$report" "$@" >"$log" 2>&1
status=$?
sed 's/^/| /' "$log"
"$python" - "$report" <<'PYTHON' || status=125
import sys
import xml.etree.ElementTree as tree

words = {"failure": "FAIL", "error": "ERROR", "skipped": "SKIP"}
for case in tree.parse(sys.argv[1]).iter("testcase"):
    found = [words[part.tag] for part in case if part.tag in words]
    print(f'{found[0] if found else "PASS"}: {case.get("name")}')
PYTHON
rm -f "$report" "$log"
exit "$status"
