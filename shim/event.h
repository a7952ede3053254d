/* What follows a broken write that the default action would have ended the process for. */
#ifndef NOSIGPIPE_EVENT_H
#define NOSIGPIPE_EVENT_H

#include <stdbool.h>

/* Whether the options ask for anything to follow: if not, nobody need tell of an event. */
bool event_matters(void);

/* One broken write on descriptor `fd` (-1: unknown). Returns, unless the default action is
   taken; errno is kept. */
void event(int fd);

/* The guard has told of an event, but by the call's first argument, and the output went to
   `fd`: the part of the rules that asks for the output. */
void event_on_output(int fd);

#endif
