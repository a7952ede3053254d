# nosigpipe: the long options that set a key of NOSIGPIPE_OPTIONS.

# Sets `accepted` to the values that a key accepts.
find_key() { # KEY
    table=";$options"
    accepted=${table##*";$1="}
    [ "$accepted" != "$table" ] || fail 125 "unknown option '--$1' ('$tool --help' lists all)"
    accepted=${accepted%%;*}
}

# The library makes the same test; this one comes before anything starts.
is_accepted() { # VALUE
    case $accepted:$1 in
    '0 to '*:*[!0-9]* | '0 to '*: | '0 to '*:??????????*) false ;;
    '0 to '*) [ "$1" -le "${accepted#0 to }" ] ;;
    *: | *:file:PATH | *:file:/*,*) false ;;
    *' file:PATH:file:/'*) [ ${#1} -le 260 ] ;;
    *:*' '*) false ;;
    *) case " $accepted " in *" $1 "*) ;; *) false ;; esac ;;
    esac
}

set_option() { # KEY VALUE
    find_key "$1"
    value=$2
    case $1=$value in
    log=file:/*) ;;
    log=file:?*) value=file:$PWD/${value#file:} ;;
    esac
    is_accepted "$value" || fail 125 "bad value '$2' for '--$1' (accepted: $accepted)"
    chosen=${chosen:+$chosen,}$1=$value
}

is_off() {
    [ "${NOSIGPIPE_OPTIONS-}" = off ]
}

# Sets `found` to the value of a key: the last one given that the library accepts.
find_value() { # KEY
    find_key "$1"
    found=${accepted%% *}
    rest=${NOSIGPIPE_OPTIONS-},$chosen,
    while [ -n "$rest" ]; do
        value=${rest%%,*}
        rest=${rest#*,}
        case $value in
        "$1"=*) ! is_accepted "${value#*=}" || found=${value#*=} ;;
        esac
    done
}

# Appends to the variable, since the last value of a key counts. "off" stays alone.
export_options() {
    [ -n "$chosen" ] && ! is_off || return 0
    quote "${NOSIGPIPE_OPTIONS:+$NOSIGPIPE_OPTIONS,}$chosen"
    printf '%s\n' "export NOSIGPIPE_OPTIONS=$quoted"
}
