#!/usr/bin/python3
"""apply_policy.py POLICY POD: prints the pod as a Kyverno policy leaves it, as JSON.

No cluster is needed. The parts are real: the YAML parser, JMESPath for the preconditions and the
strategic merge of kubectl. What binds them is not Kyverno but this file, which knows as much of
Kyverno's rules as the policy uses and stops at anything else: match.any with kinds and labels,
preconditions.all with AnyNotIn, and (name): "*", which stands for every element of its list.
"""
import json
import re
import subprocess
import sys

import jmespath
import yaml


def matches(rule, pod):
    for block in rule["match"]["any"]:
        (resources,) = block.values()
        unknown = resources.keys() - {"kinds", "operations", "selector"}
        assert not unknown, f"unknown in match: {unknown}"
        labels = pod["metadata"].get("labels", {}).items()
        if pod["kind"] in resources["kinds"] and resources["selector"]["matchLabels"].items() <= labels:
            return True
    return False


def evaluate(value, pod):
    expression = re.fullmatch(r"{{ (.*) }}", value).group(1)
    return jmespath.search(expression, {"request": {"object": pod}})


def wanted(rule, pod):
    for condition in rule["preconditions"]["all"]:
        assert condition["operator"] == "AnyNotIn", condition
        if condition["key"] in evaluate(condition["value"], pod):
            return False
    return True


def expand(patch, pod):
    """The patch with one element for each of the pod's in place of the one with (name): "*"."""
    if isinstance(patch, dict):
        assert not any(key.startswith(("(", "+(")) for key in patch), patch
        return {key: expand(value, pod.get(key) or {}) for key, value in patch.items()}
    if isinstance(patch, list) and "(name)" in patch[0]:
        (element,) = patch
        assert element.pop("(name)") == "*"
        return [{"name": present["name"], **element} for present in pod]
    return patch


def merge(pod, patch):
    command = ["kubectl", "patch", "--local", "--type=strategic", "--filename=-", "--output=json"]
    done = subprocess.run(command + ["--patch", json.dumps(patch)], input=json.dumps(pod),
                          check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def main(policy_file, pod_file):
    with open(policy_file, encoding="utf-8") as file:
        policy = yaml.safe_load(file)
    with open(pod_file, encoding="utf-8") as file:
        pod = yaml.safe_load(file)
    assert (policy["apiVersion"], policy["kind"]) == ("kyverno.io/v1", "ClusterPolicy")
    for rule in policy["spec"]["rules"]:
        if matches(rule, pod) and wanted(rule, pod):
            pod = merge(pod, expand(rule["mutate"]["patchStrategicMerge"], pod))
    json.dump(pod, sys.stdout, indent=2)


main(*sys.argv[1:])
