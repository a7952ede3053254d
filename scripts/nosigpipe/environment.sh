# nosigpipe: the environment, as it was given and as a shell passes it on.

# A shell drops names that are none for it (discovery.type), and begins with values of its own (IFS,
# OPTIND, PPID). Sets `environment`: what a child gets, and what this process has got, both as octal
# numbers, with the words of od itself between them. Nothing is set before.
read_environment() {
    # By its path, where it is usual: busybox may take the name for its own applet, and start nothing.
    if [ -x /usr/bin/od ]; then
        set -- /usr/bin/od
    else
        set -- od
    fi
    set -- "$1" -An -v -to1 /proc/self/environ /proc/self/cmdline "/proc/$$/environ"
    # Half of it would look like a caller that has given nothing.
    environment=$("$@" 2>/dev/null) || environment=
}

# Prints the start by env(1) where something is to be put right. env gets that alone as arguments, not
# all of the environment: /proc/PID/cmdline is for everyone to read, /proc/PID/environ is not.
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
    # What has a "=" would be a variable for env.
    case $1 in *=*) printf ' nice -n 0' ;; esac
    echo ' "$@"'
}

# Within single quotes.
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

# Sets `lost`, the entries that a child does not get as they were given, and `added`, the names that
# were not given: one a line.
find_lost() {
    IFS='
'
    lost='' added='' passed='' children=' 000' names=' 000' entry='' part='' whose=child
    # By the line, and in parts: a shell takes long over the front of a long text, and over its end.
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
    # Without /proc nothing is known.
    [ "$whose" = caller ] || return 0
    for name in $passed; do
        case $names in *" 000$name 000"*) continue ;; esac
        is_own "$name" || added="$added$name
"
    done
}

take_entry() {
    case $whose:$entry in
    # "/proc/self/cmdline", which od has among its words.
    'child: 057 160 162 157 143 057 163 145 154 146 057 143 155 144 154 151 156 145') whose=caller ;;
    child:*)
        children="$children$entry 000"
        case $entry in *' 075'*) passed="$passed${entry%%' 075'*}
" ;; esac
        ;;
    caller:*' 075'*) take_given "${entry%%' 075'*}" ;; # neither env nor a shell can set what has no "="
    esac
}

take_given() { # NAME
    # Of those with the same name getenv(3) takes the first.
    case $names in *" 000$1 000"*) return ;; esac
    names="$names$1 000"
    case $children in *" 000$entry 000"*) return ;; esac
    is_own "$1" || lost="$lost$entry
"
}

# _, PWD, OLDPWD and SHLVL, which shells keep; LD_PRELOAD and NOSIGPIPE_OPTIONS, which are set here.
is_own() { # NAME
    case $1 in
    ' 137' | ' 120 127 104' | ' 117 114 104 120 127 104' | ' 123 110 114 126 114') ;;
    ' 114 104 137 120 122 105 114 117 101 104') ;;
    ' 116 117 123 111 107 120 111 120 105 137 117 120 124 111 117 116 123') ;;
    *) return 1 ;;
    esac
}
