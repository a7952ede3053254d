"""What is compared: the shim in its modes, and what one could use instead."""

import glob
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
SHIM = os.path.join(BUILD, "libnosigpipe.so")
# What the shim is told in each of its variants; "container" is what the entrypoint begins with.
OPTIONS = {
    "catch": "mode=catch",
    "container": "stdio=default,log=stderr",
    "ignore": "mode=ignore",
    "mask": "mode=mask",
    "flags": "mode=flags",
}
MODES = list(OPTIONS)


def preload(path, **variables):
    return [], {"LD_PRELOAD": path, **variables}


# A prefix of the command, and variables.
VARIANTS = {
    "bare": ([], {}),
    "bare again": ([], {}),
    **{mode: preload(SHIM, NOSIGPIPE_OPTIONS=options) for mode, options in OPTIONS.items()},
    "ignored": (["env", "--ignore-signal=PIPE"], {}),
    "masking": preload(os.path.join(BUILD, "bench", "preload_masking.so")),
    "empty": preload(os.path.join(BUILD, "bench", "preload_empty.so")),
    "strace": (["strace", "-f", "-o", "/dev/null"], {}),
}

# Preloads of the distribution that have another purpose, where they are installed.
OTHERS = {
    "libeatmydata": ("/usr/lib/*/libeatmydata.so.1", {}),
    "torsocks": ("/usr/lib/*/torsocks/libtorsocks.so.0", {"TORSOCKS_LOG_LEVEL": "1"}),
    "socket_wrapper": ("/usr/lib/*/libsocket_wrapper.so", {"SOCKET_WRAPPER_DIR": "/tmp"}),
    "stdbuf": ("/usr/libexec/coreutils/libstdbuf.so", {"_STDBUF_O": "L"}),
    "faketime": ("/usr/lib/*/faketime/libfaketime.so.1", {"FAKETIME": "+0"}),
}
for name, (pattern, variables) in OTHERS.items():
    for path in glob.glob(pattern):
        VARIANTS[name] = preload(path, **variables)


def environment(**variables):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", **variables}


def command(name, arguments):
    """The command and the environment of a program under a variant."""
    prefix, variables = VARIANTS[name]
    # The loader would only warn, and go on without.
    path = variables.get("LD_PRELOAD")
    assert not path or os.path.exists(path), f"{path}: run make first"
    return prefix + arguments, environment(**variables)


def touches(name, call):
    """Whether a preload defines the call."""
    path = VARIANTS[name][1]["LD_PRELOAD"]
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", path], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return call in (line.split()[-1].split("@")[0] for line in symbols.splitlines())
