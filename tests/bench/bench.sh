#!/bin/sh
# bench.sh: measures what the shim costs (tests/bench/bench.py), in under 5 minutes. As root it
# installs what is missing.
#   --quick    without the whole programs and most of the calls, in under 40 seconds
#   --publish  takes longer over the whole programs, in a quarter of an hour in all, then puts the
#              figures into tests/bench/RESULTS.md and beside the programs that took them

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
unset LD_PRELOAD NOSIGPIPE_OPTIONS

install_missing bench-quick || exit
case ${1-} in
--quick) ;;
'' | --publish) install_without_starting bench || exit ;;
*)
    echo "usage: bench.sh [--quick | --publish]" >&2
    exit 2
    ;;
esac

# -B: no compiled files in the source folder.
env --default-signal=PIPE python3 -B tests/bench/bench.py "$@"
status=$?
[ "${1-}" = --publish ] && [ "$status" = 0 ] || exit "$status"

cp build/bench.json tests/bench/figures.json
cp build/bench.svg tests/bench/figures.svg
python3 -B tests/bench/results.py tests/bench/figures.json >tests/bench/RESULTS.md
