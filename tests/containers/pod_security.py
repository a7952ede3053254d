#!/usr/bin/python3
"""pod_security.py baseline|restricted: reads YAML from standard input, and holds each pod in it, also the one that a
Deployment or the like makes, to the Pod Security Standards. Prints "KIND/NAME: CONTROL: FIELD" for each violation; the
status is 1 if there is one.

The source of each control, under the name that it has here, is the standard's text:
https://kubernetes.io/docs/concepts/security/pod-security-standards/
A field that the text names is read in containers, initContainers and ephemeralContainers alike, as it says. Not in the
text, but in what the API server does since 1.33: volumes of the type image are restricted's as well
(kubernetes/kubernetes#130394).
"""
import sys

import yaml

LISTS = ("containers", "initContainers", "ephemeralContainers")
CAPABILITIES = set("""AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP
    SETUID SYS_CHROOT""".split())
SYSCTLS = set("""kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start
    net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time
    net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem
    net.ipv4.tcp_wmem""".split())
VOLUMES = set("""configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret image""".split())
SELINUX = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
PROFILES = ("RuntimeDefault", "Localhost")
ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def get(part, path):
    """The field at the path, or None."""
    for step in path.split("."):
        part = part.get(step) if isinstance(part, dict) else None
    return part


def containers(pod):
    for name in LISTS:
        for container in pod["spec"].get(name) or []:
            yield f"spec.{name}[{container['name']}]", container


def both(pod, path):
    """The field of the pod's securityContext, and of each container's."""
    yield f"spec.securityContext.{path}", get(pod, f"spec.securityContext.{path}")
    yield from of_containers(pod, path)


def of_containers(pod, path):
    for where, container in containers(pod):
        yield f"{where}.securityContext.{path}", get(container, f"securityContext.{path}")


def outside(fields, allowed):
    return [f"{where} = {value}" for where, value in fields if value not in allowed]


def host_namespaces(pod):
    return outside([(f"spec.{name}", get(pod, f"spec.{name}")) for name in ("hostNetwork", "hostPID", "hostIPC")], (None, False))


def host_process(pod):
    return outside(both(pod, "windowsOptions.hostProcess"), (None, False))


def privileged(pod):
    return outside(of_containers(pod, "privileged"), (None, False))


def added(pod, allowed):
    return [f"{where} has {name}" for where, names in of_containers(pod, "capabilities.add")
            for name in names or [] if name not in allowed]


def capabilities(pod):
    return added(pod, CAPABILITIES)


def host_path(pod):
    return [f"spec.volumes[{volume['name']}].hostPath" for volume in pod["spec"].get("volumes") or [] if "hostPath" in volume]


def host_ports(pod):
    return [f"{where}.ports.hostPort = {port['hostPort']}" for where, container in containers(pod)
            for port in container.get("ports") or [] if port.get("hostPort")]


def host_probes(pod):
    """Since 1.34."""
    actions = [(probe, kind) for probe in ("livenessProbe", "readinessProbe", "startupProbe") for kind in ("httpGet", "tcpSocket")]
    actions += [(f"lifecycle.{hook}", kind) for hook in ("postStart", "preStop") for kind in ("httpGet", "tcpSocket")]
    return outside([(f"{where}.{probe}.{kind}.host", get(container, f"{probe}.{kind}.host"))
                    for where, container in containers(pod) for probe, kind in actions], (None, ""))


def apparmor(pod):
    annotations = get(pod, "metadata.annotations") or {}
    return outside(both(pod, "appArmorProfile.type"), (None, *PROFILES)) + [
        f"metadata.annotations[{key}] = {value}" for key, value in annotations.items()
        if key.startswith(ANNOTATION) and value != "runtime/default" and not value.startswith("localhost/")]


def selinux(pod):
    return outside(both(pod, "seLinuxOptions.type"), SELINUX) + [
        wrong for part in ("user", "role") for wrong in outside(both(pod, f"seLinuxOptions.{part}"), (None, ""))]


def proc_mount(pod):
    return outside(of_containers(pod, "procMount"), (None, "Default"))


def seccomp(pod):
    return outside(both(pod, "seccompProfile.type"), (None, *PROFILES))


def sysctls(pod):
    return [f"spec.securityContext.sysctls has {each['name']}" for each in get(pod, "spec.securityContext.sysctls") or []
            if each["name"] not in SYSCTLS]


def volume_types(pod):
    return [f"spec.volumes[{volume['name']}] = {kind}" for volume in pod["spec"].get("volumes") or []
            for kind in volume.keys() - {"name"} if kind not in VOLUMES]


def privilege_escalation(pod):
    return outside(of_containers(pod, "allowPrivilegeEscalation"), (False,))


def required(pod, path, allowed):
    """The pod's field counts for each container that has none of its own."""
    default = get(pod, f"spec.securityContext.{path}")
    wrong = outside([("spec.securityContext." + path, default)], (None, *allowed))
    return wrong + [f"{where} = {value}" for where, value in of_containers(pod, path)
                    if (default if value is None else value) not in allowed]


def non_root(pod):
    return required(pod, "runAsNonRoot", (True,))


def non_root_user(pod):
    return [f"{where} = 0" for where, value in both(pod, "runAsUser") if value == 0]


def seccomp_required(pod):
    return required(pod, "seccompProfile.type", PROFILES)


def dropped(pod):
    return [f"{where} lacks ALL" for where, names in of_containers(pod, "capabilities.drop") if "ALL" not in (names or [])] + \
        added(pod, {"NET_BIND_SERVICE"})


# The profile, the name of the control in the standard's text, and what looks for violations.
CONTROLS = (
    ("baseline", "HostProcess", host_process),
    ("baseline", "Host Namespaces", host_namespaces),
    ("baseline", "Privileged Containers", privileged),
    ("baseline", "Capabilities", capabilities),
    ("baseline", "HostPath Volumes", host_path),
    ("baseline", "Host Ports", host_ports),
    ("baseline", "Host Probes / Lifecycle Hooks", host_probes),
    ("baseline", "AppArmor", apparmor),
    ("baseline", "SELinux", selinux),
    ("baseline", "/proc Mount Type", proc_mount),
    ("baseline", "Seccomp", seccomp),
    ("baseline", "Sysctls", sysctls),
    ("restricted", "Volume Types", volume_types),
    ("restricted", "Privilege Escalation", privilege_escalation),
    ("restricted", "Running as Non-root", non_root),
    ("restricted", "Running as Non-root user", non_root_user),
    ("restricted", "Seccomp", seccomp_required),
    ("restricted", "Capabilities", dropped),
)


def pods(item):
    """The pod, or the template of pods, that the object has."""
    if item["kind"] == "Pod":
        yield item
    for path in ("spec.template", "spec.jobTemplate.spec.template"):
        if get(item, path):
            yield get(item, path)


def main(level):
    found = 0
    looked = 0
    for item in yaml.safe_load_all(sys.stdin):
        for pod in pods(item or {"kind": None}):
            looked += 1
            for profile, control, violations in CONTROLS:
                for violation in violations(pod) if profile in ("baseline", level) else ():
                    found += 1
                    print(f"{item['kind']}/{item['metadata']['name']}: {profile}: {control}: {violation}")
    if not looked:
        sys.exit("pod_security.py: no pod in it")
    sys.exit(found > 0)


main(sys.argv[1])
