"""record_decode.py FORMAT FILE: reads records strictly, and prints each as lines "key=value".

A value is printed as ASCII, with what is not in Python's escapes; a record ends with an empty
line. FORMAT is logfmt, json or journal (one datagram of journald's native protocol). What is
not well formed ends the program with a traceback.
"""

import json
import re
import struct
import sys

NUMBERS = {"pid", "tid", "fd", "peer_pid", "inode", "asked", "written", "count", "fd_count",
           "events", "lost"}
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)")
LOGFMT = re.compile(r'([a-z_]+)=([^\x00-\x20"=\\\x7f-\uffff]+|"(?:[^"\\]|\\.)*")( |$)')


def string(text):
    """A JSON string; json.loads refuses control characters within it."""
    assert not re.search("[\x7f-\x9f]", text), "a control character"
    return json.loads(text)


def logfmt(line):
    position = 0
    fields = []
    while position < len(line):
        field = LOGFMT.match(line, position)
        assert field, line[position:]
        value = field[2]
        if field[1] in NUMBERS:
            assert NUMBER.fullmatch(value), field[0]
        fields.append((field[1], string(value) if value[0] == '"' else value))
        position = field.end()
        assert field[3] == "" or position < len(line), "a blank at the end"
    return fields


def json_object(line):
    assert not re.search("[\x7f-\x9f]", line), "a control character"
    fields = json.loads(line, object_pairs_hook=list)
    for key, value in fields:
        assert type(value) is (int if key in NUMBERS else str), key
    return fields


def journal(data):
    """https://systemd.io/JOURNAL_NATIVE_PROTOCOL/"""
    fields = []
    while data:
        line, data = data.split(b"\n", 1)
        key, equals, value = line.partition(b"=")
        if not equals:
            (size,) = struct.unpack("<Q", data[:8])
            value, end, data = data[8:8 + size], data[8 + size:9 + size], data[9 + size:]
            assert len(value) == size and end == b"\n", key
        key = key.decode("ascii")
        assert re.fullmatch("[A-Z][A-Z0-9_]{0,63}", key), key
        if key.startswith("NOSIGPIPE_"):
            key = key.removeprefix("NOSIGPIPE_").lower()
        fields.append((key, value.decode("utf-8", "surrogateescape")))
    return fields


def records(form, data):
    if form == "journal":
        return [journal(data)]
    lines = data.decode("utf-8").split("\n")
    assert lines.pop() == "", "no newline at the end"
    return [(logfmt if form == "logfmt" else json_object)(line) for line in lines]


for record in records(sys.argv[1], open(sys.argv[2], "rb").read()):
    keys = [key for key, _ in record]
    assert len(keys) == len(set(keys)), "a key twice"
    for key, value in record:
        print(f"{key}={str(value).encode('unicode_escape').decode()}")
    print()
