/*
 * Where the write family goes when its answers have to be looked at: in the modes that raise no
 * signal for the guard to see, and with the options for which an event matters. In the plain
 * case nothing is routed, and an interposer jumps straight to the next definition.
 */
#ifndef NOSIGPIPE_ROUTES_H
#define NOSIGPIPE_ROUTES_H

/* Puts the routed calls into `next`, as the options ask for. For the constructor, after
   next_find(). */
void routes_choose(void);

#endif
