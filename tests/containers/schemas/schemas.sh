#!/bin/sh
# schemas.sh: reads YAML from standard input, and holds each of its objects to the schema that Kubernetes publishes
# (validate.mjs). The schemas come from npm's registry, in the version that package-lock.json has, with its checksum,
# once below build/containers.

set -u

fail() { # MESSAGE
    printf 'schemas.sh: %s\n' "$1" >&2
    exit 125
}

here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 125
root=$here/../../..
place=$root/build/containers/schemas
mkdir -p "$place" || exit 125
# Two tests may want them at the same time.
exec 9>"$place/lock" && flock 9 || exit 125
if ! cmp -s "$here/package-lock.json" "$place/made/package-lock.json"; then
    rm -rf "$place/new" "$place/made"
    mkdir "$place/new" && cp "$here/package.json" "$here/package-lock.json" "$place/new" && cd "$place/new" || exit 125
    npm ci --ignore-scripts --no-audit --no-fund >"$place/log" 2>&1 || fail "cannot get them: see $place/log"
    mv "$place/new" "$place/made" || exit 125
fi
exec 9>&-
/usr/bin/python3 -c 'import json, sys, yaml; json.dump([each for each in yaml.safe_load_all(sys.stdin) if each], sys.stdout)' |
    node "$here/validate.mjs" "$place/made/node_modules/kubernetes-models/_schemas"
