#!/bin/sh
# scriptlets.sh ROOT LIBRARY HOST FOLDER: writes into FOLDER what a package runs before and after its files change,
# for rpm: library.post, library.preun, commands.post, commands.preun, catalog, units. ROOT is where
# the files of the package are, LIBRARY and HOST where the library and the command nosigpipe-host will be.
#
# What has to be done before the library goes is done by programs that are in library.preun: the
# commands may be gone by then. If the library went first, every program of the host would say that it is missing.

set -eu
root=$1 library=$2 host=$3 folder=$4
examples=$(dirname -- "$0")/../examples

catalog='if command -v journalctl >/dev/null 2>&1; then
    journalctl --update-catalog >/dev/null 2>&1 || :
fi'
units='if [ -d /run/systemd/system ]; then
    systemctl daemon-reload >/dev/null 2>&1 || :
fi'
# The copy of the library that a host preloads is one of the version that was installed.
update="if [ -x '$host' ]; then
    '$host' update || :
fi"

embedded() { # FILE ARGUMENT...: prints what runs the script FILE, though it may not be installed
    echo "sh -s -- $2 <<'END_OF_PROGRAM' || :"
    cat -- "$1"
    echo END_OF_PROGRAM
}

# rpm passes the number of versions that remain.
on_removal() {
    # shellcheck disable=SC2016 # that of the scriptlet
    printf '%s\n' 'if [ "${1:-0}" = 0 ]; then' "$(cat)" 'fi'
}

printf '%s\n' "$update" "$catalog" >"$folder/library.post"
{
    if [ -f "$root$host" ]; then
        embedded "$root$host" "update --without '$library'"
    fi
    embedded "$examples/ld.so.preload.sh" "remove '$library'"
} | on_removal >"$folder/library.preun"
printf '%s\n' "$update" "$units" >"$folder/commands.post"
# Nobody enables units but the administrator; what is enabled is stopped with its program.
on_removal >"$folder/commands.preun" <<'TEXT'
if [ -d /run/systemd/system ]; then
    systemctl disable --now nosigpipe-audit.timer nosigpipe-audit.service >/dev/null 2>&1 || :
fi
TEXT
printf '%s\n' "$catalog" >"$folder/catalog"
printf '%s\n' "$units" >"$folder/units"
