"""The launcher, with random options, variables and files as commands, under dash and busybox."""

import os
import re
import struct
import subprocess

from tried import BUILD, ROOT, TRAPS, check, mutated, search, text

SHIM = os.path.join(BUILD, "libnosigpipe.so")
RAN = 77  # the status of the command


def table():
    """The keys of options.def, each with its values or its largest number."""
    keys = {}
    with open(os.path.join(ROOT, "shim/options.def"), encoding="ascii") as file:
        for line in file:
            choice = re.match(r'CHOICE\((\w+),.*"(.*)"\)', line)
            number = re.match(r"NUMBER\((\w+),.* (\d+)\)", line)
            if choice:
                keys[choice[1].encode()] = choice[2].encode().split()
            elif number:
                keys[number[1].encode()] = int(number[2])
    return keys


KEYS = table()


def value_for(rng, key):
    values = KEYS.get(key)
    if rng.random() < 0.5 or values is None:
        return text(rng)
    if isinstance(values, int):
        return b"%d" % rng.choice((0, 1, values, values + 1, rng.randrange(2 * values)))
    value = rng.choice(values)
    if value == b"file:PATH" and rng.random() < 0.8:
        value = b"file:" + rng.choice((b"", b"/", b"x", b"/" + b"y" * rng.choice((253, 254, 255, 256)))) + \
            (text(rng) if rng.random() < 0.3 else b"")
    return value


def take_option(rng):
    """Returns an option as words, and the key and value that it sets, if any."""
    way = rng.random()
    if way < 0.15:
        return [rng.choice((b"--quiet", b"--strict", b"--quiet=", b"--check=x", b"--=", b"--=x", b"-q", b"-",
                            b"--" + text(rng, 1), b"--version=1"))], None
    key = rng.choice(list(KEYS)) if way < 0.9 else text(rng, 1).replace(b"=", b"")
    value = value_for(rng, key)
    if rng.random() < 0.7:
        return [b"--" + key + b"=" + value], (key, value)
    return [b"--" + key, value], (key, value)


def library_complaints(variable, work):
    """Returns what the library itself prints about NOSIGPIPE_OPTIONS."""
    ended = subprocess.run(
        ["/bin/true"], env={b"LD_PRELOAD": os.fsencode(SHIM), b"NOSIGPIPE_OPTIONS": variable},
        cwd=work, stderr=subprocess.PIPE, check=True)
    return ended.stderr


def check_refusal(status, output, errors):
    check(status in (125, 126, 127), f"status {status}")
    check(output == b"", f"output at status {status}")
    check(re.fullmatch(rb"nosigpipe: [^\x00-\x1f\x7f]+\n", errors), "not one plain line of the launcher")


def try_options(rng, run, work, note):
    """What the launcher accepts, the library accepts; the command gets its arguments unchanged."""
    words, pairs = [], []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        more, pair = take_option(rng)
        words += more
        pairs.append(pair)
    arguments = [text(rng) for _ in range(rng.randrange(3))]
    variable = rng.choice((None, b"", b"mode=catch", b"off", b"mode=" + text(rng)))
    command = [b"/bin/sh", b"-c", b'printf "%s\\0" "${NOSIGPIPE_OPTIONS-}" "$@" >out; exit 77', b"sh"]
    environment = {} if variable is None else {b"NOSIGPIPE_OPTIONS": variable}
    note(f"options {words} variable {variable} arguments {arguments}")
    status, output, errors = run(words + [b"--"] * rng.randrange(2) + command + arguments, environment)
    if status != RAN:
        check_refusal(status, output, errors)
        single = len(pairs) == 1 and pairs[0]
        if single and errors.startswith(b"nosigpipe: bad value") and b"," not in single[1]:
            check(single[0] in KEYS, "a bad value of an unknown key")
            if not single[1].startswith(b"file:") or single[1].startswith(b"file:/"):
                check(library_complaints(b"=".join(single), work), "the library accepts it, the launcher does not")
        return
    with open(os.path.join(work, "out"), "rb") as file:
        seen = file.read().split(b"\0")
    note(f"passed on {seen}")
    check(seen[1:-1] == arguments, "the arguments have changed")
    if variable in (None, b"", b"mode=catch"):
        check(re.fullmatch(rb"(nosigpipe: [^\x00-\x1f\x7f]+: nothing will be logged \(log=[^\x00-\x1f\x7f]+\)\n)?", errors)
              and output == b"", "unexpected output")
        check(not library_complaints(seen[0], work), "the launcher accepts what the library does not")


def try_print(rng, run, note):
    """--print-env=shell: a shell that reads the output sets the requested value."""
    value = b"file:/" + text(rng)
    words = [b"--log=" + value, b"--print-env" + rng.choice((b"=shell", b"", b"=dockerfile", b"=systemd"))]
    note(f"print {words}")
    status, output, errors = run(words, {})
    if status:
        check_refusal(status, output, errors)
        return
    check(errors == b"", "unexpected output")
    if words[1].endswith(b"=shell"):
        ended = subprocess.run([b"/bin/sh", b"-c", output + b'printf %s "$NOSIGPIPE_OPTIONS"'], check=True,
                               env={}, stdout=subprocess.PIPE)
        check(ended.stdout == b"log=" + value, "not the requested value")


def elf(rng):
    """The head of an ELF file of either class and byte order, with or without an interpreter."""
    wide, little = rng.random() < 0.7, rng.random() < 0.8
    order = "<" if little else ">"
    interpreter = rng.choice((b"/lib64/ld-linux-x86-64.so.2\0", b"/none\0", b"", text(rng), b"/\n\0"))
    machine = rng.choice((62, 3, 183, 40, 243, 65535))
    kinds = rng.sample((1, 2, 3, 4, 6), rng.randrange(1, 5))
    head, size = (64, 56) if wide else (52, 32)
    at = head + len(kinds) * size
    ident = b"\x7fELF" + bytes([1 + wide, 2 - little, 1]) + bytes(9)
    numbers = (3, machine, 1, 0, head, 0, 0, head, size, len(kinds), 64, 0, 0)
    data = ident + struct.pack(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), *numbers)
    for kind in kinds:
        if wide:
            data += struct.pack(order + "IIQQQQQQ", kind, 4, at, 0, 0, len(interpreter), 0, 1)
        else:
            data += struct.pack(order + "IIIIIIII", kind, at, 0, 0, len(interpreter), 0, 4, 1)
    return data + interpreter + bytes(rng.randrange(40))


def script(rng):
    interpreters = (b"/bin/sh", b"/bin/true", b"/usr/bin/env", b"/usr/bin/env sh", b"/usr/bin/env -S sh -e",
                    b"/usr/bin/env -i true", b"/usr/bin/env none", b"/usr/bin/env X=1 true", b"/none", b"none", b"",
                    b"/", b"/bin", b"./command", b"/bin/sh\r", b"/bin/sh -e -u", b"/usr/bin/env -- true", b"-x")
    blanks = (b"", b" ", b"\t", b"   ")
    line = b"#!" + rng.choice(blanks) + rng.choice(interpreters) + rng.choice(blanks)
    if rng.random() < 0.4:
        line += rng.choice(TRAPS).replace(b"\n", b"")
    return line + rng.choice((b"\n", b"", b"\n\n")) + b"exit 77\n"


def try_file(rng, run, work, note):
    """--check of a command: prints one line, whatever the file contains."""
    name = rng.choice((b"command", b"./command", b"a b", b"-x", b"./$(touch canary)", b"a'b", b'a"b', b"a\nb", b"./*",
                       b"\xff", b"a:b", b"a\\b"))
    data = rng.choice((lambda: mutated(rng, elf(rng)), lambda: elf(rng), lambda: script(rng),
                       lambda: mutated(rng, script(rng)), lambda: text(rng), lambda: b"",
                       lambda: bytes(rng.randrange(256) for _ in range(rng.randrange(100)))))()
    with open(os.path.join(os.fsencode(work), name), "wb") as file:
        file.write(data)
    os.chmod(os.path.join(os.fsencode(work), name), rng.choice((0o755, 0o755, 0o755, 0o644, 0o4755)))
    words = [b"--" + word for word in (b"quiet", b"strict", b"action=die") if rng.random() < 0.2]
    path = rng.choice((b"", b".", b".:/bin", b"/none::/bin:", None))
    note(f"file {name} of {data}, options {words}, PATH {path}")
    given = {}
    if path is not None and not name.startswith(b"./"):
        given = {b"MORE": path}
    status, output, errors = run([b"--check"] + words + [b"--", name], given)
    if status in (0, 1):
        check(errors == b"", "unexpected output")
        check(re.fullmatch(rb"(protected by|not protected, because) [^\x00-\x1f\x7f]+\n", output), "not one plain line")
    else:
        check_refusal(status, output, errors)


def try_one(rng, shells, work, note):
    shell = rng.choice(("dash", "busybox"))
    note(f"shell {shell}")

    def run(words, environment):
        more = environment.pop(b"MORE", None)
        if more is not None:
            environment[b"PATH"] = more + b":" + os.fsencode(shells.all[shell][1])
        status, output, errors = shells.run(shell, "nosigpipe", words, work, environment)
        note(f"status {status} output {output} errors {errors}")
        return status, output, errors

    way = rng.random()
    if way < 0.45:
        try_options(rng, run, work, note)
    elif way < 0.55:
        try_print(rng, run, note)
    else:
        try_file(rng, run, work, note)


search(try_one)
