/* An event as a line of text, in the format that the sink takes. */
#ifndef NOSIGPIPE_RECORD_H
#define NOSIGPIPE_RECORD_H

#include "report/counters.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "unwind/unwind.h"

/* Writes the record of an event. `action` is what is done about it, `start` where a backtrace
   begins (NULL: there is none). */
void record_event(const struct event *event, const struct fd_info *info, const char *action,
                  const struct event_counts *event_counts, const struct frame *start);

/* Writes the totals of this process, if there was any event. */
void record_summary(void);

#endif
