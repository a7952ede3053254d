/*
 * Where the write family goes when its answers have to be looked at: in the modes in which the
 * guard does not see every broken write, mode=ignore (with an option for which an event
 * matters) and mode=mask. Else the guard tells, and an interposer jumps straight to the next
 * definition: in mode=flags by way of quiet_writes.h, where no event matters, and with one that
 * does, on a CPU whose registers lose the descriptor, by way of noted.h.
 */
#ifndef NOSIGPIPE_OBSERVED_WRITES_H
#define NOSIGPIPE_OBSERVED_WRITES_H

/* Puts the routed calls into `next`, as the options ask for. For the constructor, after
   next_find(). */
void observed_writes_install(void);

#endif
