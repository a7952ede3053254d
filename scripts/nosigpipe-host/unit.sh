# nosigpipe-host: a drop-in for one service of systemd.

drop_in=zz-nosigpipe.conf # after other drop-ins, which could set the variable anew
drop_in_mark='# Made by nosigpipe-host enable --unit'

check_unit_name() { # NAME
    case $1 in
    '' | -* | *[!A-Za-z0-9:_.@\\-]*) fail 125 "bad name of a unit: '$1'" ;;
    *.service) unit=$1 ;;
    *.socket | *.timer | *.target | *.mount | *.path | *.slice | *.scope | *.device | *.swap | *.automount)
        fail 125 "'$1' is no service: programs are started by services alone"
        ;;
    *) unit=$1.service ;;
    esac
    unit_folder=$sysroot/etc/systemd/system/$unit.d
    template=$unit
    case $unit in *@*) template=${unit%%@*}@.service ;; esac
}

# Prints the files that say how the unit is started: the one that systemd takes, which is the first of its name or
# of its template's (systemd.unit(5)), and all drop-ins, with the template's and those for all services.
unit_files() {
    for wanted in "$unit" "$template"; do
        for folder in run/systemd/transient run/systemd/generator.early etc/systemd/system run/systemd/system \
            run/systemd/generator usr/local/lib/systemd/system usr/lib/systemd/system lib/systemd/system \
            run/systemd/generator.late; do
            unit_file=$sysroot/$folder/$wanted
            [ ! -f "$unit_file" ] || { printf '%s\n' "$unit_file" && break 2; }
        done
    done
    for folder in etc run usr/local/lib usr/lib lib; do
        folder=$sysroot/$folder/systemd/system
        for unit_file in "$folder/$unit.d"/*.conf "$folder/$template.d"/*.conf "$folder/service.d"/*.conf; do
            [ ! -f "$unit_file" ] || printf '%s\n' "$unit_file"
        done
    done
}

# Sets `unit_preload` to the LD_PRELOAD that the unit sets itself; fails where that cannot be told.
find_unit_preload() {
    unit_preload='' exists=''
    while IFS= read -r unit_file; do
        case $unit_file in
        '' | */"$drop_in") continue ;; # ours takes the place of a template's
        */"$unit" | */"$template") exists=yes ;;
        esac
        while IFS= read -r line || [ -n "$line" ]; do
            take_unit_line
        done <"$unit_file"
    done <<TEXT
$(unit_files)
TEXT
    [ -n "$exists" ] || fail 1 "there is no unit '$unit' on this machine"
}

# EnvironmentFile= overrides Environment= (systemd.exec(5)), so the library would be lost.
take_unit_line() {
    case $line in
    '#'* | ';'*) ;;
    *EnvironmentFile=*)
        named=${line#*EnvironmentFile=}
        ! grep -q LD_PRELOAD -- "$sysroot${named#-}" 2>/dev/null ||
            fail 1 "'${named#-}', which '$unit_file' names, sets LD_PRELOAD: add '$name' to it there"
        ;;
    *LD_PRELOAD=* | *PassEnvironment=*LD_PRELOAD* | *UnsetEnvironment=*LD_PRELOAD*)
        value=$(printf '%s\n' "$line" |
            sed -n 's/^[[:blank:]]*Environment="\{0,1\}LD_PRELOAD=\([^"%\\[:blank:]]*\)"\{0,1\}[[:blank:]]*$/\1/p')
        # Which of two values counts, the names of the files decide.
        { [ -n "$value" ] && [ "${unit_preload:-$value}" = "$value" ]; } ||
            fail 1 "'$unit_file' sets LD_PRELOAD in a way that is not understood: add '$name' to it there"
        unit_preload=$value
        ;;
    esac
}

is_ours() { # FILE
    [ "$(head -n 1 -- "$1" 2>/dev/null)" = "$drop_in_mark" ]
}

reload_systemd() {
    [ -n "$sysroot" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload </dev/null
}

enable_unit() {
    [ -z "$only$except" ] || fail 125 "'--only' and '--except' do not go with '--unit'"
    find_libraries
    [ -n "$libraries" ] || find_library # says what is missing
    # shellcheck disable=SC2086 # one word an entry
    set -- $libraries
    name=${by_lib:-${1#*:}}
    find_unit_preload
    preload=${unit_preload:+$unit_preload:}$name
    unit_file=$unit_folder/$drop_in
    [ ! -e "$unit_file" ] || is_ours "$unit_file" || fail 1 "'$unit_file' was not made by nosigpipe-host"
    new_conf=$unit_file.new
    [ -d "$unit_folder" ] || folders=$unit_folder
    (
        umask 022 && mkdir -p -- "$unit_folder" &&
            { printf '%s\n' "$drop_in_mark" '[Service]' && print_for_systemd; } >"$new_conf" &&
            mv -f -- "$new_conf" "$unit_file"
    ) 2>/dev/null || fail 1 "cannot write '$unit_file'"
    new_conf='' folders=''
    reload_systemd
    print "enabled for '$unit' by '$unit_file'"
    print "from its next start on: systemctl restart $unit"
}

remove_drop_in() { # FILE
    rm -f -- "$1" 2>/dev/null
    [ ! -e "$1" ] || fail 1 "cannot remove '$1'"
    rmdir -- "${1%/*}" 2>/dev/null
    print "removed '$1'"
}

disable_unit() {
    unit_file=$unit_folder/$drop_in
    [ -e "$unit_file" ] || return 0
    is_ours "$unit_file" || fail 1 "'$unit_file' was not made by nosigpipe-host"
    remove_drop_in "$unit_file"
    reload_systemd
}

# Calls a function with each drop-in of nosigpipe-host.
each_drop_in() { # FUNCTION
    for unit_file in "$sysroot"/etc/systemd/system/*.d/"$drop_in"; do
        [ ! -f "$unit_file" ] || ! is_ours "$unit_file" || "$1" "$unit_file"
    done
}
