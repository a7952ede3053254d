/* SIGPIPE in a signal set, without libc's functions for sets. */
#ifndef NOSIGPIPE_SIGPIPE_H
#define NOSIGPIPE_SIGPIPE_H

#include "api.h"

/* A set is an array of unsigned long, signal n at bit n-1 of the first word (signal(7);
   glibc's and musl's sigset_t begin with the kernel's). */
static const unsigned long sigpipe_bit = 1ul << (SIGPIPE - 1);

/* Puts SIGPIPE into a set or takes it out. */
static inline void set_sigpipe(sigset_t *set, bool wanted)
{
    unsigned long *first = (unsigned long *)(void *)set;
    *first = wanted ? *first | sigpipe_bit : *first & ~sigpipe_bit;
}

/* The signals 1 to 31 or 63 of a set, as a word. */
static inline unsigned long first_signals(const sigset_t *set)
{
    return *(const unsigned long *)(const void *)set;
}

static inline bool has_sigpipe(const sigset_t *set)
{
    return set && (first_signals(set) & sigpipe_bit);
}

/* A set of these signals and no others. */
static inline void set_first_signals(sigset_t *set, unsigned long signals)
{
    *set = (sigset_t){0};
    *(unsigned long *)(void *)set = signals;
}

#endif
