# For the tests of the Kubernetes examples: kubectl, and kustomizations of the test's own.

KUBERNETES=$ROOT/scripts/examples/kubernetes

# For setup_file: one that is here, or Debian 13's, which runs in Debian 12 as well. That has kubectl 1.20 itself, whose
# Kustomize knows neither components nor replacements.
find_kubectl() {
    KUBECTL=$(command -v kubectl) || KUBECTL=
    if ! "${KUBECTL:-false}" kustomize "$KUBERNETES/overlays/environment" >/dev/null 2>&1; then
        KUBECTL=$("$ROOT/tests/lib/unpack.sh" "$(dpkg --print-architecture)" trixie kubectl)/usr/bin/kubectl || return
    fi
    export KUBECTL
}

kustomize() { # FOLDER
    "$KUBECTL" kustomize "$1"
}

# What the components, in their order, make of the objects in standard input. The folder of the examples is a copy
# in the test's own.
kustomize_with() { # COMPONENT...
    local component folder=$BATS_TEST_TMPDIR/kubernetes/overlays/own
    [ -d "$BATS_TEST_TMPDIR/kubernetes" ] || cp -R "$KUBERNETES" "$BATS_TEST_TMPDIR/kubernetes"
    mkdir -p "$folder"
    cat >"$folder/objects.yaml"
    {
        printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' 'resources: [objects.yaml]'
        [ $# = 0 ] || printf 'components:\n'
        for component; do
            echo "  - ../../components/$component"
        done
    } >"$folder/kustomization.yaml"
    kustomize "$folder"
}

# YAML, one JSON object a line.
to_json() {
    /usr/bin/python3 -c 'import json, sys, yaml
for each in yaml.safe_load_all(sys.stdin): each and print(json.dumps(each))'
}

# The objects of Kubernetes in a list of YAML documents. Those of Kyverno have no published schema here.
check_schemas() {
    "$ROOT/tests/containers/schemas/schemas.sh"
}

check_pod_security() { # LEVEL
    "$ROOT/tests/containers/pod_security.py" "$1"
}
