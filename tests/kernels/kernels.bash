# Boots a kernel with the programs of the tests, and compares what they print under the library with their oracles,
# as the tests of tests/shim do on the kernel of this machine.

load ../lib/kernel
load ../lib/cross
load ../lib/record
load ../lib/transcript

# What is tried: all, or what CI has the time for. KERNEL_STEPS=facts tries these alone.
MODES=catch
STATES=default
[ -z "${KERNELS_ALL-}" ] || MODES='catch ignore mask flags' STATES='default ignored blocked'
STEPS=${KERNEL_STEPS:-facts records survival visits starts embedded kept yama transcripts matrix}
# A thousand pairs of calls, which no kernel tells from each other, take half of the time.
CASES["dispositions"]='at_start flags'
OLD_CALLS='survive_signal survive_sigaction survive_one_shot survive_restorer survive_masks'

# Makes the library and the programs for a CPU, once for all kernels of that CPU.
make_programs() { # TRIPLET
    local name programs=(in_state kernel_facts matrix protocols record_event visited)
    # shellcheck disable=SC2206 # one word a program
    local of_signals=($TRANSCRIPTS survival restricted old_calls)
    programs+=("${of_signals[@]/#/transcript_}")
    make_for "$1" CROSS="$1" all || return
    make_for "$1" CC="$1-gcc" BUILD="build/$1" "${programs[@]/#/build/$1/tests/}" || return
    PROGRAMS=$BUILD/$1/tests
    SHIM=$BUILD/$1/libnosigpipe.so
    for name in "${programs[@]}"; do
        "$1-strip" -o "$SYSTEM/tests/$name" "$PROGRAMS/$name" || return
    done
    "$1-strip" -o "$SYSTEM/lib/libnosigpipe.so" "$SHIM"
}

# The visitor, and programs that no preload reaches, as far as they are for that CPU.
copy_visitor() { # TRIPLET
    local interpreter=$BUILD/$1/ld-nosigpipe.so
    case $1 in
    x86_64-* | i686-*) ;;
    aarch64-* | riscv64-*) STEPS=${STEPS/visits/} ;;
    *) STEPS=${STEPS/visits starts/} ;;
    esac
    [[ $STEPS =~ visits ]] || STEPS=${STEPS/yama/} # which tries those
    ! [[ $STEPS =~ starts ]] || cp "$BUILD/$1/nosigpipe-attach" "$SYSTEM/tests"
    cp "$BUILD/$1/nosigpipe-entrypoint" "$SYSTEM/tests"
    "$1-gcc" -O1 -std=c11 -D_GNU_SOURCE -static -pthread -s -o "$SYSTEM/tests/visited_static" \
        "$ROOT/tests/fixtures/attach/visited.c"
    "$BUILD/nosigpipe-embed" --interpreter="$interpreter" "$SYSTEM/tests/visited_static" "$SYSTEM/tests/visited_embedded" >&2
    mkdir -p "$SYSTEM${interpreter%/*}"
    cp "$interpreter" "$SYSTEM$interpreter"
}

# Copies libc, and what it loads when a thread is cancelled.
copy_libc() { # TRIPLET
    local loader name
    loader=$(readelf --wide --program-headers "$PROGRAMS/matrix" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
    mkdir -p "$SYSTEM/${loader%/*}"
    cp -L "$("$1-gcc" -print-file-name="${loader##*/}")" "$SYSTEM$loader"
    for name in libc.so.6 libgcc_s.so.1; do
        cp -L "$("$1-gcc" -print-file-name="$name")" "$SYSTEM/lib" || return
    done
}

# Prints a program and its cases, a line each.
listed() { # NAME OF AN ARRAY OF CASES
    local -n cases_of=$1
    local name
    for name in "${@:2}"; do
        echo "$name ${cases_of[$name]-}"
    done
}

write_settings() { # TRIPLET
    local transcripts=$TRANSCRIPTS unknown='' matrix=''
    # There the end of a TCP connection does not always arrive, with or without the library: see facts.expected.
    [[ $1 != s390x-* ]] || matrix='--but tcp'
    case $1 in
    i686-* | s390x-* | arm-*) transcripts+=' old_calls' && SURVIVAL["old_calls"]=$OLD_CALLS ;;
    esac
    case $1 in
    i686-* | x86_64-* | powerpc64le-*) ;;
    # Where the registers lose the descriptor, the shim looks for the broken one, and finds what the program does not say.
    *) unknown='raw-splice io_uring' ;;
    esac
    # shellcheck disable=SC2086 # one word a name
    cat >"$SYSTEM/tests/settings" <<END
TRANSCRIPTS='$(listed CASES $transcripts)'
SURVIVAL='$(listed SURVIVAL "${!SURVIVAL[@]}")'
STEPS='$STEPS'
MODES='$MODES'
STATES='$STATES'
MATRIX='$matrix'
UNKNOWN='$unknown'
END
}

# Runs the system. What it has sent is in the folder `out`, what it has written in the file `console`.
run_system() { # SECONDS SUITE BEGIN
    local kernel
    kernel=$(kernel_file "$2" "$3") || return
    cd "$BATS_TEST_TMPDIR" || return
    pack_system "$SYSTEM" >initrd
    boot "$1" "$kernel" initrd >console || true # by timeout's status
    mkdir -p out
    sed -n '/^begin$/,/^end$/ { /^begin$/d; /^end$/d; p; }' console | base64 -d | tar -xz -C out ||
        fail "the kernel ended after: $(tail -n 5 console)"
    read -r _ MADE _ RELEASE < <(grep '^counts ' console)
    VERSION=${RELEASE%%[-+]*}
}

# Takes from a transcript what libnosigpipe(7) says a query may lack on armhf in mode=ignore.
without_lacking() { # TRIPLET MODE
    case $1:$2 in
    arm-*:ignore) sed 's/ flags 0x14000000 with restorer$/ flags 0x10000000/' ;;
    *) cat ;;
    esac
}

# What was equal was not sent.
assert_as_oracle() { # TRIPLET
    local file name mode cases failed=0
    run cat out/unsound
    assert_output ''
    for mode in $MODES; do
        for file in "out/$mode"/*; do
            [ -f "$file" ] || continue
            name=${file##*/}
            case $name in
            *.*) cases=$(known_differences "$mode" "${name#*.}" "$(inherited "${name%%.*}")") ;;
            *) cases= ;;
            esac
            same <(filtered 0 "$cases" "out/oracle/$name" | without_lacking "$1" "$mode") \
                <(filtered 0 "$cases" "$file" | without_lacking "$1" "$mode") >"$file.diff" || {
                failed=1
                echo "$mode $name:"
                head -n 40 "$file.diff"
            }
        done
    done
    return "$failed"
}

inherited() { # STATE
    [ "$1" != survival ] || set -- default
    echo "$1"
}

assert_recorded() {
    cd out || return
    decode logfmt log | awk 'BEGIN { RS = ""; } /\ncall=/' | without_time >recorded
    grep -v '^answer' known >expected
    run diff expected recorded
    assert_output ''
    assert [ "$(grep -c '^answer -1 EPIPE$' known)" -ge 50 ]
    cd ..
}

# Prints the lines of facts.expected that hold for a kernel: [FROM-TO] and names of CPUs begin a line.
expected_facts() { # TRIPLET VERSION
    awk -v cpu="${1%%-*}" -v version="$2" '
        function number(text, parts) { split(text, parts, "."); return parts[1] * 1000 + parts[2] }
        function holds(conditions, words, count, i, ends) {
            count = split(conditions, words, " ")
            for (i = 1; i <= count; i++) {
                if (words[i] !~ /^[0-9.]*-[0-9.]*$/)
                    cpus = cpus " " words[i]
                else if (split(words[i], ends, "-") && ((ends[1] != "" && number(version) < number(ends[1])) ||
                         (ends[2] != "" && number(version) > number(ends[2]))))
                    return 0
            }
            return cpus == "" || index(cpus " ", " " cpu " ")
        }
        /^#/ || !NF { next }
        !/^\[/ { print; next }
        { cpus = ""; end = index($0, "] "); if (holds(substr($0, 2, end - 2))) print substr($0, end + 2) }
    ' "$BATS_TEST_DIRNAME/facts.expected"
}

assert_facts() { # TRIPLET
    run diff -U 0 <(expected_facts "$1" "$VERSION") <(sed '$d' out/facts)
    assert_output ''
    assert_equal "$(tail -n 1 out/facts)" 'status 0'
}

libc_of() { # TRIPLET
    printf '#include <features.h>\n__GLIBC__ __GLIBC_MINOR__\n' | "$1-gcc" -E -P - | sed -n '$ s/ /./; $ s/^/glibc /p'
}

# The table for README. To be called in teardown_file.
print_table() {
    [ -e "$BATS_FILE_TMPDIR/table" ] || return 0
    {
        echo '| kernel | CPU | libc | tried | seconds |'
        echo '| --- | --- | --- | --- | --: |'
        sort -t '|' -k 3,3 -k 2,2V "$BATS_FILE_TMPDIR/table"
    } | sed 's/^/# /' >&3
}

# Makes the system for a CPU, with the programs and without the kernel, in the folder that SYSTEM names.
prepare_system() { # TRIPLET SCRIPT
    SYSTEM=$BATS_TEST_TMPDIR/system
    read_cpu "$1"
    make_system "$SYSTEM" "$BATS_TEST_DIRNAME/$2"
    mkdir -p "$SYSTEM"/{lib,tests}
    ln -s lib "$SYSTEM/lib64"
    ln -s bin "$SYSTEM/sbin"
    make_programs "$1"
    copy_libc "$1"
    copy_visitor "$1"
}

# Prints what the system writes between its lines `begin` and `end`.
boot_and_read() { # SUITE BEGIN [WORD]...
    local kernel
    kernel=$(kernel_file "$1" "$2") || return
    pack_system "$SYSTEM" >"$BATS_TEST_TMPDIR/initrd"
    boot "${SECONDS_A_KERNEL:-1700}" "$kernel" "$BATS_TEST_TMPDIR/initrd" "${@:3}" | sed -n '/^begin$/,/^end$/ p'
}

# Tries all on one kernel.
serves() { # TRIPLET SUITE BEGIN
    local step began=$SECONDS
    prepare_system "$1" init.sh
    write_settings "$1"
    run_system "${SECONDS_A_KERNEL:-1700}" "$2" "$3"
    echo "# $VERSION ${1%%-*}: $MADE runs compared, $((SECONDS - began)) s" >&3
    echo "| $VERSION | ${1%%-*} | $(libc_of "$1") | $(paste -s -d ' ' <<<"$STEPS"): $MADE runs compared," \
        "$(grep -s -c ^answer out/known || true) records | $((SECONDS - began)) |" >>"$BATS_FILE_TMPDIR/table"
    for step in $STEPS; do
        case $step in
        facts) assert_facts "$1" ;;
        records) assert_recorded ;;
        visits | kept | yama) diff "$BATS_TEST_DIRNAME/$step.expected" "out/$step.seen" ;;
        starts | embedded) diff "$BATS_TEST_DIRNAME/starts.expected" "out/$step.seen" ;;
        matrix) assert_equal "$(sed 's/.*://' out/bare)" 'status 141' ;;
        esac
    done
    assert_as_oracle "$1"
}
