# nosigpipe-host: options and globs, and the file that keeps them.

# Refuses what shim/config/host_options.c or a shell's `case` (scripts/nosigpipe/machine.sh) would read in another way.
check_glob() { # KEY GLOB
    rest=$2 bad=''
    case $rest in
    '' | *\\* | *[[:cntrl:]]*) bad=yes ;;
    [!/*?[]*/*) fail 125 "bad glob '$2' for '--$1': with a slash it is for a whole path, and begins with / or *" ;;
    esac
    while :; do
        case $rest in *'['*) ;; *) break ;; esac
        rest=${rest#*'['}
        case $rest in '^'*) bad=yes ;; esac
        rest=${rest#!}
        # A bracket that comes first is one of the set.
        case $rest in ?*']'*) rest=${rest#?} && rest=${rest#*']'} ;; *) bad=yes && break ;; esac
    done
    [ -z "$bad" ] || fail 125 "bad glob '$2' for '--$1' (accepted: characters but \\ and :, and * ? [a-z] [!a-z])"
}

add_globs() { # only|except GLOBS
    globs=$2:
    while [ -n "$globs" ]; do
        check_glob "$1" "${globs%%:*}"
        globs=${globs#*:}
    done
    case $1 in
    only) only=${only:+$only:}$2 ;;
    except) except=${except:+$except:}$2 ;;
    esac
}

set_word() { # KEY VALUE
    case $1 in
    only | except) add_globs "$1" "$2" ;;
    *)
        set_option "$1" "$2"
        # A value is one line of the file, and means the same wherever that is read.
        case ${origin:+file}:$2:$value in
        file:file:[!/]* | *[[:cntrl:]]*) fail 125 "bad value '$2' for '--$1' (accepted: $accepted)" ;;
        esac
        ;;
    esac
}

read_conf() {
    chosen='' only='' except=''
    [ -e "$conf" ] || return 0
    if [ ! -f "$conf" ] || [ ! -r "$conf" ]; then
        fail 1 "cannot read '$conf'"
    fi
    origin="'$conf': "
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        '' | '#'*) ;;
        [a-z]*=*) set_word "${line%%=*}" "${line#*=}" ;;
        *) fail 1 "bad line '$line' (accepted: KEY=VALUE, only=GLOBS, except=GLOBS, a comment after #)" ;;
        esac
    done <"$conf"
    origin=''
}

# shellcheck disable=SC2086 # one word an option
print_conf() {
    echo '# nosigpipe-host(8): options for every program of this machine. After a change: nosigpipe-host update'
    IFS=,
    set -f
    [ -z "$chosen" ] || printf '%s\n' $chosen
    set +f
    unset IFS
    [ -z "$only" ] || printf '%s\n' "only=$only"
    [ -z "$except" ] || printf '%s\n' "except=$except"
}
