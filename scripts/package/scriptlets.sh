#!/bin/sh
# scriptlets.sh ROOT LIBRARY HOST FOLDER: writes into FOLDER what rpm runs before and after the files of a package
# change: library.post, library.preun, commands.post, commands.preun, catalog, units. ROOT is where the files of
# the packages are, LIBRARY and HOST where the library and the command nosigpipe-host will be.
#
# The command is part of library.preun: it is in the other package, which may be gone by then. If the library
# went first, every program of a machine that preloads it would say that it is missing.

set -eu
root=$1 library=$2 host=$3 folder=$4

catalog='if command -v journalctl >/dev/null 2>&1; then
    journalctl --update-catalog >/dev/null 2>&1 || :
fi'
units='if [ -d /run/systemd/system ]; then
    systemctl daemon-reload >/dev/null 2>&1 || :
fi'
# The copy of the library that programs preload is one of the version that was installed.
update="if [ -x '$host' ]; then
    '$host' update || :
fi"

# rpm passes the number of versions that remain.
on_removal() {
    # shellcheck disable=SC2016 # that of the scriptlet
    printf '%s\n' 'if [ "${1:-0}" = 0 ]; then' "$(cat)" 'fi'
}

printf '%s\n' "$update" "$catalog" >"$folder/library.post"
{
    echo "sh -s update --without '$library' <<'END_OF_PROGRAM' || :"
    cat -- "$root$host"
    echo END_OF_PROGRAM
} | on_removal >"$folder/library.preun"
printf '%s\n' "$update" "$units" >"$folder/commands.post"
# Nobody enables units but the administrator; what is enabled ends with its program.
on_removal >"$folder/commands.preun" <<'TEXT'
if [ -d /run/systemd/system ]; then
    systemctl disable --now nosigpipe-audit.timer nosigpipe-audit.service >/dev/null 2>&1 || :
fi
TEXT
printf '%s\n' "$catalog" >"$folder/catalog"
printf '%s\n' "$units" >"$folder/units"
