# nosigpipe-report: what it reads.

# awk would say of such a file what is wrong, each awk in other words, and some would go on.
check_file() { # FILE
    case $1 in
    -) return ;;
    *'
'*) fail "the name of a file has a newline: '$1'" ;;
    esac
    [ ! -d "$1" ] || fail "'$1' is a directory: name the files in it"
    [ -e "$1" ] || fail "there is no file '$1'"
    [ -r "$1" ] || fail "'$1' cannot be read: try as root"
}

# Sets `since` to the time in seconds, for journalctl and others. systemd-analyze knows all the forms.
find_since() {
    [ -n "$since" ] || return 0
    given=$since
    since=$(systemd-analyze timestamp -- "$given" 2>/dev/null | sed -n 's/^ *UNIX seconds: @\([0-9]*\).*/\1/p')
    [ -n "$since" ] || since=$(date -d "$given" +%s 2>/dev/null)
    [ -n "$since" ] ||
        fail "'$given' is no time (accepted: today, -1h, '2026-11-29 07:00' and the like, systemd.time(7))"
}

# Fails with the reason if the system's journal cannot be read. journalctl tells that in words alone, and
# may show what is left.
check_journal() {
    command -v journalctl >/dev/null || fail 'journalctl is not installed, without which no journal can be read'
    complaint=$(journalctl -n 0 2>&1 >/dev/null)
    case $complaint in
    *Hint:* | *insufficient* | *denied*)
        fail 'the journal of the system cannot be read by this user: try as root, or join the group systemd-journal'
        ;;
    *"No journal files"*) fail 'there is no journal on this machine: start systemd-journald.service' ;;
    esac
}

# Prints entries of the journal that match, one JSON object a line. It has no field of more than 4 KiB.
read_journal() { # FIELDS MATCH...
    fields=$1
    shift
    journalctl -q -o json ${since:+--since="@$since"} --output-fields="$fields" "$@" </dev/null
}

# A record of log=journal has fields of its own. With log=stderr or log=syslog, whose entries have the
# facility and priority that the library gives them, the record is the message.
read_records() {
    fields=MESSAGE,_HOSTNAME,_SYSTEMD_UNIT,_SYSTEMD_USER_UNIT,CONTAINER_NAME
    for field in TIME PID PROGRAM CALL KIND LOCAL PEER COUNT FD_COUNT EVENTS BY_CALL DISPOSITION; do
        fields=$fields,NOSIGPIPE_$field
    done
    read_journal "$fields" _TRANSPORT=journal + _TRANSPORT=stdout + _TRANSPORT=syslog SYSLOG_FACILITY=3 PRIORITY=4 |
        grep -F -e fd_count -e by_call -e FD_COUNT -e BY_CALL
}
