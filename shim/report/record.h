/* The records of events and the summary, in the format of the options. */
#ifndef NOSIGPIPE_RECORD_H
#define NOSIGPIPE_RECORD_H

#include "report/counters.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "unwind/unwind.h"

/* Writes the record of an event. `action` names the outcome; a backtrace begins at `start`
   (NULL: no backtrace). */
void record_event(const struct event *event, const struct fd_info *info, const char *action,
                  const struct event_counts *event_counts, const struct frame *start);

/* Writes the totals of this process, unless there was no event. */
void record_summary(void);

#endif
