"""What the shim is meant to cost on a quiet machine. Told, never enforced: times are not."""

QUIET_MODES = ["catch", "container", "ignore", "mask"]

# Why a goal may be missed for good, where the reason is known.
VARIES = "the bare program itself varies by more than that from turn to turn: see the quartiles"
REASONS = {
    "mask,": "the result is looked at, which takes one more return; where the kernel's entry empties"
    " the CPU's predictor of returns (Safe RET, for instance), that return takes longer",
    "masking each writev": "the bare writev is dearer than the bare write, and what masking adds is the same",
    **dict.fromkeys(["nginx", "redis", "iperf3", "dd", "PostgreSQL"], VARIES),
}


def medians(results, names):
    return [result["variants"][name]["median"] for result in results for name in names]


def goals(figures):
    """(what, the value, the most that it may be; negative: the least)"""
    calls, broken = figures["calls"], figures["broken"]
    null = [result for result in calls if result["target"] == "null"]
    start = [result for result in figures["starts"] if result["base"] == "empty"]
    send = [result for result in broken if result["call"] == "send"]
    times = {call: [] for call in ("write", "writev")}
    for result in null:
        masking, catch = medians([result], ["masking", "catch"])
        times[result["call"]].append(masking / catch)
    found = [
        (f"{mode}, the dearest of the calls that succeed", max(medians(calls, [mode])), 1.02)
        for mode in QUIET_MODES
    ]
    found += [
        *((f"masking each {call} in place of it, on /dev/null", min(times[call]), -3) for call in times if times[call]),
        ("a start, to one under an empty object", max(medians(start, ["catch"])), 1.03),
        ("a broken send, to SIG_IGN", max(medians(send, ["catch"])), 1.1),
        ("a broken write with mode=flags, to SIG_IGN", max(medians(broken, ["flags"])), 1.1),
    ]
    found += [
        (result["call"], result["variants"]["catch"]["median"], 1.01)
        for result in figures["programs"]
    ]
    return found


def as_text(figures):
    lines = []
    for what, value, limit in goals(figures):
        met = value >= -limit if limit < 0 else value <= limit
        bound = f"at least {-limit}" if limit < 0 else f"at most {limit}"
        lines.append(f"{'met' if met else 'NOT met':8} {what}: {value:.3f}, {bound}")
        lines += [f"         ({reason})" for name, reason in REASONS.items() if not met and what.startswith(name)]
    return "\n".join(lines)
