#!/bin/sh
# cpython.sh [OPTION]... MODULE...: CPython's own tests of these names, as the distribution packages them, with options
# of `python3 -m test`. PYTHON names another python.
# Prints a line 'PASS: TEST', 'FAIL: TEST', 'ERROR: TEST' or 'SKIP: TEST' for each. It reads them from the
# report that the tests write, since their output is mixed with that of their children.

set -u
python=${PYTHON:-/usr/bin/python3}
report=$(mktemp "${TMPDIR:-/tmp}/report.XXXXXX") || exit 125
log=$(mktemp "${TMPDIR:-/tmp}/log.XXXXXX") || exit 125

# The tests of vsock(7) need a second virtual machine: without one they may wait for ever, and two that run
# at once use the same port.
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
