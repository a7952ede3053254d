"""nosigpipe-audit with a random tree in place of /proc: each shell and awk gives the same answer, in valid JSON
and without control characters."""

import json
import os
import re
import struct

from tried import TRAPS, check, mutated, search, text

VERDICTS = {"vulnerable", "guarded", "ignores", "handles", "blocked", "unknown"}
KEYS = ["pid", "uid", "user", "verdict", "disposition", "threads", "blocking", "sockets", "pipes", "shim",
        "static", "init", "name", "command"]


def damaged(rng, data):
    """Damages lines of the kernel. Adds no NUL, which the kernel prints as "@" (net/unix/af_unix.c), and nothing that
    only some awks take for white space."""
    return re.sub(rb"[\0\v\f\r]", b"", mutated(rng, data))


def mask(rng):
    return rng.choice((b"0000000000000000", b"0000000000001000", b"fffffffe7ffbfeff", b"", b"0", b"1000", b"x",
                       b"%016x" % rng.getrandbits(64)))


def status(rng, pid):
    """PID/status as the kernel writes it, or nearly."""
    name = text(rng, 2).replace(b"\\", b"\\\\").replace(b"\n", b"\\n")[:64] if rng.random() < 0.5 else b"name"
    lines = [
        b"Name:\t" + name, b"State:\t" + rng.choice((b"S (sleeping)", b"Z (zombie)", b"X", b"", b"R")),
        b"Tgid:\t%d" % (pid if rng.random() < 0.95 else rng.randrange(9)), b"PPid:\t%d" % rng.randrange(3),
        b"Uid:\t0\t%d\t0\t0" % rng.choice((0, 1, 65534, 4294967295)),
        b"NSpid:\t%d" % pid + rng.choice((b"", b"\t1", b"\t7")), b"Threads:\t%d" % rng.choice((1, 1, 2, 3, 0)),
        b"SigBlk:\t" + mask(rng), b"SigIgn:\t" + mask(rng), b"SigCgt:\t" + mask(rng)]
    if rng.random() < 0.9:
        lines.append(b"VmSize:\t1 kB")
    if rng.random() < 0.2:
        rng.shuffle(lines)
    if rng.random() < 0.2:
        del lines[rng.randrange(len(lines))]
    return b"\n".join(lines) + b"\n"


def write(folder, name, data):
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def link(folder, name, target):
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    os.symlink(target.replace(b"\0", b"") or b"x", os.path.join(folder, name))


def add_descriptors(rng, process):
    os.makedirs(os.path.join(process, b"fd"))
    targets = (b"socket:[77]", b"socket:[78]", b"socket:[x]", b"pipe:[5]", b"/dev/null", b"anon_inode:[eventpoll]",
               b"/a -> pipe:[3]", b"socket:[77] (deleted)")
    for number in range(rng.randrange(4)):
        target = rng.choice(targets) if rng.random() < 0.7 else text(rng, 2)[:200]
        link(process, b"fd/%d" % number, target)


def elf(rng):
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    return mutated(rng, head + struct.pack("<I", 1) + bytes(52) + struct.pack("<I", rng.choice((3, 6))) + bytes(52))


def add_process(rng, tree, pid):
    process = os.path.join(tree, b"%d" % pid)
    os.makedirs(process)
    if rng.random() < 0.95:
        data = status(rng, pid)
        write(process, b"status", damaged(rng, data) if rng.random() < 0.2 else data)
    if rng.random() < 0.9:
        add_descriptors(rng, process)
    shim = b"7f00-7f01 r-xp 00000000 fe:01 5   /usr/lib/libnosigpipe.so" + rng.choice((b"", b" (deleted)", b"/x", b".1"))
    maps = rng.choice((b"", shim + b"\n", shim, b"1-2 r--p 0 0:0 0\n" + shim + b"\n", text(rng)))
    if rng.random() < 0.95:
        write(process, b"maps", maps)
    arguments = b"".join(text(rng, 2) + b"\0" for _ in range(rng.randrange(4)))
    write(process, b"cmdline", rng.choice((arguments, arguments[:-1], b"x" * 5000 + b"\0", b"\xe4\xb8\xad" * 1500, b"")))
    write(process, b"file", elf(rng))
    link(process, b"exe", rng.choice((b"file", b"file", b"none", text(rng, 1))))
    for thread in range(rng.randrange(3)):
        data = b"State:\t%s\nSigBlk:\t%s\n" % (rng.choice((b"S (sleeping)", b"Z (zombie)")), mask(rng))
        write(process, b"task/%d/status" % (pid + thread), data)
        if rng.random() < 0.3:
            add_descriptors(rng, os.path.join(process, b"task/%d" % (pid + thread)))
            write(process, b"task/%d/maps" % (pid + thread), maps)


def make_tree(rng, tree):
    head = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    line = b"   0: 0100007F:0016 0100007F:A0B0 01 00000000:00000000 00:00000000 00000000     0        0 77 1\n"
    unix = b"Num       RefCount Protocol Flags    Type St Inode Path\n0000: 00000002 00000000 00010000 0001 01 78 "
    write(tree, b"self/net/tcp", rng.choice((head + line, head, b"", damaged(rng, head + line))))
    if rng.random() < 0.7:
        write(tree, b"self/net/unix", unix + text(rng, 1) + b"\n")
    link(tree, b"self/ns/net", b"net:[1]")
    pids = [rng.choice((1, 2, rng.randrange(3, 99), 4194304)) for _ in range(rng.randrange(1, 5))]
    for pid in dict.fromkeys(pids):
        add_process(rng, tree, pid)
    if rng.random() < 0.1:
        os.makedirs(os.path.join(tree, b"5x"))
    return pids


def check_errors(errors):
    for line in errors.split(b"\n")[:-1]:
        check(re.fullmatch(rb"nosigpipe-audit: [^\x00-\x1f\x7f]+", line), f"not a plain line of nosigpipe-audit: {line}")


def check_table(output):
    check(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", output), "a control character in the table")
    check(output.endswith(b"\n"), "the table does not end with a newline")


def check_json(output, ended):
    verdicts = []
    for line in output.decode("utf-8").split("\n")[:-1]:
        one = json.loads(line)
        check(list(one) == KEYS, f"keys {list(one)}")
        check(one["verdict"] in VERDICTS, "an unknown verdict")
        check(not re.search(r"[\x00-\x1f\x7f-\x9f]", line), "a control character in JSON")
        verdicts.append(one["verdict"])
    check(ended == 2 or ended == ("vulnerable" in verdicts), f"status {ended} with {verdicts}")


def arguments_for(rng, pids):
    words = [word for word in (b"--json", b"--all") if rng.random() < 0.5]
    if rng.random() < 0.3:
        words += [b"%d" % pid for pid in pids[:rng.randrange(3)]]
    if rng.random() < 0.1:
        words.append(rng.choice((b"", b"-1", b"007", b"--", b"--proc", b"--x", b"99999999999999999999",
                                 rng.choice(TRAPS), text(rng))))
    if rng.random() < 0.1:
        rng.shuffle(words)
    return words


def try_one(rng, shells, work, note):
    tree = os.path.join(os.fsencode(work), rng.choice((b"tree", b"a tree", b"-t", b"$(touch canary)", b"t'\"")))
    os.mkdir(tree)
    pids = make_tree(rng, tree)
    words = [b"--proc", tree] + arguments_for(rng, pids)
    note(f"arguments {words}")
    for folder, _, names in sorted(os.walk(tree)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.islink(path):
                note(f"{path} -> {os.readlink(path)}")
            else:
                with open(path, "rb") as file:
                    note(f"{path}: {file.read()[:700]}")
    answers = {}
    for shell in shells.all:
        ended, output, errors = answers[shell] = shells.run(shell, "nosigpipe-audit", words, work)
        note(f"{shell}: status {ended} output {output} errors {errors}")
        check(ended in (0, 1, 2), f"status {ended}")
        check_errors(errors)
        if ended == 2 and not output:
            check(errors, "an error without a message")
        elif b"--json" in words:
            check_json(output, ended)
        elif output and b"--help" not in words:
            check_table(output)
    first = answers["dash"]
    for shell, answer in answers.items():
        check(answer == first, f"{shell} and dash differ")


search(try_one)
