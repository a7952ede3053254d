# nosigpipe-host: what was asked for.

# From shim/options.def: "KEY=VALUES;...", and "KEY=what it decides;...".
options='@OPTIONS@'
texts='@TEXTS@'
# Where `make install` puts the library, and its ABI.
libdir='@LIBDIR@'
built_abi='@ABI@'
chosen='' only='' except='' unit='' without='' sysroot='' root_given='' words='' unprinted=''

usage_error() { # MESSAGE
    fail 125 "$1 (usage: nosigpipe-host enable|disable|status|update [OPTION]...)"
}

take_option() { # KEY VALUE
    case $1 in
    unit) check_unit_name "$2" ;;
    without)
        case $2 in /*) without=$2 ;; *) fail 125 "'$2' is not an absolute path" ;; esac
        ;;
    root)
        root_given=yes
        case $2 in /*) sysroot=${2%/} ;; *) fail 125 "'$2' is not an absolute path" ;; esac
        [ -d "$2" ] || fail 125 "no such folder: '$2'"
        ;;
    *) set_word "$1" "$2" && words=yes ;;
    esac
}

read_arguments() { # [ARGUMENT]...
    [ $# -gt 0 ] || usage_error 'no command given'
    task=''
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) print_usage ;;
        -V | --version) print 'nosigpipe-host @VERSION@' && check_printed && exit ;;
        --?*=*) key=${1%%=*} && take_option "${key#--}" "${1#*=}" ;;
        --?*)
            [ $# -gt 1 ] || fail 125 "'$1' needs a value"
            take_option "${1#--}" "$2"
            shift
            ;;
        -*) fail 125 "unknown option '$1' ('nosigpipe-host --help' lists all)" ;;
        enable | disable | status | update)
            [ -z "$task" ] || usage_error "'$1' after '$task'"
            task=$1
            ;;
        *) usage_error "unknown command '$1'" ;;
        esac
        shift
    done
    [ -n "$task" ] || usage_error 'no command given'
    case $task:$words in enable:* | *:) ;; *) fail 125 "'$task' takes no options for programs" ;; esac
    case $task:$without in update:* | *:) ;; *) fail 125 "'--without' goes with 'update' alone" ;; esac
    case $task:$unit in enable:* | disable:* | *:) ;; *) fail 125 "'--unit' goes with 'enable' and 'disable' alone" ;; esac
    case $task:$without:$root_given in
    disable:* | update:/* | *:) ;;
    *) fail 125 "'--root' goes with 'disable' and 'update --without' alone" ;;
    esac
}

stop() { # STATUS
    undo
    exit "$1"
}

print_usage() {
    { usage; } 2>/dev/null || fail 1 'cannot write to standard output'
    exit
}

# A symbolic link stays: the file that it leads to in the system below --root is replaced. Sets `followed`.
follow() { # FILE
    followed=$sysroot$1 links=0
    while [ -L "$followed" ] && [ "$links" -lt 40 ]; do
        links=$((links + 1))
        target=$(readlink -- "$followed")
        case $target in /*) followed=$sysroot$target ;; *) followed=${followed%/*}/$target ;; esac
    done
}

# Changes nothing before this machine's loaders and the library itself have been looked at.
enable_copies() {
    case ,$chosen, in
    *,children=release,*)
        # There is no variable that could be removed.
        fail 125 "'children=release' does nothing here, since /etc/ld.so.preload reaches every program: use except="
        ;;
    esac
    find_libraries
    [ -n "$libraries" ] || find_library # says what is missing
    check_loaders
    find_name
    read_preload all
    is_named=''
    [ "$(library_words)" != "$name" ] || is_named=yes
    make_parts
    # Where a copy is in use, it may be that no other program starts from the first that is replaced on. Then it is to be
    # named no more.
    preload_after_undo=$before
    if [ -n "$(enabled_words)" ]; then
        preload_after_undo=${others:+$others
}
        undo_preload=yes
    fi
    place_parts
    [ -n "$is_named" ] || write_preload "${others:+$others
}$name"
    # If no program starts now, the shell can still undo it with its builtin commands.
    starts env true || fail 1 "undone: 'true' fails with it: $said"
    made='' folders='' undo_preload=''
}

# The file that keeps the options changes at the very end.
enable_all() {
    if [ -n "$words" ]; then
        new_conf=$conf.new
        [ -d "${conf%/*}" ] || folders=${conf%/*}
        (umask 022 && mkdir -p -- "${conf%/*}" && print_conf >"$new_conf") 2>/dev/null || fail 1 "cannot write '$conf'"
    else
        read_conf
    fi
    enable_copies
    [ -z "$words" ] || mv -f -- "$new_conf" "$conf" || fail 1 "cannot write '$conf'"
    new_conf=''
    tell_enabled
    print "if no program starts any more, in a root shell that is open: : >$preload_file"
}

tell_enabled() {
    print 'enabled for every program that starts'
    print "copy: $name"
    print "options: ${chosen:-none}"
    [ -z "$only" ] || print "only: $only"
    [ -z "$except" ] || print "except: $except"
}

# Prints the library of each copy that the file names, with what $LIB may stand for.
copied_libraries() {
    enabled_words | while IFS= read -r path; do
        case $path in
        *\$*) for path in "$sysroot${path%%/\$*}"/lib*/"$copy_name" "$sysroot${path%%/\$*}"/lib/*/"$copy_name"; do
            [ ! -f "$path" ] || printf '%s\n' "${path#"$sysroot"}"
        done ;;
        *) printf '%s\n' "$path" ;;
        esac
    done | sed "s|/$copy_name\$|/libnosigpipe.so|" | sort -u
}

disable_all() { # LIBRARY|all
    copied=$(copied_libraries)
    [ "$1" = all ] || copied=$1
    read_preload "$1"
    if [ "$others" != "$(printf %s "$before")" ]; then
        write_preload "$others"
        print "disabled: '$preload_file' does not name the library any more"
    elif [ "$1" = all ]; then
        print "disabled already: '$preload_file' does not name the library"
    fi
    for library in $copied; do
        remove_copy "$library"
    done
}

# With the last library goes what names all of them by the loader's $LIB.
drop_without() { # FILE
    by_name=$without
    if [ -z "$sysroot$libraries" ]; then
        case $without in */lib/*/*) root=${without%/lib/*} ;; *) root=${without%/*/*} ;; esac
        by_name="$by_name
$root/\$LIB/libnosigpipe.so"
    fi
    ! grep -q -F -e "$by_name" -- "$1" || { remove_drop_in "$1" && dropped=yes; }
}

update() {
    if [ -n "$without" ]; then
        find_libraries
        dropped=''
        each_drop_in drop_without
        [ -z "$dropped" ] || reload_systemd
        # Of several kinds of CPU the others stay.
        case $sysroot:$libraries:$(enabled_words) in
        :?*:*\$*) ;;
        *)
            disable_all "$without"
            return
            ;;
        esac
    fi
    [ -n "$(enabled_words)" ] || return 0
    read_conf
    enable_copies
    [ -z "$without" ] || remove_copy "$without"
    print "updated: '$name'"
}

tell_unit() { # FILE
    unit=${1%/*}
    unit=${unit%.d}
    print "enabled for '${unit##*/}' by '$1'"
    protects=yes
}

tell_copy() { # LIBRARY
    copy=$(copy_of "$1")
    if [ ! -f "$copy" ]; then
        print "missing: '$copy' (nosigpipe-host update makes it)"
    elif ! sum=$(make_expected "$1" | sha256sum) || [ "$sum" != "$(sha256sum <"$copy")" ]; then
        print "out of date: '$copy' (nosigpipe-host update makes it anew)"
    else
        return 0
    fi
    sound=''
}

# Prints what the copy should be.
make_expected() { # LIBRARY
    find_place "$1" || return
    size=$((${#chosen} + ${#only} + ${#except} + 3))
    head -c "$place" -- "$1"
    printf '%s\0%s\0%s\0' "$chosen" "$only" "$except"
    place=$((place + size + 1))
    tail -c "+$place" -- "$1"
}

status() {
    protects='' sound=yes
    words=$(enabled_words)
    if [ -n "$words" ]; then
        protects=yes
        read_conf
        name=$words
        tell_enabled
        find_libraries
        [ -n "$libraries" ] || tell_copy /nowhere/libnosigpipe.so
        for entry in $libraries; do
            tell_copy "${entry#*:}"
        done
    fi
    for name in $(library_words | grep -v "/$copy_name\$"); do
        protects=yes
        print "enabled by hand: '$name' in '$preload_file'"
    done
    each_drop_in tell_unit
    [ -n "$protects" ] || print 'disabled'
    [ -n "$protects" ] && [ -n "$sound" ]
}

read_arguments "$@"
follow /etc/ld.so.preload
preload_file=$followed
follow /etc/nosigpipe/host.conf
conf=$followed
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM
[ "$task" = status ] || [ -n "$sysroot" ] || [ "$(id -u)" = 0 ] || fail 1 "only root may '$task'"
own_abi=''
! look_at /bin/true || own_abi=$abi
case $task:$unit in
enable:?*) enable_unit ;;
disable:?*) disable_unit ;;
enable:) enable_all ;;
disable:)
    disable_all all
    [ ! -e "$conf" ] || print "the options stay in '$conf'"
    ;;
update:) update ;;
status:) status ;;
esac
status=$?
check_printed
[ "$status" = 0 ]
