/* storm=N: an app that ignores the results of its writes would spin for ever once protected. */
#ifndef NOSIGPIPE_STORM_H
#define NOSIGPIPE_STORM_H

#include <stdbool.h>

/* Counts an event on a descriptor; -1 (unknown) counts as one. If it is number `limit` within a
   second, or a later one, writes a line to descriptor 2 and returns true. */
bool storm_reaches(int fd, unsigned limit);

#endif
