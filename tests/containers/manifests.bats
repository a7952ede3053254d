# bats file_tags=containers
# The Kubernetes examples as kubectl prints them: they hold to the published schemas and to the "restricted" profile,
# and keep what the user's own objects say. Nothing is run; pods.bats does that.

# shellcheck disable=SC2154 # bats sets `stderr`
load ../lib/common
load kubectl
bats_require_minimum_version 1.5.0 # run --separate-stderr

setup_file() {
    find_kubectl
}

OVERLAYS='environment wrapper image-volume'

@test "what the overlays print holds to the published schemas" {
    local overlay
    for overlay in $OVERLAYS; do
        run check_schemas < <(kustomize "$KUBERNETES/overlays/$overlay")
        assert_equal "$overlay $status $output" "$overlay 0 "
    done
    run check_schemas < <(kustomize "$KUBERNETES/daemonset")
    assert_success
    # Kyverno's kinds are not Kubernetes's.
    run check_schemas < <(kustomize "$KUBERNETES/overlays/namespace")
    assert_output 'ClusterPolicy/nosigpipe: no schema for kyverno.io/v1'
}

@test "the schemas find what is wrong" {
    local wrong
    kustomize "$KUBERNETES/overlays/image-volume" >"$BATS_TEST_TMPDIR/good"
    while read -r wrong; do
        run check_schemas < <(sed "$wrong" "$BATS_TEST_TMPDIR/good")
        assert_equal "$wrong $status" "$wrong 1"
        assert_output --partial Deployment/my-service
    done <<'END'
s/^kind: Deployment/kind: Deployment\nextra: true/
s/ reference:/ referenz:/
s/ pullPolicy: .*/ pullPolicy: Sometimes/
s/ restartPolicy: Always/ restartpolicy: Always/
s/ cpu: .*/ cpu: much/
s/ runAsUser: .*/ runAsUser: nobody/
s/ drop:/ dropped:/
s/ matchLabels:/ matchLabel:/
END
    run check_schemas < <(sed 's/^kind: Deployment/kind: Deploiment/' "$BATS_TEST_TMPDIR/good")
    assert_output 'Deploiment/my-service: no schema for apps/v1'
}

@test "what the overlays print meets the restricted profile" {
    local overlay
    for overlay in $OVERLAYS; do
        run check_pod_security restricted < <(kustomize "$KUBERNETES/overlays/$overlay")
        assert_equal "$overlay $status $output" "$overlay 0 "
    done
}

# Each line: the violation that is to be found, and what makes it of a pod that has none.
@test "the table of the Pod Security Standards finds each violation, in each list of containers" {
    local level control filter list
    kustomize "$KUBERNETES/overlays/environment" | to_json | jq '.spec.template | .kind = "Pod" | .apiVersion = "v1"
        | .metadata.name = "good" | .spec.ephemeralContainers = [.spec.containers[0] | .name = "debug"]' \
        >"$BATS_TEST_TMPDIR/good"
    run check_pod_security restricted <"$BATS_TEST_TMPDIR/good"
    assert_success
    while IFS='|' read -r level control filter; do
        for list in containers initContainers ephemeralContainers; do
            run check_pod_security "$level" < <(jq "${filter//@/.spec.${list}[0]}" "$BATS_TEST_TMPDIR/good")
            assert_equal "$filter $status" "$filter 1"
            assert_line --partial "Pod/good: $level: $control: "
            # The profile that does not have the control lets it pass.
            [ "$level" = restricted ] || continue
            run check_pod_security baseline < <(jq "${filter//@/.spec.${list}[0]}" "$BATS_TEST_TMPDIR/good")
            assert_equal "$filter $status $output" "$filter 0 "
        done
    done <<'END'
baseline|HostProcess|@.securityContext.windowsOptions.hostProcess = true
baseline|HostProcess|.spec.securityContext.windowsOptions.hostProcess = true
baseline|Host Namespaces|.spec.hostPID = true
baseline|Host Namespaces|.spec.hostIPC = true
baseline|Host Namespaces|.spec.hostNetwork = true
baseline|Privileged Containers|@.securityContext.privileged = true
baseline|Capabilities|@.securityContext.capabilities.add = ["SYS_PTRACE"]
baseline|HostPath Volumes|.spec.volumes += [{name: "x", hostPath: {path: "/"}}]
baseline|Host Ports|@.ports = [{containerPort: 80, hostPort: 80}]
baseline|Host Probes / Lifecycle Hooks|@.livenessProbe.httpGet = {port: 80, host: "10.0.0.1"}
baseline|Host Probes / Lifecycle Hooks|@.lifecycle.preStop.tcpSocket = {port: 80, host: "10.0.0.1"}
baseline|AppArmor|@.securityContext.appArmorProfile.type = "Unconfined"
baseline|AppArmor|.metadata.annotations["container.apparmor.security.beta.kubernetes.io/my-service"] = "unconfined"
baseline|SELinux|@.securityContext.seLinuxOptions.type = "spc_t"
baseline|SELinux|.spec.securityContext.seLinuxOptions.user = "root"
baseline|/proc Mount Type|@.securityContext.procMount = "Unmasked"
baseline|Seccomp|@.securityContext.seccompProfile.type = "Unconfined"
baseline|Sysctls|.spec.securityContext.sysctls = [{name: "kernel.msgmax", value: "1"}]
restricted|Volume Types|.spec.volumes += [{name: "x", nfs: {server: "x", path: "/"}}]
restricted|Privilege Escalation|del(@.securityContext.allowPrivilegeEscalation)
restricted|Privilege Escalation|@.securityContext.allowPrivilegeEscalation = true
restricted|Running as Non-root|@.securityContext.runAsNonRoot = false
restricted|Running as Non-root|del(.spec.securityContext.runAsNonRoot, @.securityContext.runAsNonRoot)
restricted|Running as Non-root|.spec.securityContext.runAsNonRoot = false
restricted|Running as Non-root user|@.securityContext.runAsUser = 0
restricted|Running as Non-root user|.spec.securityContext.runAsUser = 0
restricted|Seccomp|del(.spec.securityContext.seccompProfile, @.securityContext.seccompProfile)
restricted|Capabilities|del(@.securityContext.capabilities)
restricted|Capabilities|@.securityContext.capabilities.drop = ["CHOWN"]
restricted|Capabilities|@.securityContext.capabilities.add = ["CHOWN"]
END
}

@test "the init container and its volume: numeric user, read-only root, no rights, resources, size, autoscaler" {
    kustomize "$KUBERNETES/overlays/environment" | to_json | jq '.spec.template' >"$BATS_TEST_TMPDIR/pod"
    run jq -c '.spec.initContainers[0].securityContext | [.runAsUser > 0, .runAsNonRoot, .readOnlyRootFilesystem,
        .allowPrivilegeEscalation, .capabilities.drop, .seccompProfile.type]' "$BATS_TEST_TMPDIR/pod"
    assert_output '[true,true,true,false,["ALL"],"RuntimeDefault"]'
    run jq -c '.spec.initContainers[0].resources | [.requests, .limits] | map(keys)' "$BATS_TEST_TMPDIR/pod"
    assert_output '[["cpu","ephemeral-storage","memory"],["cpu","ephemeral-storage","memory"]]'
    run jq -r '.spec.volumes[] | select(.name == "nosigpipe").emptyDir.sizeLimit' "$BATS_TEST_TMPDIR/pod"
    assert_output 8Mi
    # Both files fit, and twice while one is replaced.
    [ $((2 * $(cat "$BUILD/libnosigpipe.so" "$BUILD/nosigpipe-entrypoint" | wc -c))) -lt $((8 << 20)) ]
    # In that list, an empty name in front stands for nothing.
    run jq -r '.metadata.annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"]' "$BATS_TEST_TMPDIR/pod"
    assert_output ,nosigpipe
}

# Objects of every kind, each with two containers, one of which has all that could be lost.
kinds() {
    local pod='{"restartPolicy": "Always",
        "initContainers": [{"name": "own-init", "image": "own", "env": [{"name": "LD_PRELOAD", "value": "/init.so"}]}],
        "volumes": [{"name": "own", "emptyDir": {}}],
        "containers": [{"name": "plain", "image": "plain", "command": ["plain"]},
            {"name": "own", "image": "own", "command": ["own"], "args": ["a b", "$(C)"],
             "env": [{"name": "A", "value": "a"}, {"name": "LD_PRELOAD", "value": "/a.so /b.so"},
                     {"name": "NOSIGPIPE_OPTIONS", "value": "log=off"}, {"name": "Z", "value": "z"}],
             "volumeMounts": [{"name": "own", "mountPath": "/own"}]}]}'
    jq -n -c --argjson pod "$pod" '
        {metadata: {annotations: {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "own", a: "b"},
            labels: {a: "b"}}, spec: $pod} as $template
        | (("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet") as $kind
            | {apiVersion: "apps/v1", kind: $kind, metadata: {name: "x"}, spec: {selector: {matchLabels: {a: "b"}},
                template: $template}} + {}
            | if .kind == "StatefulSet" then .spec.serviceName = "x" else . end),
          {apiVersion: "batch/v1", kind: "Job", metadata: {name: "x"}, spec: {template: ($template | .spec.restartPolicy = "Never")}},
          {apiVersion: "batch/v1", kind: "CronJob", metadata: {name: "x"}, spec: {schedule: "* * * * *", jobTemplate:
            {spec: {template: ($template | .spec.restartPolicy = "Never")}}}},
          ({apiVersion: "v1", kind: "Pod"} + $template | .metadata.name = "x")' | sed 's/^/---\n/'
}

# The pods of the objects in standard input, one a line.
pods_of() {
    to_json | jq -c '{kind, pod: (if .kind == "Pod" then . elif .kind == "CronJob" then .spec.jobTemplate.spec.template
        else .spec.template end)}'
}

@test "every kind of workload is protected, in each of its containers, and keeps what it says itself" {
    kinds | kustomize_with sidecars copy environment >"$BATS_TEST_TMPDIR/all"
    run check_schemas <"$BATS_TEST_TMPDIR/all"
    assert_output ''
    pods_of <"$BATS_TEST_TMPDIR/all" >"$BATS_TEST_TMPDIR/pods"
    run jq -r .kind "$BATS_TEST_TMPDIR/pods"
    assert_equal "$(sort <<<"$output" | xargs)" 'CronJob DaemonSet Deployment Job Pod ReplicaSet StatefulSet'
    # One and the same for all, but for restartPolicy and what only a pod has.
    run jq -c '.pod | {annotations: .metadata.annotations, spec: (.spec | del(.restartPolicy))}' "$BATS_TEST_TMPDIR/pods"
    assert_equal "$(sort -u <<<"$output" | wc -l)" 1
    head -n 1 <<<"$output" >"$BATS_TEST_TMPDIR/pod"
    run jq -r '.annotations | to_entries[] | .key + "=" + .value' "$BATS_TEST_TMPDIR/pod"
    assert_output $'a=b\ncluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes=own,nosigpipe'
    # The files are there before the pod's own init containers start.
    run jq -r '.spec.initContainers[].name, (.spec.volumes | map(.name) | sort[])' "$BATS_TEST_TMPDIR/pod"
    assert_output $'nosigpipe\nown-init\nnosigpipe\nown'
    run jq -r '(.spec.containers + .spec.initContainers[1:])[] | .name as $name | .env[] | $name + ": " + .name + "=" + .value' \
        "$BATS_TEST_TMPDIR/pod"
    assert_output 'plain: LD_PRELOAD=:/nosigpipe/libnosigpipe.so
plain: NOSIGPIPE_OPTIONS=stdio=default,log=stderr,
own: A=a
own: LD_PRELOAD=/a.so /b.so:/nosigpipe/libnosigpipe.so
own: NOSIGPIPE_OPTIONS=stdio=default,log=stderr,log=off
own: Z=z
own-init: LD_PRELOAD=/init.so:/nosigpipe/libnosigpipe.so
own-init: NOSIGPIPE_OPTIONS=stdio=default,log=stderr,'
    run jq -c '(.spec.containers + .spec.initContainers[1:])[] | .volumeMounts' "$BATS_TEST_TMPDIR/pod"
    assert_output '[{"mountPath":"/nosigpipe","name":"nosigpipe","readOnly":true}]
[{"mountPath":"/own","name":"own"},{"mountPath":"/nosigpipe","name":"nosigpipe","readOnly":true}]
[{"mountPath":"/nosigpipe","name":"nosigpipe","readOnly":true}]'
    run jq -c '.spec.containers[1] | [.command, .args, .image]' "$BATS_TEST_TMPDIR/pod"
    assert_output '[["own"],["a b","$(C)"],"own"]'
}

@test "what Kustomize makes of an LD_PRELOAD and of options is what both loaders and the library take" {
    local value
    for value in : '/nonexistent/a.so:' ; do
        run -0 --separate-stderr bare env LD_PRELOAD="$value$BUILD/libnosigpipe.so" NOSIGPIPE_OPTIONS=stdio=default,log=off, \
            grep -c libnosigpipe.so /proc/self/maps
        refute_output 0
        # shellcheck disable=SC2154
        refute_regex "$stderr" nosigpipe:
    done
}

# Both have a command that shows what it got.
@test "the wrapper stands in front of the first container's command, of every kind" {
    kinds | kustomize_with copy wrapper | pods_of | jq -c '.pod.spec.containers | [.[0].command, .[1].command, .[1].env]' \
        >"$BATS_TEST_TMPDIR/commands"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" = 7 ]
    run sort -u "$BATS_TEST_TMPDIR/commands"
    assert_equal "$(wc -l <<<"$output")" 1
    run jq -c '.[0][0:2], .[0][3:], .[1], (.[2] | length)' <<<"$output"
    assert_output '["/bin/sh","-c"]
["nosigpipe","plain"]
["own"]
4'
    kinds | kustomize_with image-volume wrapper-no-shell >"$BATS_TEST_TMPDIR/all"
    run check_schemas <"$BATS_TEST_TMPDIR/all"
    assert_output ''
    run sort -u < <(pods_of <"$BATS_TEST_TMPDIR/all" | jq -c '.pod.spec.containers | [.[0].command, .[1].command]')
    assert_output '[["/nosigpipe/nosigpipe-entrypoint","plain"],["own"]]'
}

# The script of the wrapper, with its folder in another place.
run_wrapper() { # COMMAND...
    local script
    script=$(kustomize "$KUBERNETES/overlays/wrapper" | to_json | jq -r '.spec.template.spec.containers[0].command[2]')
    run --separate-stderr bare env ${preload:+"LD_PRELOAD=$preload"} "${shell[@]}" \
        -c "${script//\/nosigpipe\//$BATS_TEST_TMPDIR/files/}" nosigpipe "$@"
}

@test "the wrapper keeps every LD_PRELOAD, and starts the command without the files, too, with one line" {
    local shell preload
    for shell in dash bash 'busybox sh'; do
        read -r -a shell <<<"$shell"
        preload=
        rm -rf "$BATS_TEST_TMPDIR/files"
        run_wrapper printf '<%s>' a 'b c' $'d\ne' "f'\"g" '' '$(h)'
        assert_success
        assert_output "<a><b c><d"$'\n'"e><f'\"g><><\$(h)>"
        assert_equal "$stderr" 'nosigpipe: cannot use /nosigpipe: printf starts unprotected'
        # One of both is as good as none.
        mkdir "$BATS_TEST_TMPDIR/files"
        cp "$BUILD/nosigpipe-entrypoint" "$BATS_TEST_TMPDIR/files"
        run_wrapper sh -c 'exit 7'
        assert_failure 7
        assert_equal "$stderr" 'nosigpipe: cannot use /nosigpipe: sh starts unprotected'
        # Nor are those of another CPU, or of a mount from which nothing may be executed.
        cp "$BUILD/libnosigpipe.so" "$BATS_TEST_TMPDIR/files"
        printf '\177ELF\2\1\1' >"$BATS_TEST_TMPDIR/files/nosigpipe-entrypoint"
        run_wrapper sh -c 'exit 7'
        assert_failure 7
        assert_equal "$stderr" 'nosigpipe: cannot use /nosigpipe: sh starts unprotected'
        cp "$BUILD/nosigpipe-entrypoint" "$BATS_TEST_TMPDIR/files"
        preload=/nonexistent/own.so run_wrapper sh -c 'echo "$LD_PRELOAD"; exit 7'
        assert_failure 7
        assert_output "/nonexistent/own.so:$BATS_TEST_TMPDIR/files/libnosigpipe.so"
    done
}

@test "a command that cannot be seen is an error of Kustomize, not a pod that nothing protects" {
    run kustomize_with copy wrapper < <(kinds | tail -n 1 | jq -c 'del(.spec.containers[0].command)')
    assert_failure
    assert_output --partial 'doc is missing path: '
    assert_output --partial /spec/containers/0/command/0
    run kustomize_with sidecars copy environment < <(kinds | tail -n 1 | jq -c 'del(.spec.initContainers)')
    assert_failure
    assert_output --partial initContainers
}

# With the image's folder and the volume in other places.
copy_files() { # IMAGE VOLUME
    local script
    script=$(kustomize "$KUBERNETES/overlays/environment" | to_json | jq -r '.spec.template.spec.initContainers[0].command[2]')
    script=${script//\/opt\/nosigpipe/$1}
    run --separate-stderr bare busybox sh -c "${script//\/nosigpipe\//$2/}"
}

@test "the init container copies both files, or says what it cannot copy and ends with status 0" {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir image volume
    copy_files "$PWD/none" "$PWD/volume"
    assert_success
    assert_regex "$stderr" 'nosigpipe: cannot copy libnosigpipe.so: the pod starts unprotected$'
    cp "$BUILD/libnosigpipe.so" image
    copy_files "$PWD/image" "$PWD/volume"
    assert_success
    assert_regex "$stderr" 'nosigpipe: cannot copy nosigpipe-entrypoint: the pod starts unprotected$'
    [ ! -e volume/nosigpipe-entrypoint ]
    cp "$BUILD/nosigpipe-entrypoint" image
    copy_files "$PWD/image" "$PWD/gone"
    assert_success
    assert_regex "$stderr" 'nosigpipe: cannot copy libnosigpipe.so: the pod starts unprotected$'
    copy_files "$PWD/image" "$PWD/volume"
    assert_success
    assert_equal "$output$stderr" ''
    cmp image/libnosigpipe.so volume/libnosigpipe.so
    cmp image/nosigpipe-entrypoint volume/nosigpipe-entrypoint
    [ -x volume/nosigpipe-entrypoint ]
    run ls volume
    assert_output $'libnosigpipe.so\nnosigpipe-entrypoint'
}

@test "the DaemonSet takes what its namespace says it takes, and no more" {
    kustomize "$KUBERNETES/daemonset" >"$BATS_TEST_TMPDIR/all"
    run check_pod_security baseline <"$BATS_TEST_TMPDIR/all"
    assert_failure
    assert_equal "$(sed 's/^[^:]*: baseline: \([^:]*\):.*/\1/' <<<"$output" | sort -u | paste -sd, -)" \
        'AppArmor,Capabilities,Host Namespaces,HostPath Volumes'
    assert_line --partial 'spec.hostPID = True'
    refute_line --partial hostNetwork
    run jq -r 'select(.kind == "Namespace").metadata.labels["pod-security.kubernetes.io/enforce"]' < <(to_json <"$BATS_TEST_TMPDIR/all")
    assert_output privileged
}

check() { # [ARGUMENT]...
    run --separate-stderr "${shell[@]}" "$BATS_TEST_TMPDIR/check.sh" "$@"
}

# In each shell, with each awk.
for_each_tool() { # FUNCTION
    local shell awk
    for shell in dash bash 'busybox sh'; do
        read -r -a shell <<<"$shell"
        for awk in mawk 'busybox awk'; do
            sed "s/^exec awk /exec $awk /" "$KUBERNETES/check.sh" >"$BATS_TEST_TMPDIR/check.sh"
            "$1"
        done
    done
}

@test "check.sh: a file without our image is one line, and nothing is changed" {
    kustomize "$KUBERNETES/base" >"$BATS_TEST_TMPDIR/base.yaml"
    local before
    before=$(sha256sum "$BATS_TEST_TMPDIR/base.yaml")
    without_image() {
        check "$BATS_TEST_TMPDIR/base.yaml"
        assert_failure 1
        assert_equal "$stderr" "check.sh: '$BATS_TEST_TMPDIR/base.yaml': no image of nosigpipe in it, so nothing is protected (name its components in kustomization.yaml)"
        assert_output 'Deployment/my-service: not protected'
        check </dev/null
        assert_failure 1
        assert_equal "$stderr" 'check.sh: standard input: no image of nosigpipe in it, so nothing is protected (name its components in kustomization.yaml)'
    }
    for_each_tool without_image
    assert_equal "$(sha256sum "$BATS_TEST_TMPDIR/base.yaml")" "$before"
}

@test "check.sh: an image that is only an example is one line each" {
    local overlay
    examples() {
        for overlay in environment wrapper image-volume; do
            check < <(kustomize "$KUBERNETES/overlays/$overlay")
            assert_equal "$overlay $status" "$overlay 1"
            assert_regex "$stderr" "^check.sh: standard input: 'registry.example/nosigpipe(-files)?:0.1.0' is only an example \(name your image in kustomization.yaml\)$"
        done
    }
    shell=(dash)
    cp "$KUBERNETES/check.sh" "$BATS_TEST_TMPDIR"
    examples
    # The last one is the volume that is an image; those of the containers are told of.
    assert_output --regexp $'^image registry.example/my-service:1.0: [^\n]*\nimage registry.example/my-sidecar:1.0: [^\n]*$'
    # A policy has no container of its own.
    check < <(kustomize "$KUBERNETES/overlays/namespace")
    assert_output ''
}

@test "check.sh: an image of ours may have any name, and what stands outside of a container is not in it" {
    cat >"$BATS_TEST_TMPDIR/pod.yaml" <<'TEXT'
apiVersion: v1
kind: Pod
metadata:
  annotations:
    about: nosigpipe-entrypoint is in front of the command
  name: x
spec:
  containers:
  - image: registry.test/bare:1
    name: bare
  # nosigpipe-entrypoint
  - image: registry.test/second:1
    name: second
  initContainers:
  - command:
    - cp
    - /opt/nosigpipe/nosigpipe-entrypoint
    - /nosigpipe
    image: registry.test/infra/helper:1
    name: nosigpipe
  volumes:
  - emptyDir: {}
    name: nosigpipe
TEXT
    named() {
        check "$BATS_TEST_TMPDIR/pod.yaml"
        assert_equal "$status $stderr" '0 '
        assert_output $'Pod/x, container second: not protected\nPod/x, container bare: not protected'
    }
    for_each_tool named
}

@test "check.sh: says where an LD_PRELOAD cannot be seen, and what is not protected" {
    kinds | tail -n 1 | jq -c '.spec.containers[0] += {envFrom: [{configMapRef: {name: "x"}}]}
        | .spec.containers[0].env = [{name: "NOSIGPIPE_OPTIONS", value: "off"}]' >"$BATS_TEST_TMPDIR/objects"
    printf -- '---\n{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "containers"}, "data": {"a": "b: c"}}\n' \
        >>"$BATS_TEST_TMPDIR/objects"
    kustomize_with copy environment <"$BATS_TEST_TMPDIR/objects" |
        sed 's|registry.example/|registry.test:5000/a/|' >"$BATS_TEST_TMPDIR/pod.yaml"
    says() {
        check "$BATS_TEST_TMPDIR/pod.yaml"
        assert_equal "$stderr" ''
        assert_success
        assert_output "Pod/x, container plain: an LD_PRELOAD of its envFrom would be replaced (if there is one, use components/wrapper)
Pod/x, container own-init: not protected
image plain: an LD_PRELOAD of its own would be replaced (podman image inspect --format '{{.Config.Env}}' shows it)
image own: an LD_PRELOAD of its own would be replaced (podman image inspect --format '{{.Config.Env}}' shows it)
Pod/x NOSIGPIPE_OPTIONS: off has to stand alone (leave it out of the kustomization instead)"
    }
    for_each_tool says
    kinds | tail -n 1 | jq -c '.spec.containers[0].env = [{name: "LD_PRELOAD", valueFrom: {configMapKeyRef: {name: "x", key: "y"}}}]' |
        kustomize_with copy environment | sed 's|registry.example/|registry.test:5000/a/|' >"$BATS_TEST_TMPDIR/pod.yaml"
    refused() {
        check "$BATS_TEST_TMPDIR/pod.yaml"
        assert_failure 1
        assert_equal "$stderr" "check.sh: '$BATS_TEST_TMPDIR/pod.yaml': Pod/x, container plain: LD_PRELOAD has a value and a valueFrom, which no cluster accepts (use components/wrapper)"
    }
    for_each_tool refused
    # The wrapper keeps them all; the second container has none.
    kinds | tail -n 1 | kustomize_with sidecars copy wrapper | sed 's|registry.example/|registry.test:5000/a/|' >"$BATS_TEST_TMPDIR/pod.yaml"
    wrapped() {
        check "$BATS_TEST_TMPDIR/pod.yaml"
        assert_success
        assert_line 'Pod/x, container own: not protected'
        refute_line --partial 'container plain'
    }
    for_each_tool wrapped
}

@test "check.sh: of several objects, it names those that are not protected, whatever their order" {
    {
        kustomize "$KUBERNETES/base" | sed 's/my-service$/first/'
        echo ---
        kustomize "$KUBERNETES/overlays/wrapper" | sed 's|registry.example/|registry.test/|'
        echo ---
        printf '%s\n' 'apiVersion: v1' 'kind: Service' 'metadata:' '  name: no-pod' 'spec:' '  ports:' '  - port: 80'
        echo ---
        kustomize "$KUBERNETES/base" | sed 's/my-service$/"last: #1"/'
    } >"$BATS_TEST_TMPDIR/several.yaml"
    several() {
        check "$BATS_TEST_TMPDIR/several.yaml"
        assert_equal "$status $stderr" '0 '
        assert_output $'Deployment/first: not protected\nDeployment/last: #1: not protected'
    }
    for_each_tool several
}

@test "check.sh: what looks like a field in a text is none" {
    kinds | tail -n 1 | jq -c '.spec.containers[0].args = ["a", "image: registry.example/nosigpipe\nname: x\n", "b: c"]
        | .spec.containers[0].env = [{name: "T", value: "--- \nenvFrom:\n  kind: Y\nimage: registry.example/nosigpipe\n"}]' |
        kustomize_with >"$BATS_TEST_TMPDIR/pod.yaml"
    grep -q 'image: registry.example/nosigpipe' "$BATS_TEST_TMPDIR/pod.yaml"
    texts() {
        check "$BATS_TEST_TMPDIR/pod.yaml"
        assert_failure 1
        assert_equal "$stderr" "check.sh: '$BATS_TEST_TMPDIR/pod.yaml': no image of nosigpipe in it, so nothing is protected (name its components in kustomization.yaml)"
        assert_output 'Pod/x: not protected'
    }
    for_each_tool texts
}

@test "check.sh: bad arguments are one line, with status 125" {
    cp "$KUBERNETES/check.sh" "$BATS_TEST_TMPDIR"
    local shell
    for shell in dash bash 'busybox sh'; do
        read -r -a shell <<<"$shell"
        check "$BATS_TEST_TMPDIR/no such"$'\n'"file"
        assert_equal "$status $stderr" "125 check.sh: cannot read '$BATS_TEST_TMPDIR/no such?file'"
        check "$BATS_TEST_TMPDIR"
        assert_equal "$status $stderr" "125 check.sh: a folder: '$BATS_TEST_TMPDIR' (accepted: what 'kubectl kustomize' prints of it)"
        check --force
        assert_equal "$status $stderr" "125 check.sh: unknown option '--force' (accepted: a file, or none for standard input)"
        check a b
        assert_equal "$status $stderr" "125 check.sh: more than one file (accepted: a file, or none for standard input)"
        check --help
        assert_success
        assert_line --partial 'kubectl kustomize FOLDER | sh check.sh'
    done
}
