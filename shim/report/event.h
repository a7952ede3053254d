/* What happens on an event: a broken write that would have ended the process by SIGPIPE or,
   with events=all, any broken write. */
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
    /* Why the write would not have ended the process: "ignored", "handled", "blocked" or
       "nosignal" (a flag of the call). NULL: it would have. */
    const char *harmless;
};

/* Whether an event has any effect, by the options or for a tracer. If not, report_event() need
   not be called. */
bool event_matters(void);

/* What a record has for the disposition. */
static inline const char *event_disposition(const struct event *event)
{
    return event->harmless ? event->harmless : "default";
}

/* Counts the event, writes its record if one is due, and applies the outcome, which may end the
   process unless the event is harmless. Keeps errno. */
void report_event(const struct event *event);

/* Writes the summary, since the process ends by exit(3). Each later event, when libc flushes
   its streams, writes another summary. */
void event_end(void);

#endif
