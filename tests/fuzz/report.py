"""nosigpipe-report on random records: each shell and awk gives the same answer, in valid JSON and without control
characters, and no more broken writes than the records tell of."""

import json
import os
import re

from tried import TRAPS, check, mutated, search, text

CALLS = ["write", "send", "writev"]
KEYS = ["program", "call", "peer", "disposition", "events", "exact", "processes", "first", "last"]


def escaped(value):
    return json.dumps(value.decode("utf-8", "replace"))


def fields_of(rng, number):
    """The fields of an event or a summary, with numbers and texts between quotes as JSON has them."""
    fields = {
        "time": '"2026-11-28T10:%02d:%02d.%06dZ"' % (number // 60, number % 60, rng.randrange(1000000)),
        "pid": str(rng.randrange(3)), "tid": "1",
        "program": rng.choice(('"srv"', '"srv"', '"a b"', escaped(text(rng, 2))))}
    if rng.random() < 0.2:
        events = rng.randrange(1, 99)
        fields.update(events=str(events), by_call=f'"{rng.choice(CALLS)}:{events}"', by_kind='"tcp:1"', lost="0")
        return fields
    fields.update(
        call=f'"{rng.choice(CALLS)}"', kind=f'"{rng.choice(("tcp", "tcp6", "unix", "pipe", "fifo", "other"))}"',
        local=rng.choice(('""', '"10.0.0.1:443"', '"/run/srv"', escaped(text(rng, 2)))),
        peer=rng.choice(('""', '"10.0.0.2:40000"', '"[::1]:5432"', escaped(text(rng, 2)))), inode="1", written="-1",
        count=str(rng.choice((1, 2, 3, 11, 1 << 40))), fd_count=str(rng.choice((1, 2, 10, 16, 32, 4096))))
    return fields


def line_of(rng, number):
    fields = fields_of(rng, number)
    form = rng.randrange(4)
    if form == 0:
        line = "{" + ",".join(f'"{key}":{value}' for key, value in fields.items()) + "}"
    elif form == 1:
        quoted = {key: value if value[0] == '"' else f'"{value}"' for key, value in fields.items()}
        line = "{" + ",".join(f'"NOSIGPIPE_{key.upper()}":{value}' for key, value in quoted.items()) + "}"
    else:
        line = " ".join(f"{key}={value}" for key, value in fields.items())
        line = re.sub(r'="([A-Za-z0-9:.-]+)"', r"=\1", line)
        if form == 2:
            line = "Nov 28 10:00:00 box srv[1]: " + line
    line = line.encode("utf-8")
    if rng.random() < 0.2:
        # No awk need take a NUL, and of a carriage return they may think different things.
        line = re.sub(rb"[\0\r\v\f]", b"", mutated(rng, line))
    return line if rng.random() < 0.95 else text(rng).replace(b"\0", b"")


def check_output(words, output):
    check(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", output), "a control character")
    if b"--json" not in words:
        for line in output.decode("utf-8").split("\n"):
            check(len(line) <= 80 or not line.startswith(("PROGRAM", "PEER", "CALL", "UNIT")), "a wide table")
        return
    for line in output.decode("utf-8").split("\n")[:-1]:
        one = json.loads(line)
        check(list(one) == KEYS or list(one)[1:] == KEYS[4:], f"keys {list(one)}")
        check(one["first"] <= one["last"] and one["processes"] >= 1, "a row of nothing")
        check(not re.search(r"[\x00-\x1f\x7f-\x9f]", line), "a control character in JSON")


def try_one(rng, shells, work, note):
    trap = rng.choice(TRAPS).replace(b"/", b"")[:99] or b"x"
    name = rng.choice((b"log", b"-log", b"a=b", b"a log", b"$(touch canary)", trap))
    if b"\n" in name or name in (b"-", b"--"):
        name = b"log"
    lines = [line_of(rng, number) for number in range(rng.randrange(40))]
    data = b"\n".join(lines) + rng.choice((b"", b"\n"))
    with open(os.path.join(os.fsencode(work), name), "wb") as file:
        file.write(data)
    words = [word for word in (b"--json",) if rng.random() < 0.5]
    if rng.random() < 0.5:
        words.append(b"--by=" + rng.choice((b"peer", b"program", b"call", b"unit")))
    words += [b"--", name]
    note(f"arguments {words}\n{data}")
    answers = {shell: shells.run(shell, "nosigpipe-report", words, work) for shell in shells.all}
    first = answers["dash"]
    check(first[0] == 0, f"status {first}")
    check_output(words, first[1])
    for shell, answer in answers.items():
        check(answer == first, f"{shell} and dash differ: {answer} {first}")


search(try_one)
