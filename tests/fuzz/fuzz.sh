#!/bin/sh
# Fuzzes: tests/fuzz/fuzz.sh SECONDS [NAME]...   (`make fuzz`; default: every target of tests/fuzz)
# Each target first runs the cases in tests/fuzz/seeds and tests/fuzz/found, and then, for SECONDS seconds,
# cases that it derives from them; 0 seconds runs only the kept cases. One target runs on each CPU. The
# fuzzers of scripts make the same cases for the same $FUZZ_SEED; see tried.py.
# Ends with a line "N passed, N failed"; the status is 0 if nothing failed and something passed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
install_missing fuzz || exit
make -s -j "$(nproc)" fuzz-targets || exit
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LD_PRELOAD NOSIGPIPE_OPTIONS

seconds=$1
shift
if [ $# = 0 ]; then
    for file in tests/fuzz/launcher.py tests/fuzz/audit.py tests/fuzz/report.py tests/fuzz/differential.py tests/fuzz/*.c; do
        name=${file##*/}
        set -- "$@" "${name%.*}"
    done
fi

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p build/fuzz/found

# build/ keeps the cases that libFuzzer has found useful, and a later search continues from them.
cat >"$work/one" <<'EOS'
name=$1 seconds=$2 log=$3/$1
corpus=build/fuzz/corpus/$name
mkdir -p "$corpus"
search() {
    if [ -f "tests/fuzz/$name.py" ]; then
        python3 -B "tests/fuzz/$name.py" "$seconds" ${FUZZ_SEED:+"$FUZZ_SEED"}
        return
    fi
    find tests/fuzz/seeds tests/fuzz/found -type f -path "*/$name/*" -exec "build/fuzz/$name" '{}' + || return
    [ "$seconds" = 0 ] || "build/fuzz/$name" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=1500 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" \
        "$corpus" "tests/fuzz/seeds/$name"
}
if search >"$log" 2>&1; then
    cases=$(grep -c '^Executed ' "$log")
    executions=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    summary=$(sed -n 's/^fuzzed: //p' "$log")
    echo "ok $name: ${summary:-$cases cases, ${executions:-0} executions, ${covered:-0} edges covered}"
else
    echo "not ok $name"
    grep -v -e '^#[0-9]' -e '^INFO: ' "$log" | tail -n 60 | sed 's/^/# /'
fi
EOS
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh "$work/one" '{}' "$seconds" "$work" |
    tee "$work/results"
passed=$(grep -c '^ok ' "$work/results")
failed=$(($# - passed))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
