# nosigpipe: the differences between the environment that was given and what a shell makes of it.

# A shell drops variables whose names are not valid in it (discovery.type), and sets some itself (IFS,
# OPTIND, PPID). Sets `environment` to the environment of a child, the command line of od, and the
# environment of this process, all as octal numbers. Must come before any variable is set.
read_environment() {
    # The usual path, since busybox may run its own applet for the bare name, without a child.
    if [ -x /usr/bin/od ]; then
        set -- /usr/bin/od
    else
        set -- od
    fi
    set -- "$1" -An -v -to1 /proc/self/environ /proc/self/cmdline "/proc/$$/environ"
    # If od failed half-way, the variables that are missing would look as if nobody had given them.
    environment=$("$@" 2>/dev/null) || environment=
}

# Prints a start by env(1) if the shell has changed the environment. env gets only the differences as
# arguments, since /proc/PID/cmdline can be read by everyone, unlike /proc/PID/environ.
restore_environment() { # COMMAND
    find_lost
    [ -n "$lost$added" ] || return 0
    tool=/usr/bin/env
    [ -x "$tool" ] || tool=/bin/env
    [ -x "$tool" ] || return 0
    printf %s "exec $tool"
    IFS='
'
    for name in $added; do
        printf ' -u '
        print_octal "$name"
    done
    printf ' --'
    for entry in $lost; do
        printf " '"
        print_octal "$entry"
        printf "'"
    done
    # env would take a command with a "=" for a variable.
    case $1 in *=*) printf ' nice -n 0' ;; esac
    echo ' "$@"'
}

# Prints bytes for a text within single quotes.
print_octal() { # BYTES
    IFS=' '
    for byte in $1; do
        case $byte in
        047) printf "'\\\\''" ;;
        *) printf %b "\\0$byte" ;;
        esac
    done
    IFS='
'
}

# Sets `lost` to the entries that a child does not get as they were given, and `added` to the names
# that were not given, one per line.
find_lost() {
    IFS='
'
    lost='' added='' passed='' children=' 000' names=' 000' entry='' part='' whose=child
    # Line by line, and in parts: shells are slow at cutting the front off a long string and at
    # appending to one.
    for line in $environment; do
        while :; do
            case $line in *' 000'*) ;; *) break ;; esac
            entry=$entry$part${line%%' 000'*}
            line=${line#*' 000'}
            take_entry
            entry='' part=''
        done
        part=$part$line
        [ ${#part} -lt 4000 ] || entry=$entry$part part=''
    done
    # Without /proc the environment is not known.
    [ "$whose" = caller ] || return 0
    for name in $passed; do
        case $names in *" 000$name 000"*) continue ;; esac
        is_own "$name" || added="$added$name
"
    done
}

take_entry() {
    case $whose:$entry in
    # "/proc/self/cmdline", an argument of od: what follows is of this process.
    'child: 057 160 162 157 143 057 163 145 154 146 057 143 155 144 154 151 156 145') whose=caller ;;
    child:*)
        children="$children$entry 000"
        case $entry in *' 075'*) passed="$passed${entry%%' 075'*}
" ;; esac
        ;;
    caller:*' 075'*) take_given "${entry%%' 075'*}" ;; # env and shells cannot set an entry without "="
    esac
}

take_given() { # NAME
    # getenv(3) finds the first of several entries with the same name.
    case $names in *" 000$1 000"*) return ;; esac
    names="$names$1 000"
    case $children in *" 000$entry 000"*) return ;; esac
    is_own "$1" || lost="$lost$entry
"
}

# Shells maintain _, PWD, OLDPWD and SHLVL; nosigpipe sets LD_PRELOAD and NOSIGPIPE_OPTIONS.
is_own() { # NAME
    case $1 in
    ' 137' | ' 120 127 104' | ' 117 114 104 120 127 104' | ' 123 110 114 126 114') ;;
    ' 114 104 137 120 122 105 114 117 101 104') ;;
    ' 116 117 123 111 107 120 111 120 105 137 117 120 124 111 117 116 123') ;;
    *) return 1 ;;
    esac
}
