# bats file_tags=containers
# The Kubernetes pod of the examples, run by podman, and the pods that their Kyverno policy makes.

load containers

setup_file() {
    # The pods have one name.
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true
    make_images
}

teardown_file() {
    remove_images
}

# The volume would stay, and the object in it.
teardown() {
    remove_pods
    podman volume rm -fa
}

POD=$EXAMPLES/kubernetes-pod.yaml
POLICY=$EXAMPLES/kyverno-policy.yaml

json() { # FILE
    /usr/bin/python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' <"$1"
}

# The pod of the examples as it was before anybody protected it.
plain_pod() { # [FILTER]
    json "$POD" | jq "
        del(.spec.initContainers, .spec.volumes, .spec.containers[].env, .spec.containers[].volumeMounts)
        | ${1-.}" >"$BATS_TEST_TMPDIR/plain.json"
}

apply_policy() {
    "$ROOT/tests/containers/apply_policy.py" "$POLICY" "$BATS_TEST_TMPDIR/plain.json" \
        >"$BATS_TEST_TMPDIR/pod.json"
}

# Of every container with its variables in one order.
pod_query() { # FILTER
    jq -S ".spec.containers[].env |= (. // [] | sort_by(.name)) | $1" "$BATS_TEST_TMPDIR/pod.json"
}

assert_unchanged() {
    apply_policy
    run diff <(jq -S . "$BATS_TEST_TMPDIR/plain.json") <(jq -S . "$BATS_TEST_TMPDIR/pod.json")
    assert_output ''
}

@test "the pod of the examples: its service lives, and dies without the two variables" {
    json "$POD" | jq 'del(.spec.containers[].env)' >"$BATS_TEST_TMPDIR/bare.json"
    podman kube play "$BATS_TEST_TMPDIR/bare.json"
    await_log my-pod-my-service 'ended by signal 13'
    run podman logs my-pod-my-service
    refute_output --partial 'the service lives'
    remove_pods
    podman volume rm -fa

    podman kube play "$POD"
    await_log my-pod-my-service 'the service lives'
    run podman logs my-pod-my-service
    assert_output --partial action=epipe
    refute_output --partial 'ended by signal'
}

@test "the policy turns a labelled pod into the one of the examples" {
    plain_pod '.metadata.labels = {nosigpipe: "enabled"}'
    apply_policy
    run diff <(pod_query 'del(.metadata.labels)') \
        <(json "$POD" | jq -S '.spec.containers[].env |= sort_by(.name)')
    assert_output ''
    assert_success
}

@test "the policy changes no pod without its label" {
    plain_pod
    assert_unchanged
    plain_pod '.metadata.labels = {nosigpipe: "disabled", other: "enabled"}'
    assert_unchanged
}

@test "the policy keeps what a pod sets itself" {
    plain_pod '.metadata.labels = {nosigpipe: "enabled"}
        | .spec.containers[0].env = [{name: "LD_PRELOAD", value: "own"}, {name: "NOSIGPIPE_OPTIONS", value: "off"}]'
    assert_unchanged
    plain_pod '.metadata.labels = {nosigpipe: "enabled"}
        | .spec.containers[0].env = [{name: "NOSIGPIPE_OPTIONS", value: "mode=mask"}]'
    apply_policy
    run pod_query '.spec.containers[0].env | map(.name + "=" + .value) | .[]'
    assert_output $'"LD_PRELOAD=/nosigpipe/libnosigpipe.so"\n"NOSIGPIPE_OPTIONS=mode=mask"'
}

@test "in a pod that the policy has made, services of glibc and of musl live, after init containers" {
    plain_pod '.metadata.labels = {nosigpipe: "enabled"}
        | .spec.initContainers = [{name: "own", image: "'"$MUSL"'", command: ["true"]}]
        | .spec.containers += [{name: "my-musl-service", image: "'"$MUSL"'", command: ["my-service"]}]'
    podman kube play "$BATS_TEST_TMPDIR/plain.json"
    await_log my-pod-my-service 'ended by signal 13'
    await_log my-pod-my-musl-service 'ended by signal 13'
    remove_pods

    apply_policy
    podman kube play "$BATS_TEST_TMPDIR/pod.json"
    local service
    for service in my-pod-my-service my-pod-my-musl-service; do
        await_log "$service" 'the service lives'
        run podman logs "$service"
        assert_output --partial action=epipe
        refute_output --partial 'ended by signal'
    done
}
