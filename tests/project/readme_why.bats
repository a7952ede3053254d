# bats file_tags=readme
# README.md, "Why not just ignore the signal?": each cell of its table is tried.

# shellcheck disable=SC2154 # `run` sets output, status and lines
load ../lib/common

# A program that protects itself in one of the ways, or not at all, and says whether it fared well in
# one of the cases. perl leaves SIGPIPE as it finds it.
# shellcheck disable=SC2016 # perl's own
PROGRAM='
    use Socket;
    use POSIX ();
    my ($way, $case) = @ARGV;
    $SIG{PIPE} = "IGNORE" if $way eq "SIG_IGN";
    my $flags = $way eq "MSG_NOSIGNAL" ? MSG_NOSIGNAL : 0;
    my %started = (
        started => q(exec 3> >(:); wait $!; echo x >&3; echo yes),
        trap => q(trap "echo yes" PIPE; kill -PIPE $$),
        head => q([ -n "$({ yes | head -n 1 >/dev/null; } 2>&1)" ] || echo yes),
    );
    exit system("bash", "-c", $started{$case}) if $started{$case};
    socketpair(my $broken, my $other, AF_UNIX, SOCK_STREAM, 0) || die;
    close($other);
    POSIX::sigaction(POSIX::SIGPIPE, POSIX::SigAction->new("DEFAULT")) if $case eq "library";
    kill(PIPE => $$) if $case eq "kill";
    print "yes" if !defined($case eq "write" ? syswrite($broken, "x") : send($broken, "x", $flags));'

# A service of systemd starts with the signal ignored, as by env(1): tests/systems has one.
fares() { # WAY CASE [OPTION]...: yes or no
    local before=() way=$1
    case $1 in
    env) before=(env --ignore-signal=PIPE) ;;
    nosigpipe) before=(nosigpipe "${@:3}") ;;
    *) [ "$2" != unchanged ] || way=none ;;
    esac
    run bare env PATH="$BUILD:$PATH" "${before[@]}" perl -e "$PROGRAM" "$way" "$2"
    case $2 in
    kill) [ "$status" = "$SIGPIPE_STATUS" ] ;;
    log) [[ $output == *' peer='* ]] ;;
    *) [ "${lines[-1]-}" = yes ] ;;
    esac && echo yes || echo no
}

@test "README: ignoring the signal fares as the page says, and so does nosigpipe" {
    local rows=0 row case ways=(env SIG_IGN MSG_NOSIGNAL nosigpipe) cells cell i option
    while IFS= read -r row; do
        rows=$((rows + 1))
        case $row in
        'No change of the program '*) case=unchanged ;;
        'Covers `write`, '*) case='write' ;;
        'Survives a library '*) case=library ;;
        'Protects what the program starts '*) case=started ;;
        'Shells that it starts can `trap` '*) case='trap' ;;
        '`kill -PIPE` acts '*) case='kill' ;;
        '`yes / head -n 1` ends quietly '*) case='head' ;;
        'Logs each broken write'*) case=log ;;
        *) fail "no test of '$row'" ;;
        esac
        IFS='|' read -r -a cells <<<"${row#*|}"
        for i in "${!ways[@]}"; do
            cell=$(tr -d '*` ' <<<"${cells[i]}")
            if [[ $cell == with* ]]; then
                option=--${cell#with}
                assert_equal "$case, $option: $(fares "${ways[i]}" "$case" "${option/%=/=stderr}")" "$case, $option: yes"
                cell=no
            fi
            assert_equal "$case, ${ways[i]}: $(fares "${ways[i]}" "$case")" "$case, ${ways[i]}: $cell"
        done
    done < <(sed -n '/^## Why not/,/^## Try it/ { s/\\|/\//g; s/^| \([^-|].*\) |$/\1/p }' "$ROOT/README.md")
    assert_equal "$rows" 8
}
