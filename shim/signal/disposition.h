/*
 * SIGPIPE's disposition in two languages: what the host set, and what the kernel has instead.
 *
 *   host                              kernel
 *   SIG_DFL, never set                the guard's entry for that
 *   SIG_DFL with any flags            one of the guard's entries; which one says the flags
 *   the same, in mode=ignore          SIG_IGN, with a mark in its mask
 *   a handler with SA_RESETHAND       one of the one-shot entries; which one says the handler
 *   anything, in handlers=override    one of the two above or below, whose handler then stays
 * away the handler of Go's runtime       one of the passing entries; likewise anything else the
 * same
 *
 * Nothing else is recorded, so the answer is right in a vfork child as well, which shares the
 * memory but not the dispositions.
 */
#ifndef NOSIGPIPE_DISPOSITION_H
#define NOSIGPIPE_DISPOSITION_H

#include "base/kernel_sigaction.h"

/* The guard in the place of the default that a program starts with. Needs no relocation. */
struct disposition disposition_at_start(void);

/* SIG_IGN in its place, for mode=ignore. It returns to nothing, so it has no restorer. */
struct kernel_sigaction disposition_ignored_at_start(void);

/* Whether what the kernel has, turned into the host's language, is that default still. */
bool disposition_is_at_start(struct disposition app);

/* What is to be installed where the host asks for `host`, and the other way round. */
struct disposition disposition_to_kernel(struct disposition app);
struct disposition disposition_to_app(struct disposition kernel);

/* The same as disposition_to_kernel for a default, but the guard in mode=ignore too. */
struct disposition disposition_guard(struct disposition app);

/* Whether the kernel ignores the signal where the host has the default: mode=ignore. */
bool disposition_is_ignored_default(struct disposition kernel);

/* Whether it is the guard in the place of a handler of the host's: handlers=override. */
bool disposition_is_overridden(struct disposition kernel);

typedef void handler_function(int signal_number, siginfo_t *info, void *context);

/* A handler of the host's that stands behind an entry. */
struct handler_slot {
    _Atomic(uintptr_t) handler; /* written once */
    _Atomic(int) spent;         /* whether it has run since it was set last; an int, since not
                                   every CPU can exchange a byte */
};

/* The entries' common ends, in guard.c. `number` is the one-shot entry's. */
void guard_handler(int signal_number, siginfo_t *info, void *context);
void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context);
void resethand_handler(int number, siginfo_t *info, void *context);

/* That entry itself, and what stands behind it. */
uintptr_t resethand_stub(int number);
struct handler_slot *handler_slot(int number);

/* A sandbox begins, in which the slots alone tell whether a handler has run. Until then the
   kernel does: a vfork child may have written there. */
void disposition_begin_sandbox(void);

#endif
