# For tests that compare transcripts: programs that print what they can see of their own signals. The oracle
# is the run without the shim.

TRANSCRIPTS="dispositions handlers one_shot masks threads waits taken sent outside children cancel pointers relatives"

ORACLES=$BATS_FILE_TMPDIR

# The programs, and those of their cases, that make broken writes while SIGPIPE has the default action.
declare -gA SURVIVAL=([survival]='' [children]='survive_vfork survive_spawn'
    [taken]=survive_taken [pointers]=survive_restorer [restricted]='')

# The command that runs programs of another CPU, and the cases to run of a program, where not all are run.
RUN=()
declare -gA CASES=()

# Runs a command with SIGPIPE inherited in this state.
inherit() { # STATE COMMAND...
    local -a state
    case $1 in
    default) state=(--default-signal=PIPE) ;;
    ignored) state=(--ignore-signal=PIPE) ;;
    blocked) state=(--default-signal=PIPE --block-signal=PIPE) ;;
    *) false ;;
    esac
    shift
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS "${state[@]}" "$@"
}

# The heads of the hunks name the cases.
same() { # ORACLE TRANSCRIPT
    diff -U 3 -F '^[a-z_]*$' "$1" "$2"
}

# Prints the cases of tests/shim/known_differences for a mode, a program and an inherited state, as PARENT/CASE.
known_differences() { # MODE PROGRAM STATE
    awk -v mode="$1" -v program="$2" -v state="$3" \
        '!/^#/ && ($1 == mode || $1 == "all") && $2 == program && (NF < 4 || $4 == state) {
            printf "%s ", $3
        }' "$ROOT/tests/shim/known_differences"
}

# Prints a transcript without these cases, or with KEEP=1 these cases alone. A case begins with its name
# alone on a line; the cases below "send_by_..." belong to that sender.
filtered() { # KEEP CASES TRANSCRIPT
    awk -v keep="$1" -v cases=" $2" '
        /^[a-z_]+$/ {
            parent = /^send_/ ? $0 : parent
            key = " " parent "/" $0 " "
            listed = index(cases, key) > 0 || index(cases, " " parent "/* ") > 0
        }
        listed == keep' "$3"
}

# Prints a transcript without the cases that have a line of this pattern.
without() { # PATTERN
    awk -v pattern="\n [^\n]*($1)" 'function flush() { if (text !~ pattern) printf "%s", text; text = "" }
        /^[a-z_]+$/ { flush() }
        { text = text $0 "\n" }
        END { flush() }'
}

# Prints the cases of a transcript that came to their end.
ended() { # TRANSCRIPT
    sed -n '/SIGALRM/! s/^\([a-z_]*\): .*/\1/p' "$1" | sort -u | xargs
}

# Prints the transcript of a program, started with SIGPIPE in this state.
transcript() { # STATE PROGRAM [VARIABLE=VALUE]...
    # shellcheck disable=SC2086 # one word a case
    inherit "$1" env "${@:3}" "${RUN[@]}" "$PROGRAMS/transcript_$2" ${CASES[$2]-}
}

make_oracles() { # STATE
    local name
    for name in $TRANSCRIPTS; do
        transcript "$1" "$name" >"$ORACLES/$name.$1"
    done
}

# Prints the part of a transcript that is compared.
compared() { # LIMITS TRANSCRIPT
    filtered 0 "$@"
}

# Compares each program under this preload with its oracle.
same_under() { # PRELOAD MODE STATE [OPTIONS]
    local name cases failed=0
    for name in $TRANSCRIPTS; do
        transcript "$3" "$name" LD_PRELOAD="$1" NOSIGPIPE_OPTIONS="$2${4:+,$4}" >"$BATS_TEST_TMPDIR/$name"
        cases=$(known_differences "${2#mode=}" "$name" "$3")
        same <(compared "$cases" "$ORACLES/$name.$3") \
            <(compared "$cases" "$BATS_TEST_TMPDIR/$name") >"$BATS_TEST_TMPDIR/diff" ||
            { failed=1 && head -n 60 "$BATS_TEST_TMPDIR/diff"; }
    done
    return "$failed"
}

# Compares broken writes under the default action with the same without the shim, SIGPIPE ignored.
survives() { # PRELOAD MODE [OPTIONS]
    local failed=0 name cases
    local -A CASES
    for name in "${!SURVIVAL[@]}"; do
        CASES[$name]=${SURVIVAL[$name]}
        transcript default "$name" LD_PRELOAD="$1" NOSIGPIPE_OPTIONS="$2${3:+,$3}" >"$BATS_TEST_TMPDIR/$name"
        CASES[$name]="oracle ${CASES[$name]}"
        transcript default "$name" >"$BATS_TEST_TMPDIR/oracle"
        cases=$(known_differences "${2#mode=}" "$name" default)
        same <(compared "$cases" "$BATS_TEST_TMPDIR/oracle") \
            <(compared "$cases" "$BATS_TEST_TMPDIR/$name") || failed=1
    done
    return "$failed"
}
