/* What follows a broken write that the default action would have ended the process for. */
#ifndef NOSIGPIPE_EVENT_H
#define NOSIGPIPE_EVENT_H

#include <ucontext.h>

#include "report/requested.h"

struct event {
    const char *call; /* "write", ...; "syscall" or "unknown" */
    int fd;           /* -1: unknown */
    struct requested requested;
    long written; /* bytes that had gone out, or messages of a sendmmsg */
    const ucontext_t
        *context; /* the interrupted registers, where a signal told of it, or NULL */
};

/* Whether the options or a tracer ask for anything to follow: if not, nobody need tell of an
   event. */
bool event_matters(void);

/* Counts the event, writes the record that is asked for and takes the action. Returns, unless
   the action ends the process; errno is kept. */
void report_event(const struct event *event);

/* The process ends by exit(3): writes the summary. An event that follows, when libc flushes its
   streams, is followed by one of its own. */
void event_end(void);

#endif
