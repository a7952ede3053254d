/*
 * SIGPIPE's disposition: what the app has set, and what the kernel holds for it.
 *
 *   the app                              the kernel
 *   SIG_DFL, never set                   START_STUB
 *   SIG_DFL, set with any flags          one of GUARD_STUBS; its number encodes the flags
 *   SIG_DFL in mode=ignore               SIG_IGN, with a mark in the mask
 *   a handler with SA_RESETHAND          one of RESETHAND_STUBS; the handler is in its slot
 *   the handler of Go's runtime          one of GO_STUBS; the handler is in its slot
 *   all but SIG_DFL in handlers=override one of the latter two, which does not call the handler
 *   anything else                        the same
 *
 * The stub's address in the kernel is the only record. A copy in memory would be wrong in a
 * vfork child, which shares its parent's memory but not its dispositions. This is why three
 * files use each other: the stubs (handler_stubs.c) call the guard (guard.c), the guard asks
 * what the kernel holds (disposition.c), and the answer is the address of a stub.
 */
#ifndef NOSIGPIPE_DISPOSITION_H
#define NOSIGPIPE_DISPOSITION_H

#include "base/kernel_sigaction.h"
#include "base/sigset.h"

/* SA_ONSTACK: a thread's own stack may have a few hundred bytes (Go's goroutines). SA_RESTART:
   an absorbed signal should not interrupt what the thread was doing. */
enum { GUARD_FLAGS = SA_SIGINFO | SA_ONSTACK | SA_RESTART };

/*
 * The signals that are blocked while the guard runs: all but those that a fault or a seccomp
 * filter raises in the guard itself. If a handler of the app's interrupted the guard and wrote,
 * the signals of its writes would merge into one, since SIGPIPE is blocked. If libc cancelled
 * the thread, that would end in the middle of the guard.
 */
static const uint64_t guard_mask =
    ~(sigpipe_bit | SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP) | /* sigaction(2) */
      SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGBUS) |
      SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGSYS));

/* The guard for SIG_DFL that the app has never set. Needs no relocation. */
struct disposition disposition_at_start(void);

/* SIG_IGN for the same in mode=ignore. No handler returns, so there is no restorer. */
struct kernel_sigaction disposition_ignored_at_start(void);

/* Whether the app's disposition is SIG_DFL without flags and mask, as a program starts. */
bool disposition_is_at_start(struct disposition app);

/* Translates what the app sets into what the kernel is to hold, and back. */
struct disposition disposition_to_kernel(struct disposition app);
struct disposition disposition_to_app(struct disposition kernel);

/* As disposition_to_kernel for SIG_DFL, but returns the guard in mode=ignore too. */
struct disposition disposition_guard(struct disposition app);

/* Whether the kernel holds SIG_IGN for the app's SIG_DFL: mode=ignore. */
bool disposition_is_ignored_default(struct disposition kernel);

/* Whether the kernel holds a stub whose handler must not run: handlers=override. */
bool disposition_is_overridden(struct disposition kernel);

/* Call this when a sandbox begins. From then on `spent` alone shows whether a handler has run.
   Before, the kernel shows it, and a vfork child may have written to `spent`. */
void disposition_begin_sandbox(void);

typedef void handler_function(int signal_number, siginfo_t *info, void *context);

/* The functions that the kernel holds as handlers (handler_stubs.c): where each kind begins. */
enum { GUARD_STUBS = 0, START_STUB = 16, RESETHAND_STUBS = 17, GO_STUBS = 33, STUBS = 49 };

/* How far each stub is from this table. Addresses would have to be relocated in every process,
   and would be wrong for a call that comes before that. */
extern const int32_t handler_stub_offsets[STUBS];

static inline uintptr_t handler_stub(int stub)
{
    return (uintptr_t)handler_stub_offsets + (uintptr_t)(intptr_t)handler_stub_offsets[stub];
}

/* A handler of the app's that the kernel holds a stub for. */
struct handler_slot {
    _Atomic(uintptr_t) handler; /* written once */
    _Atomic(int) spent;         /* whether it has run since it was last set; not a bool, which
                                   not every CPU can exchange */
};

/* Stubs 2n and 2n+1 of RESETHAND_STUBS and of GO_STUBS have slot n; the odd one stands for a
   handler that was set with SA_SIGINFO. */
enum { SLOTS = 8 };
extern struct handler_slot handler_slots[SLOTS];

static inline struct handler_slot *handler_slot(int number)
{
    return &handler_slots[number / 2];
}

/* What the stubs call (guard.c). `number` counts within RESETHAND_STUBS. */
void guard_handler(int signal_number, siginfo_t *info, void *context);
void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context);
void resethand_handler(int number, siginfo_t *info, void *context);

/* In place of guard_handler in the resident (resident/guard.c). `frame` is the canonical frame
   address of the stub: the stack pointer above its return address. */
void resident_guard(uintptr_t frame, int signal_number, siginfo_t *info, void *context);

#endif
