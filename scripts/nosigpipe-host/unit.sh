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

# Prints the files that say how the unit is started, with its template's and those for all services.
unit_files() {
    for folder in "$sysroot"/etc "$sysroot"/run "$sysroot"/usr/local/lib "$sysroot"/usr/lib "$sysroot"/lib; do
        for unit_file in "$folder/systemd/system/$unit" "$folder/systemd/system/$template" \
            "$folder/systemd/system/$unit.d"/*.conf "$folder/systemd/system/$template.d"/*.conf \
            "$folder/systemd/system/service.d"/*.conf \
            "$folder"/systemd/generator*/"$unit" "$folder/systemd/transient/$unit"; do
            [ ! -f "$unit_file" ] || printf '%s\n' "$unit_file"
        done
    done
}

# Sets `unit_preload` to the LD_PRELOAD that the unit sets itself; fails where that cannot be told.
find_unit_preload() {
    unit_preload='' exists=''
    while IFS= read -r unit_file; do
        case $unit_file in
        '' | "$unit_folder/$drop_in") continue ;;
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
        [ -n "$value" ] || fail 1 "'$unit_file' sets LD_PRELOAD in a way that is not understood: add '$name' to it there"
        unit_preload=$value
        ;;
    esac
}

is_ours() { # FILE
    [ "$(head -n 1 -- "$1" 2>/dev/null)" = "$drop_in_mark" ]
}

reload_systemd() {
    [ -n "$sysroot" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
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
    {
        mkdir -p -- "$unit_folder" &&
            { printf '%s\n' "$drop_in_mark" '[Service]' && print_for_systemd; } >"$unit_file.new" &&
            mv -f -- "$unit_file.new" "$unit_file"
    } 2>/dev/null || fail 1 "cannot write '$unit_file'"
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
