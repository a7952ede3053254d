/* The calls that led to a broken write. */
#ifndef NOSIGPIPE_BACKTRACE_H
#define NOSIGPIPE_BACKTRACE_H

#include "base/strbuf.h"
#include "unwind/unwind.h"

/* Appends up to `most` frames with a blank between them, the innermost first, each one as
   "object+0xoffset" or "object+0xoffset(symbol)". The offset is an address as the object's file
   has it; addr2line(1) needs 1 less. The shim's own frames are left out, and those that do not
   fit. Only printable ASCII characters are written, and none that any format of a record would
   escape. */
void backtrace_add(struct strbuf *text, const struct frame *start, unsigned most);

#endif
