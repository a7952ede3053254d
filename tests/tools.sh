# shellcheck shell=sh
# The packages of tests/packages, installed where they are missing. Other scripts read this file
# with the `.` command, from the top folder.

is_there() { # COMMAND, or a pattern of files
    case $1 in
    /*)
        # shellcheck disable=SC2086 # the pattern is to be expanded
        set -- $1
        [ -e "$1" ]
        ;;
    *) command -v -- "$1" >/dev/null ;;
    esac
}

missing_packages() { # WHO...: prints each after a blank
    while read -r who package sign; do
        case " $* " in *" $who "*) is_there "$sign" || printf ' %s' "$package" ;; esac
    done <tests/packages
}

apt_install() { # PACKAGE...
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# apt's lists may be absent or too old to find a package: then they are fetched, once.
apt_install_fresh() { # PACKAGE...
    apt_install "$@" >/dev/null 2>&1 && return
    apt-get update -q </dev/null >/dev/null || return
    apt_install "$@" >/dev/null
}

install_missing() { # WHO...
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] || ! is_there apt-get; then
        echo "$0: packages missing; install them with: sudo apt-get install$missing" >&2
        return 1
    fi
    echo "installing$missing"
    # shellcheck disable=SC2086 # one word a package
    apt_install_fresh $missing || return
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return
    echo "$0: installed, yet tests/packages does not find what it names for$missing" >&2
    return 1
}
