/*
 * Where records go. A sink never blocks the host, never raises an event of its own and keeps no
 * descriptor open; a record that it does not take is lost, and counted.
 */
#ifndef NOSIGPIPE_SINK_H
#define NOSIGPIPE_SINK_H

#include "base/strbuf.h"

/* Writes one record, which ends in a newline, to the sink that `log=` names, and uses it up.
   `broken` is the descriptor that broke, which is never written to (-1: none). Keeps errno. */
void sink_write(const struct strbuf *record, int broken);

#endif
