# bats file_tags=containers
# Pods that the Kubernetes examples make, run by podman as they are printed, under the "restricted" profile; and the
# pods that their Kyverno policy makes. Podman 4.3 starts an init container anew for ever if its pod is always started
# anew, so here all pods have another restartPolicy.

# shellcheck disable=SC2154 # bats sets `stderr`
load containers
load kubectl

setup_file() {
    # The pods have one name.
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true
    make_images
    find_kubectl
}

teardown_file() {
    remove_images
}

# The volume would stay, and the object in it.
teardown() {
    remove_pods
    podman volume rm -fa
}

POLICY=$KUBERNETES/overlays/namespace/kyverno-policy.yaml
SERVICE_OF_OVERLAY=my-service-pod-0-my-service

# The Deployment of an overlay, as it is printed, or changed by a filter.
play_overlay() { # OVERLAY [FILTER]
    kustomize "$KUBERNETES/overlays/$1" | to_json |
        jq "select(.kind == \"Deployment\") | .spec.template.spec.restartPolicy = \"OnFailure\" | ${2-.}" \
            >"$BATS_TEST_TMPDIR/played.yaml"
    run podman kube play "$BATS_TEST_TMPDIR/played.yaml"
    assert_success
}

forget_pods() {
    remove_pods
    podman volume rm -fa
}

assert_lives() { # CONTAINER
    await_log "$1" 'the service lives'
    await_log "$1" action=epipe # comes by the other stream
    run podman logs "$1"
    refute_output --partial 'ended by signal'
}

assert_dies() { # CONTAINER
    await_log "$1" 'ended by signal 13'
    run podman logs "$1"
    refute_output --partial 'the service lives'
}

@test "under the restricted profile a service dies bare, and lives by the environment and by the wrapper" {
    local overlay
    kustomize "$KUBERNETES/base" | to_json | jq '.spec.template.spec.restartPolicy = "OnFailure"' >"$BATS_TEST_TMPDIR/base.yaml"
    podman kube play "$BATS_TEST_TMPDIR/base.yaml"
    assert_dies "$SERVICE_OF_OVERLAY"
    forget_pods
    for overlay in environment wrapper; do
        play_overlay "$overlay"
        assert_lives "$SERVICE_OF_OVERLAY"
        # The profile is in force, and not only written down.
        run podman inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}} {{.BoundingCaps}} {{.HostConfig.SecurityOpt}}' \
            "$SERVICE_OF_OVERLAY"
        assert_output '10001:10001 true [] [] [no-new-privileges]'
        forget_pods
    done
}

@test "the init container copies under the restricted profile, for a reader of another user" {
    play_overlay environment '.spec.template.spec.containers[0].command = ["sh", "-c",
        "exec 2>&1; cat /proc/self/status; for file in /nosigpipe/*; do echo file $file; cat $file >/dev/null && echo can read; echo >$file; done; echo that is all; exec sleep infinity"]'
    await_log "$SERVICE_OF_OVERLAY" 'that is all'
    run podman logs "$SERVICE_OF_OVERLAY"
    assert_equal "$(grep -c 'can read' <<<"$output")" 2
    # The mount is read-only.
    assert_output --partial 'Read-only file system'
    assert_line --regexp '^NoNewPrivs:[[:space:]]+1$'
    assert_line --regexp '^CapBnd:[[:space:]]+0+$'
    run podman volume inspect --format '{{.Mountpoint}}' nosigpipe
    run stat -c '%u:%g %a' "$output/libnosigpipe.so"
    assert_output '65534:65534 755'
}

# Shows the value, by an object that is loaded but does nothing.
OWN_SCRIPT='["sh", "-c", "echo value=$LD_PRELOAD; exec my-service"]'

@test "an LD_PRELOAD of the image, of env and of envFrom is kept by the wrapper, that of env by the environment" {
    gcc -shared -nostdlib -o "$BATS_TEST_TMPDIR/own.so" -x c - <<<'int own;'
    mkdir "$BATS_TEST_TMPDIR/layer"
    cp "$BATS_TEST_TMPDIR/own.so" "$BATS_TEST_TMPDIR/layer"
    printf 'FROM %s\nCOPY own.so /\nENV LD_PRELOAD=/own.so\n' "$SERVICE" >"$BATS_TEST_TMPDIR/Dockerfile"
    podman build -q --pull=never -t registry.example/own:1.0 -f "$BATS_TEST_TMPDIR/Dockerfile" "$BATS_TEST_TMPDIR/layer" >/dev/null
    local image='.spec.template.spec.containers[0].image = "registry.example/own:1.0"' script
    # Behind the wrapper is the container's command.
    script=".spec.template.spec.containers[0].command |= .[:-1] + $OWN_SCRIPT"

    play_overlay wrapper "$image | $script"
    assert_lives "$SERVICE_OF_OVERLAY"
    assert_line value=/own.so:/nosigpipe/libnosigpipe.so
    forget_pods

    play_overlay wrapper "$image | $script | .spec.template.spec.containers[0].env = [{name: \"LD_PRELOAD\", value: \"/nonexistent/env.so\"}]"
    assert_lives "$SERVICE_OF_OVERLAY"
    assert_line value=/nonexistent/env.so:/nosigpipe/libnosigpipe.so
    forget_pods

    kustomize "$KUBERNETES/overlays/wrapper" | to_json |
        jq "$script"' | .spec.template.spec.restartPolicy = "OnFailure" | .spec.template.spec.containers[0].envFrom = [{configMapRef: {name: "c"}}]' \
            >"$BATS_TEST_TMPDIR/deployment.json"
    {
        echo '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"LD_PRELOAD": "/nonexistent/from.so"}}'
        echo ---
        cat "$BATS_TEST_TMPDIR/deployment.json"
    } >"$BATS_TEST_TMPDIR/played.yaml"
    podman kube play "$BATS_TEST_TMPDIR/played.yaml"
    assert_lives "$SERVICE_OF_OVERLAY"
    assert_line value=/nonexistent/from.so:/nosigpipe/libnosigpipe.so
    forget_pods

    # As Kustomize prints it for a pod with that variable (manifests.bats).
    kustomize "$KUBERNETES/base" | to_json | jq '.spec.template.spec.containers[0] += {image: "registry.example/own:1.0",
        env: [{name: "LD_PRELOAD", value: "/own.so"}], command: '"$OWN_SCRIPT}" | kustomize_with copy environment |
        to_json | jq '.spec.template.spec.restartPolicy = "OnFailure"' >"$BATS_TEST_TMPDIR/played.yaml"
    podman kube play "$BATS_TEST_TMPDIR/played.yaml"
    assert_lives "$SERVICE_OF_OVERLAY"
    assert_line value=/own.so:/nosigpipe/libnosigpipe.so
}

@test "a pod whose files are not there starts all the same, and says so" {
    local filter
    for overlay in environment wrapper; do
        # An image without the files, and a volume that the init container cannot write to.
        for filter in '.spec.template.spec.initContainers[0].image = "'"$MUSL"'"' \
            '.spec.template.spec.initContainers[0].volumeMounts[0].readOnly = true'; do
            play_overlay "$overlay" "$filter"
            assert_dies "$SERVICE_OF_OVERLAY"
            if [ "$overlay" = wrapper ]; then
                assert_line 'nosigpipe: cannot use /nosigpipe: my-service starts unprotected'
            else
                assert_line --partial "object '/nosigpipe/libnosigpipe.so' from LD_PRELOAD cannot be preloaded"
            fi
            forget_pods
        done
    done
}

@test "an image without a shell lives by the entrypoint alone" {
    kustomize "$KUBERNETES/base" | to_json | jq '.spec.template.spec.containers[0].image = "'"$NO_SHELL"'"' |
        kustomize_with copy wrapper-no-shell | to_json | jq '.spec.template.spec.restartPolicy = "OnFailure"' \
        >"$BATS_TEST_TMPDIR/played.yaml"
    podman kube play "$BATS_TEST_TMPDIR/played.yaml"
    assert_lives "$SERVICE_OF_OVERLAY"
}

# Podman knows no image volume in a pod, but mounts an image by an option of its own.
@test "the image that is a volume protects the container of the overlay for it" {
    local variables
    build_example registry.example/nosigpipe-files:0.1.0 files
    readarray -t variables < <(kustomize "$KUBERNETES/overlays/image-volume" | to_json |
        jq -r '.spec.template.spec.containers[0].env[] | "--env=" + .name + "=" + .value')
    [ "${#variables[@]}" = 2 ]
    run podman run --rm --pull=never --read-only --user 10001:10001 --cap-drop=ALL "${variables[@]}" \
        --mount type=image,source=registry.example/nosigpipe-files:0.1.0,destination=/nosigpipe "$SERVICE" \
        sh -c 'my-service; echo >/nosigpipe/x'
    assert_line 'write: -1 EPIPE, and the service lives'
    assert_output --partial action=epipe
    assert_output --partial 'Read-only file system'
}

# A pod that nobody has protected.
plain_pod() { # [FILTER]
    jq -n '{apiVersion: "v1", kind: "Pod", metadata: {name: "my-pod", labels: {a: "b"}}, spec: {restartPolicy: "OnFailure",
        containers: [{name: "my-service", image: "'"$SERVICE"'"}]}} | '"${1-.}" >"$BATS_TEST_TMPDIR/plain.json"
}

apply_policy() { # [LABEL]...
    "$ROOT/tests/containers/apply_policy.py" "$POLICY" "$BATS_TEST_TMPDIR/plain.json" "$@" \
        >"$BATS_TEST_TMPDIR/pod.json" 2>"$BATS_TEST_TMPDIR/reports"
}

assert_unchanged() { # [LABEL]...
    apply_policy "$@"
    run diff <(jq -S . "$BATS_TEST_TMPDIR/plain.json") <(jq -S . "$BATS_TEST_TMPDIR/pod.json")
    assert_output ''
}

assert_protected() {
    run jq -c '[.spec.containers[] | [.volumeMounts[].mountPath, (.env | sort_by(.name)[] | .name + "=" + .value)]], [.spec.volumes[].name],
        [.spec.initContainers[].name]' "$BATS_TEST_TMPDIR/pod.json"
    assert_output '[["/nosigpipe","LD_PRELOAD=/nosigpipe/libnosigpipe.so","NOSIGPIPE_OPTIONS=stdio=default,log=stderr"]]
["nosigpipe"]
["nosigpipe"]'
}

LABELLED='.metadata.labels.nosigpipe = "enabled"'

@test "the policy protects pods by their own label and by their namespace's, and no others" {
    plain_pod "$LABELLED"
    apply_policy
    assert_protected
    plain_pod
    apply_policy nosigpipe=enabled kubernetes.io/metadata.name=x
    assert_protected
    assert_unchanged
    assert_unchanged nosigpipe=disabled a=enabled
    plain_pod '.metadata.labels = {nosigpipe: "disabled", other: "enabled"}'
    assert_unchanged
    assert_unchanged nosigpipe=enabled
    # One that has the files already, by a kustomization.
    plain_pod "$LABELLED | .spec.volumes = [{name: \"nosigpipe\", emptyDir: {}}]"
    assert_unchanged nosigpipe=enabled
    # If Kyverno does not answer, the pod is made as it is.
    run jq -r .spec.failurePolicy < <(to_json <"$POLICY")
    assert_output Ignore
}

@test "what the policy adds is what the component for the init container adds, and meets the restricted profile" {
    kustomize "$KUBERNETES/base" | to_json | jq '.spec.template | .apiVersion = "v1" | .kind = "Pod" | .metadata.name = "my-pod"' \
        >"$BATS_TEST_TMPDIR/plain.json"
    apply_policy nosigpipe=enabled
    run check_pod_security restricted <"$BATS_TEST_TMPDIR/pod.json"
    assert_equal "$status $output" '0 '
    run check_schemas <"$BATS_TEST_TMPDIR/pod.json"
    assert_output ''
    kustomize "$KUBERNETES/overlays/environment" | to_json >"$BATS_TEST_TMPDIR/deployment.json"
    run diff <(jq -S '.spec | [.initContainers, .volumes]' "$BATS_TEST_TMPDIR/pod.json") \
        <(jq -S '.spec.template.spec | [.initContainers, .volumes]' "$BATS_TEST_TMPDIR/deployment.json")
    assert_output ''
    run jq -r '.metadata.annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes", "nosigpipe/unseen"]' "$BATS_TEST_TMPDIR/pod.json"
    assert_output $'nosigpipe\nan LD_PRELOAD in the ENV of an image is replaced'
}

@test "the policy keeps what a pod sets itself" {
    plain_pod "$LABELLED"' | .metadata.annotations = {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "own", c: "d"}
        | .spec.initContainers = [{name: "own", image: "own"}] | .spec.volumes = [{name: "own", emptyDir: {}}]
        | .spec.containers[0] += {env: [{name: "A", value: "a"}, {name: "LD_PRELOAD", value: "/a.so /b.so"},
            {name: "NOSIGPIPE_OPTIONS", value: "off"}], volumeMounts: [{name: "own", mountPath: "/own"}]}
        | .spec.containers += [{name: "other", image: "other", env: [{name: "NOSIGPIPE_OPTIONS", value: "mode=mask"}]}]'
    apply_policy
    run jq -r '.spec.containers[] | .name as $name | .env | sort_by(.name)[] | $name + ": " + .name + "=" + .value' "$BATS_TEST_TMPDIR/pod.json"
    assert_output 'my-service: A=a
my-service: LD_PRELOAD=/a.so /b.so:/nosigpipe/libnosigpipe.so
my-service: NOSIGPIPE_OPTIONS=off
other: LD_PRELOAD=/nosigpipe/libnosigpipe.so
other: NOSIGPIPE_OPTIONS=mode=mask'
    run jq -c '.metadata.annotations | del(.["nosigpipe/unseen"])' "$BATS_TEST_TMPDIR/pod.json"
    assert_output '{"c":"d","cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes":"own,nosigpipe"}'
    run jq -c '.spec | [.initContainers, .volumes, .containers[0].volumeMounts] | map(map(.name) | sort)' "$BATS_TEST_TMPDIR/pod.json"
    assert_output '[["nosigpipe","own"],["nosigpipe","own"],["nosigpipe","own"]]'
    run cat "$BATS_TEST_TMPDIR/reports"
    assert_output ''
}

@test "an LD_PRELOAD that cannot be seen is left alone by the policy, and reported" {
    plain_pod "$LABELLED"' | .spec.containers += [
        {name: "source", image: "x", env: [{name: "LD_PRELOAD", valueFrom: {configMapKeyRef: {name: "a", key: "b"}}}]},
        {name: "all", image: "x", envFrom: [{configMapRef: {name: "a"}}]},
        {name: "wrapped", image: "x", envFrom: [{configMapRef: {name: "a"}}], command: ["/nosigpipe/nosigpipe-entrypoint", "x"]}]'
    apply_policy
    run jq -c '.spec.containers[] | [.name, (.env // [] | map(.name + "=" + (.value // "unseen")) | sort), (.volumeMounts | map(.mountPath))]' \
        "$BATS_TEST_TMPDIR/pod.json"
    assert_output '["my-service",["LD_PRELOAD=/nosigpipe/libnosigpipe.so","NOSIGPIPE_OPTIONS=stdio=default,log=stderr"],["/nosigpipe"]]
["source",["LD_PRELOAD=unseen","NOSIGPIPE_OPTIONS=stdio=default,log=stderr"],["/nosigpipe"]]
["all",[],["/nosigpipe"]]
["wrapped",[],["/nosigpipe"]]'
    run cut -d: -f1,2 "$BATS_TEST_TMPDIR/reports"
    assert_output $'unseen: source\nunseen: all'
    run cat "$BATS_TEST_TMPDIR/reports"
    assert_line --partial 'put /nosigpipe/nosigpipe-entrypoint in front of its command'
}

@test "in a pod that the policy has made, services of glibc and of musl live, after init containers" {
    plain_pod '.spec.initContainers = [{name: "own", image: "'"$MUSL"'", command: ["true"]}]
        | .spec.containers += [{name: "my-musl-service", image: "'"$MUSL"'", command: ["my-service"]},
            {name: "wrapped", image: "'"$SERVICE"'", command: ["/nosigpipe/nosigpipe-entrypoint", "my-service"]}]'
    jq 'del(.spec.containers[2])' "$BATS_TEST_TMPDIR/plain.json" >"$BATS_TEST_TMPDIR/bare.json"
    podman kube play "$BATS_TEST_TMPDIR/bare.json"
    assert_dies my-pod-my-service
    assert_dies my-pod-my-musl-service
    forget_pods

    apply_policy nosigpipe=enabled
    podman kube play "$BATS_TEST_TMPDIR/pod.json"
    local service
    for service in my-pod-my-service my-pod-my-musl-service my-pod-wrapped; do
        assert_lives "$service"
    done
}
