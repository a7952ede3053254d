# For gdb: prints the frames of the thread that has stopped, those of the shim left out, as a
# record of the shim has them: a line each, "object+0xoffset".
import os

import gdb

gdb.execute("set backtrace past-main on")
bases = {}
for line in gdb.execute("info proc mappings", to_string=True).splitlines():
    words = line.split()
    if len(words) > 4 and words[-1].startswith("/") and int(words[3], 16) == 0:
        bases.setdefault(words[-1], int(words[0], 16))

frame = gdb.newest_frame()
while frame:
    base, path = max((base, path) for path, base in bases.items() if base <= frame.pc())
    name = os.path.basename(path)
    if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME) and name != "libnosigpipe.so":
        print("%s+0x%x" % (name, frame.pc() - base))
    frame = frame.older()
