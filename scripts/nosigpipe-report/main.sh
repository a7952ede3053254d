# nosigpipe-report: reads the arguments and runs the awk program.

json=0 by='' journal=0 deaths=0 since='' left=$# options=1
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $options$argument in
    1--by | 1--since)
        [ "$left" -gt 0 ] || fail "$argument needs a value"
        argument=$argument=$1
        shift
        left=$((left - 1))
        ;;
    esac
    case $options$argument in
    1--json) json=1 ;;
    1--journal) journal=1 ;;
    1--deaths) deaths=1 ;;
    1--by=peer | 1--by=program | 1--by=call | 1--by=unit) by=${argument#--by=} ;;
    1--by=*) fail "unknown value '${argument#--by=}' of --by (accepted: peer, program, call, unit)" ;;
    1--since=?*) since=${argument#--since=} ;;
    1--since=) fail '--since needs a value' ;;
    1-h | 1--help)
        usage | eval "$put"
        exit
        ;;
    1-V | 1--version)
        echo 'nosigpipe-report @VERSION@' | eval "$put"
        exit
        ;;
    1--) options=0 ;;
    1-?*)
        fail "unknown option '$argument' (accepted: --by WHAT, --deaths, --journal, --json, --since TIME, \
-h, --help, -V, --version)"
        ;;
    *)
        check_file "$argument"
        # With a slash, awk takes no name for an assignment or an option.
        case $argument in /* | -) ;; *) argument=./$argument ;; esac
        set -- "$@" "$argument"
        ;;
    esac
done

[ "$journal$deaths" != 11 ] || fail '--journal does not go with --deaths'
[ "$journal$deaths" = 00 ] || [ $# = 0 ] || fail "no FILE goes with --journal or --deaths: '${1#./}'"
[ -z "$since" ] || [ "$journal$deaths" != 00 ] || fail '--since goes with --journal or --deaths alone'
[ -z "$by" ] || [ "$deaths" = 0 ] || fail '--by does not go with --deaths'
find_since

# By this variable gawk would take the end of a command that fails for success.
run_awk() { # [FILE]...
    (unset POSIXLY_CORRECT && exec awk -v me="$me" -v json="$json" -v by="$by" -v journal="$journal" \
        -v deaths="$deaths" -v out="$put" -v since="$since" -v library="${library-}" -- "$program" "$@")
}

case $deaths$journal in
1*)
    check_deaths
    read_deaths | run_awk
    ;;
*1)
    check_journal
    read_records | run_awk
    ;;
*)
    [ $# != 0 ] || [ ! -t 0 ] || fail 'no FILE is given, and standard input is a terminal (for the journal: --journal)'
    run_awk "$@"
    ;;
esac || exit 2
