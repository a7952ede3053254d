/*
 * The write family where the guard does not receive every broken write's signal: mode=mask,
 * mode=ignore with an option for which an event matters, and events=all, for which a write that
 * raises no signal is an event as well. There the result of each call is looked at. Elsewhere
 * the guard reports events, and an interposer jumps to the next definition, but for two cases:
 * rwf_nosignal.h in mode=flags where no event matters, and current_call.h where one does and
 * the registers do not give all that a record needs.
 */
#ifndef NOSIGPIPE_OBSERVED_WRITES_H
#define NOSIGPIPE_OBSERVED_WRITES_H

/* Replaces the write family in `next` by what the options need. For the constructor, after
   next_find(). */
void observed_writes_install(void);

#endif
