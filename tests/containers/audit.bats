# bats file_tags=containers
# The container of the DaemonSet among the Kubernetes examples, run by podman with what its pod asks for: by
# `podman run`, since Podman 4.3 does not know hostPID in a pod.

load containers
load kubectl

setup_file() {
    make_store
    find_kubectl
    make_busybox_root "$BATS_FILE_TMPDIR/root" "$(dpkg --print-architecture)"
    import "$BATS_FILE_TMPDIR/root" registry.example/busybox:1
    build_example "$CARRIER" nosigpipe registry.example/busybox:1
}

teardown_file() {
    remove_images
}

# Prints the option of podman for each thing that the pod asks for, one a line.
options() { # FOLDER
    kustomize "$KUBERNETES/daemonset" | to_json | jq -r --arg folder "$1" 'select(.kind == "DaemonSet").spec.template.spec
        | .volumes[0].hostPath.path as $metrics | .hostPID as $host | .containers[0]
        | (if $host then "--pid=host" else empty end),
          "--user=\(.securityContext.runAsUser)",
          (if .securityContext.readOnlyRootFilesystem then "--read-only", "--read-only-tmpfs=false" else empty end),
          (if .securityContext.allowPrivilegeEscalation == false then "--security-opt=no-new-privileges" else empty end),
          (.securityContext.capabilities | (.drop[] | "--cap-drop=\(.)"), (.add[] | "--cap-add=\(.)")),
          "--volume=\($folder):\(.volumeMounts[0].mountPath)",
          "--entrypoint=\(.command[:2] | tojson)", .image'
}

the_script() {
    kustomize "$KUBERNETES/daemonset" | to_json | jq -r 'select(.kind == "DaemonSet").spec.template.spec.containers[0].command[2]'
}

# The number of processes that a broken write would end, of the file.
vulnerable() {
    sed -n 's/^nosigpipe_processes{verdict="vulnerable"} //p' "$metrics/nosigpipe.prom"
}

@test "the DaemonSet's container writes metrics of the processes of the node, those of other users too" {
    local metrics=$BATS_TEST_TMPDIR/metrics list id tries=300 pid reader
    mkdir "$metrics"
    chown 12346 "$metrics" # the user of node_exporter, say
    # One that a broken write would end, of another user, outside of the container.
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    sleep infinity <>"$BATS_TEST_TMPDIR/fifo" 3>&- &
    reader=$!
    setpriv --reuid 12345 --clear-groups env --default-signal=PIPE sleep infinity >"$BATS_TEST_TMPDIR/fifo" 2>/dev/null 3>&- &
    pid=$!
    until [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = 'sleep infinity ' ]; do sleep 0.05; done
    readarray -t list < <(options "$metrics")
    id=$(podman run -d --pull=never "${list[@]}" "$(the_script)")
    until [ -s "$metrics/nosigpipe.prom" ]; do
        ((tries--)) || fail "no metrics: $(podman logs "$id" 2>&1)"
        sleep 0.1
    done
    run podman logs "$id"
    # A process that root itself may not look at, as there may be on this machine, is counted.
    [[ $output =~ ^(nosigpipe-audit: [0-9]+ could not be read)?$ ]]
    # It was seen as what it is, with the rights that the container has.
    run podman exec "$id" /opt/nosigpipe/nosigpipe-audit "$pid"
    assert_line --regexp "^ *$pid 12345 +vulnerable +0 +[1-9] - +sleep infinity$"
    [ "$(vulnerable)" -ge 1 ]
    # It ends by SIGTERM, at once and by itself.
    run podman stop -t 60 "$id"
    assert_success
    assert_equal "$(podman inspect --format '{{.State.ExitCode}}' "$id")" 0
    podman rm -f -t 0 "$id" >/dev/null
    # The file is whole, for node_exporter to read, and alone in its folder.
    run ls "$metrics"
    assert_output nosigpipe.prom
    run tail -n 1 "$metrics/nosigpipe.prom"
    assert_output '# EOF'
    run stat -c '%u %a' "$metrics/nosigpipe.prom"
    assert_output '0 644'
    # Without its rights it would see nothing of that process.
    readarray -t list < <(options "$metrics" | grep -v -e --cap-add)
    run podman run --rm --pull=never "${list[@]}" "/opt/nosigpipe/nosigpipe-audit $pid"
    kill "$pid" "$reader"
    assert_line --partial unreadable
}
