# shellcheck shell=sh
# Installs the packages of tests/lib/packages that are missing. Other scripts read this file
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

missing_packages() { # WHO...: prints each after a blank, "A|B" where its name differs from release to release
    while read -r who package sign; do
        case " $* " in *" $who "*) is_there "$sign" || printf ' %s' "$package" ;; esac
    done <tests/lib/packages
}

# Prints, of A|B, the first that apt knows. Fails where apt knows neither, as without its lists.
choose_packages() { # PACKAGE...: prints each after a blank
    for package; do
        case $package in
        *'|'*)
            until apt-cache show "${package%%|*}" >/dev/null 2>&1; do
                case $package in *'|'*) package=${package#*|} ;; *) return 1 ;; esac
            done
            ;;
        esac
        printf ' %s' "${package%%|*}"
    done
}

apt_install() { # PACKAGE...
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

apt_update() {
    apt-get update -q </dev/null >/dev/null
}

# shellcheck disable=SC2086 # one word a package
install_missing() { # WHO...
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] || ! is_there apt-get; then
        chosen=$(choose_packages $missing) || chosen=$(printf '%s' "$missing" | sed 's/|[^ ]*//g')
        echo "packages are missing; install them with: sudo apt-get install$chosen" >&2
        return 1
    fi
    # The lists of apt may be absent, or too old for a package: then they are fetched, once.
    chosen=$(choose_packages $missing) || { apt_update && chosen=$(choose_packages $missing); } || return
    echo "installing$chosen"
    apt_install $chosen >/dev/null 2>&1 || { apt_update && apt_install $chosen >/dev/null; } || return
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return
    echo "$0: installed, yet tests/lib/packages does not find what it names for$missing" >&2
    return 1
}

# The servers that the distribution packages would start with the system: init-system-helpers,
# README.policy-rc.d.
install_without_starting() { # WHO
    policy=/usr/sbin/policy-rc.d
    if [ "$(id -u)" != 0 ] || [ -e "$policy" ]; then
        install_missing "$1"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || return
    trap 'rm -f -- "$policy"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    install_missing "$1"
    status=$?
    rm -f -- "$policy"
    trap - EXIT HUP INT TERM
    return "$status"
}
