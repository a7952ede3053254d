#!/usr/bin/python3
"""apply_policy.py POLICY POD [LABEL=VALUE]...: prints the pod as a Kyverno policy leaves it, as JSON; the LABELs are
those of its namespace. What rules of validation report goes to standard error, a line each.

No cluster is needed. The parts are real: the YAML parser, JMESPath for variables and conditions, and the strategic
merge of kubectl. What binds them is not Kyverno but this file, which knows as much of Kyverno's rules as the policy
uses and stops at anything else. It knows no difference between a field that is missing and one that is null.
"""
import json
import os
import re
import subprocess
import sys

import jmespath
import yaml


def selected(resources, pod, namespace_labels):
    unknown = resources.keys() - {"kinds", "operations", "selector", "namespaceSelector"}
    assert not unknown, f"unknown in match: {unknown}"
    for selector, labels in (("selector", pod["metadata"].get("labels", {})), ("namespaceSelector", namespace_labels)):
        assert resources.get(selector, {}).keys() <= {"matchLabels"}, resources
        if not resources.get(selector, {}).get("matchLabels", {}).items() <= labels.items():
            return False
    return pod["kind"] in resources["kinds"]


def matches(rule, pod, namespace_labels):
    def any_of(part):
        return any(selected(resources, pod, namespace_labels) for block in part.get("any", ()) for resources in block.values())
    assert rule["match"].keys() == {"any"} and rule.get("exclude", {}).keys() <= {"any"}, rule
    return any_of(rule["match"]) and not any_of(rule.get("exclude", {}))


def substitute(part, variables):
    """The part with each {{ variable }} replaced by its value, which keeps its type where it stands alone."""
    if isinstance(part, dict):
        return {key: substitute(value, variables) for key, value in part.items()}
    if isinstance(part, list):
        return [substitute(value, variables) for value in part]
    alone = re.fullmatch(r"{{(.*)}}", part) if isinstance(part, str) else None
    if not alone:
        assert not isinstance(part, str) or "{{" not in part, part
        return part
    value = jmespath.search(alone.group(1).strip(), variables)
    assert value is not None, f"Kyverno substitutes no null: {part}"
    return value


def holds(condition, variables):
    key, value = (substitute(condition[part], variables) for part in ("key", "value"))
    return {"AnyNotIn": lambda: key not in value,
            "Equals": lambda: key == value,
            "GreaterThan": lambda: key > value}[condition["operator"]]()


def wanted(part, variables):
    conditions = part.get("preconditions", {"all": []})
    assert conditions.keys() == {"all"}, conditions
    return all(holds(condition, variables) for condition in conditions["all"])


def expand(patch, pod):
    """The patch with one element for each of the pod's in place of the one with (name): "*"."""
    if isinstance(patch, dict):
        assert not any(key.startswith(("(", "+(")) for key in patch), patch
        return {key: expand(value, pod.get(key) or {}) for key, value in patch.items()}
    if isinstance(patch, list) and isinstance(patch[0], dict) and "(name)" in patch[0]:
        (element,) = patch
        assert element["(name)"] == "*"
        return [{"name": present["name"], **{key: value for key, value in element.items() if key != "(name)"}} for present in pod]
    return patch


def merge(pod, patch):
    command = [os.environ["KUBECTL"], "patch", "--local", "--type=strategic", "--filename=-", "--output=json"]
    done = subprocess.run(command + ["--patch", json.dumps(patch)], input=json.dumps(pod),
                          check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def each(foreach, request):
    """The variables of each element, which change with the pod."""
    count = len(jmespath.search(foreach["list"], {"request": request}) or [])
    for index in range(count):
        element = jmespath.search(foreach["list"], {"request": request})[index]
        variables = {"request": request, "element": element, "elementIndex": index}
        if wanted(foreach, variables):
            yield variables


def mutate(rule, request):
    unknown = rule.keys() - {"foreach", "patchStrategicMerge"}
    assert not unknown, unknown
    for foreach in rule.get("foreach", ()):
        assert foreach.keys() <= {"list", "preconditions", "patchStrategicMerge"}, foreach
        for variables in each(foreach, request):
            request["object"] = merge(request["object"], substitute(foreach["patchStrategicMerge"], variables))
    if "patchStrategicMerge" in rule:
        patch = substitute(rule["patchStrategicMerge"], {"request": request})
        request["object"] = merge(request["object"], expand(patch, request["object"]))


def validate(name, rule, request):
    """Kyverno validates what all mutations left."""
    assert rule.keys() == {"message", "foreach"}, rule
    for foreach in rule["foreach"]:
        assert foreach.keys() <= {"list", "preconditions", "deny"}, foreach
        for variables in each(foreach, request):
            if any(holds(condition, variables) for condition in foreach["deny"]["conditions"]["any"]):
                print(f"{name}: {variables['element']['name']}: {rule['message']}", file=sys.stderr)


def main(policy_file, pod_file, *labels):
    with open(policy_file, encoding="utf-8") as file:
        policy = yaml.safe_load(file)
    with open(pod_file, encoding="utf-8") as file:
        request = {"object": yaml.safe_load(file)}
    assert (policy["apiVersion"], policy["kind"]) == ("kyverno.io/v1", "ClusterPolicy")
    assert policy["spec"].keys() == {"background", "failurePolicy", "rules"}
    namespace_labels = dict(label.split("=", 1) for label in labels)
    for kind in ("mutate", "validate"):
        for rule in policy["spec"]["rules"]:
            if kind in rule and matches(rule, request["object"], namespace_labels) and wanted(rule, {"request": request}):
                if kind == "mutate":
                    mutate(rule[kind], request)
                else:
                    validate(rule["name"], rule[kind], request)
    json.dump(request["object"], sys.stdout, indent=2)


main(*sys.argv[1:])
