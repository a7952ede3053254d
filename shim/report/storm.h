/* storm=N: a host that never looks at the result of a write spins for ever once it is
 * protected. */
#ifndef NOSIGPIPE_STORM_H
#define NOSIGPIPE_STORM_H

#include <stdbool.h>

/* Counts an event on a descriptor (-1, unknown, is one like any other). True, and a line on
   descriptor 2, if it is the one number `limit` within a second. */
bool storm_reaches(int fd, unsigned limit);

#endif
