#include "signal/hidden_mask.h"

#include "base/seccomp.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "config/options.h"
#include "report/event.h"
#include "signal/guard.h"
#include "signal/process.h"

/*
 * Initial-exec: reached without a call, since the object is there from the start of the
 * process. Zero in a new thread, which therefore hides; one whose maker shows its mask is told
 * so (threads.c). A vfork child shares the memory with the thread that made it, but not its
 * mask, so it has a place of its own.
 */
static __thread struct {
    bool shows;
    pid_t child;
    bool child_shows;
} state __attribute__((tls_model("initial-exec")));

static bool *shows_here(void)
{
    const pid_t child = sandboxed ? 0 : self_vfork_child();
    if (!child)
        return &state.shows;
    if (state.child != child) {
        /* The child of a child, or one of the thread itself. */
        if (state.child != (pid_t)RAW(SYS_getppid))
            state.child_shows = state.shows;
        state.child = child;
    }
    return &state.child_shows;
}

static void change_kernel_mask(int how)
{
    RAW(SYS_rt_sigprocmask, how, &sigpipe_bit, NULL, KERNEL_SIGSET_SIZE);
}

void thread_mask_start(void)
{
    state.shows = guard_may_be_blocked || !guard_alone;
    if (!state.shows)
        change_kernel_mask(SIG_BLOCK);
}

bool thread_mask_is_on(void)
{
    return options.mode == MODE_MASK;
}

bool thread_mask_hides(void)
{
    return thread_mask_is_on() && !*shows_here();
}

void thread_mask_forked(void)
{
    if (thread_mask_is_on() && !sandboxed && state.child == (pid_t)RAW(SYS_getppid))
        state.shows = state.child_shows;
}

void thread_mask_show(void)
{
    state.shows = true;
}

void thread_mask_leave(void)
{
    if (!thread_mask_is_on() || guard_alone || sandboxed)
        return;
    bool *const shows = shows_here();
    if (*shows)
        return;
    *shows = true;
    change_kernel_mask(SIG_UNBLOCK);
}

bool thread_mask_drain(void)
{
    static const struct timespec at_once = {0};
    siginfo_t info;
    bool broken = false;
    if (!thread_mask_hides())
        return false;
    if (!guard_alone) {
        thread_mask_leave();
        return false;
    }
    if (sandboxed)
        return true; /* it stays pending, which harms nobody: a standard signal does not queue
                      */
    /* First the thread's own signal, then one for the whole process (kernel/signal.c,
       dequeue_signal): only somebody else can have sent that. */
    while (RAW(SYS_rt_sigtimedwait, &sigpipe_bit, &info, &at_once, KERNEL_SIGSET_SIZE) ==
           SIGPIPE) {
        if (!guard_is_broken_write(&info))
            guard_take_default_action();
        else
            broken = true;
    }
    return broken;
}

/* In a sandbox nobody can say whether there was any. */
void thread_mask_drain_unseen(void)
{
    if (!sandboxed && thread_mask_drain() && event_matters())
        event(&(struct event){.call = "unknown", .fd = -1});
}

bool thread_mask_open(void)
{
    thread_mask_leave();
    if (sandboxed || !thread_mask_hides())
        return false;
    thread_mask_drain_unseen();
    change_kernel_mask(SIG_UNBLOCK);
    return true;
}

void thread_mask_close(bool opened)
{
    if (opened && guard_alone)
        change_kernel_mask(SIG_BLOCK);
}

void thread_mask_before(struct mask_change *change, int how)
{
    if (!thread_mask_is_on())
        return;
    thread_mask_leave();
    change->hid = !*shows_here();
    if (change->hid && how != SIG_BLOCK)
        thread_mask_drain_unseen();
}

void thread_mask_after(const struct mask_change *change, int how, const sigset_t *set,
                       sigset_t *old)
{
    if (!thread_mask_is_on())
        return;
    const bool named = has_sigpipe(set);
    bool hides = change->hid;
    if (old && change->hid)
        set_sigpipe(old, false);
    if (set && named && how != SIG_UNBLOCK)
        hides = false;
    else if (set && (how == SIG_SETMASK || (how == SIG_UNBLOCK && named)))
        hides = guard_alone && !sandboxed;
    /* What was left unseen before is no signal of the time in which the host has it blocked. */
    if (change->hid && !hides && how == SIG_BLOCK)
        thread_mask_drain_unseen();
    *shows_here() = !hides;
    /* The host has unblocked the signal, and what was pending has been let through. */
    if (hides && set && how != SIG_BLOCK)
        change_kernel_mask(SIG_BLOCK);
}
