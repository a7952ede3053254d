/* What happens on an event: a broken write that would have ended the process by SIGPIPE. */
#ifndef NOSIGPIPE_EVENT_H
#define NOSIGPIPE_EVENT_H

#include <ucontext.h>

#include "report/requested.h"

struct event {
    const char *call; /* "write", ...; "syscall" or "unknown" */
    int fd;           /* -1: unknown */
    struct requested requested;
    long written;              /* bytes that had gone out, or messages of a sendmmsg */
    const ucontext_t *context; /* what the signal has interrupted; NULL: there was no signal */
};

/* Whether an event has any effect, by the options or for a tracer. If not, report_event() need
   not be called. */
bool event_matters(void);

/* Counts the event, writes its record if one is due, and applies the outcome, which may end the
   process. Keeps errno. */
void report_event(const struct event *event);

/* Writes the summary, since the process ends by exit(3). Each later event, when libc flushes
   its streams, writes another summary. */
void event_end(void);

#endif
