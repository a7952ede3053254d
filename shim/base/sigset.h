/* Signal sets without libc's functions. */
#ifndef NOSIGPIPE_SIGSET_H
#define NOSIGPIPE_SIGSET_H

#include "base/libc.h"

/* The kernel's set is an array of unsigned long, with signal n at bit n-1 (signal(7)), and the
   sigset_t of glibc and of musl begins with it. On a little-endian CPU its first 64 bits are
   one word, where a long has 32 bits too. */
#define SIGNAL_BIT(signal_number) (UINT64_C(1) << ((signal_number)-1))
static const uint64_t sigpipe_bit = SIGNAL_BIT(SIGPIPE);

/* The set of one signal; 0 if there is no signal of this number. */
static inline uint64_t signal_bit(int signal_number)
{
    return signal_number > 0 && signal_number <= 64 ? SIGNAL_BIT(signal_number) : 0;
}

/* Returns signals 1 to 64 of a set. */
static inline uint64_t first_signals(const sigset_t *set)
{
    uint64_t signals;
    __builtin_memcpy(&signals, set, sizeof(signals));
    return signals;
}

/* Changes signals 1 to 64 of a set and leaves the rest. */
static inline void change_first_signals(sigset_t *set, uint64_t signals)
{
    __builtin_memcpy(set, &signals, sizeof(signals));
}

/* Makes a set of these signals and no others. */
static inline void set_first_signals(sigset_t *set, uint64_t signals)
{
    *set = (sigset_t){0};
    change_first_signals(set, signals);
}

/* Adds SIGPIPE to a set or removes it. */
static inline void set_sigpipe(sigset_t *set, bool wanted)
{
    const uint64_t signals = first_signals(set);
    change_first_signals(set, wanted ? signals | sigpipe_bit : signals & ~sigpipe_bit);
}

/* `set` may be NULL. */
static inline bool has_sigpipe(const sigset_t *set)
{
    return set && (first_signals(set) & sigpipe_bit);
}

#endif
