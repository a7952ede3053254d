# nosigpipe-report: who died of SIGPIPE, as systemd and container runtimes have noted.

# Fails if nobody has noted deaths; sets `journal` if the journal has, and `library` to what would mend them.
check_deaths() {
    runtimes=
    for runtime in podman docker; do
        ! command -v "$runtime" >/dev/null || runtimes="$runtimes $runtime"
    done
    # Containers can be told of without a journal.
    reason=$(check_journal 2>&1)
    case $?$reason in
    0*) journal=1 ;;
    *"this user"*) check_journal ;;
    *)
        [ -n "$runtimes" ] || fail "${reason#"$me: "}; nor is podman or docker installed"
        echo "$reason (services are left out)" >&2
        ;;
    esac
    folder=$(own_folder) || folder=
    for library in "$folder/libnosigpipe.so" "${folder%/*}"/lib/libnosigpipe.so \
        "${folder%/*}"/lib/*-linux-*/libnosigpipe.so '@LIBDIR@/libnosigpipe.so'; do
        [ ! -f "$library" ] || break
    done
}

# systemd notes the end of a process under this MESSAGE_ID (sd-messages.h), with EXIT_CODE and EXIT_STATUS:
# killed by signal 13, or a shell whose command was. But for a service that is no oneshot it takes SIGPIPE for
# a clean end (is_clean_exit() in src/shared/exit-status.c), which it notes at the level debug alone, so that it
# is asked for the last end of each service as well.
read_deaths() {
    if [ "$journal" = 1 ]; then
        process_exit=MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15
        read_journal UNIT,USER_UNIT,__REALTIME_TIMESTAMP "$process_exit" EXIT_CODE=killed EXIT_STATUS=13 + \
            "$process_exit" EXIT_CODE=exited EXIT_STATUS=141
    fi
    TZ=UTC0 systemctl show --all --no-pager '*.service' \
        -p Id,ActiveState,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp 2>/dev/null | sed 's/^/state /'
    for runtime in $runtimes; do
        read_containers "$runtime" 2>/dev/null </dev/null
    done
}

# docker ends its list of events only at the time of --until. podman prints the local time, unless TZ is UTC.
read_containers() { # RUNTIME
    case $1 in
    podman) TZ=UTC0 podman events --stream=false --since="${since:-0}" --filter event=died --format json ;;
    docker) docker events --since="${since:-0}" --until="$(date +%s)" --filter event=die --format '{{json .}}' ;;
    esac | sed "s/^/event $1 /"
    "$1" ps --format '{{.Names}}' | sed "s/^/runs $1 /"
    for container in $("$1" ps -aq --filter exited=141); do
        TZ=UTC0 "$1" inspect --type container --format '{{.Name}} {{.State.FinishedAt}}' "$container"
    done | sed "s/^/exited $1 /"
}
