/*
 * Where records are written. A sink never blocks the app, never causes an event itself and
 * keeps no descriptor open. A record that cannot be written is lost, and counted.
 */
#ifndef NOSIGPIPE_SINK_H
#define NOSIGPIPE_SINK_H

#include "base/strbuf.h"

/* Writes one record, which ends in a newline, to the sink of `log=`. May change the record's
   bytes. Never writes to descriptor `broken`, which is the one of the event (-1: none). Keeps
   errno. */
void sink_write(const struct strbuf *record, int broken);

#endif
