/* SIGPIPE in a signal set, without libc's functions for sets. */
#ifndef NOSIGPIPE_SIGSET_H
#define NOSIGPIPE_SIGSET_H

#include "base/libc.h"

/* The kernel's set is an array of unsigned long, signal n at bit n-1 (signal(7); glibc's and
   musl's sigset_t begin with it): on a little-endian CPU 64 bits, where a long has 32 as well.
 */
static const uint64_t sigpipe_bit = UINT64_C(1) << (SIGPIPE - 1);

/* The set of one signal, or none where there is no such signal. */
static inline uint64_t signal_bit(int signal_number)
{
    return signal_number > 0 && signal_number <= 64 ? UINT64_C(1) << (signal_number - 1) : 0;
}

/* The signals 1 to 64 of a set, as a word. */
static inline uint64_t first_signals(const sigset_t *set)
{
    uint64_t signals;
    __builtin_memcpy(&signals, set, sizeof(signals));
    return signals;
}

/* Changes these signals and leaves the rest of the set. */
static inline void change_first_signals(sigset_t *set, uint64_t signals)
{
    __builtin_memcpy(set, &signals, sizeof(signals));
}

/* A set of these signals and no others. */
static inline void set_first_signals(sigset_t *set, uint64_t signals)
{
    *set = (sigset_t){0};
    change_first_signals(set, signals);
}

/* Puts SIGPIPE into a set or takes it out. */
static inline void set_sigpipe(sigset_t *set, bool wanted)
{
    const uint64_t signals = first_signals(set);
    change_first_signals(set, wanted ? signals | sigpipe_bit : signals & ~sigpipe_bit);
}

static inline bool has_sigpipe(const sigset_t *set)
{
    return set && (first_signals(set) & sigpipe_bit);
}

#endif
