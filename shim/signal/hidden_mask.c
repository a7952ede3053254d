#include "signal/hidden_mask.h"

#include "base/default_action.h"
#include "base/seccomp.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "config/options.h"
#include "report/event.h"
#include "signal/guard.h"
#include "signal/process.h"

/* Zero in a new thread, so it hides; if its creator shows its mask, it calls hidden_mask_show
   (interpose/pthread_create.c). A vfork child shares its parent's memory but not its mask, so
   it has members of its own. */
static THREAD_LOCAL struct {
    bool shows;
    pid_t child;
    bool child_shows;
} state;

static bool *shows_here(void)
{
    const pid_t child = sandboxed ? 0 : vfork_child_id();
    if (!child)
        return &state.shows;
    if (state.child != child) {
        /* A child of that child inherits child_shows. */
        if (state.child != (pid_t)SYSCALL(SYS_getppid))
            state.child_shows = state.shows;
        state.child = child;
    }
    return &state.child_shows;
}

static void change_kernel_mask(int how)
{
    SYSCALL(SYS_rt_sigprocmask, how, &sigpipe_bit, NULL, KERNEL_SIGSET_SIZE);
}

void hidden_mask_start(void)
{
    state.shows = sigpipe_may_be_blocked || !app_kept_default;
    if (!state.shows)
        change_kernel_mask(SIG_BLOCK);
}

bool hidden_mask_is_on(void)
{
    return options.mode == MODE_MASK;
}

bool hidden_mask_hides(void)
{
    return hidden_mask_is_on() && !*shows_here();
}

void hidden_mask_forked(void)
{
    if (hidden_mask_is_on() && !sandboxed && state.child == (pid_t)SYSCALL(SYS_getppid))
        state.shows = state.child_shows;
}

void hidden_mask_show(void)
{
    state.shows = true;
}

void hidden_mask_leave(void)
{
    if (!hidden_mask_is_on() || app_kept_default || sandboxed)
        return;
    bool *const shows = shows_here();
    if (*shows)
        return;
    *shows = true;
    change_kernel_mask(SIG_UNBLOCK);
}

bool hidden_mask_drain(void)
{
    static const struct timespec at_once = {0};
    siginfo_t info;
    bool broken = false;
    if (!hidden_mask_hides())
        return false;
    if (!app_kept_default) {
        hidden_mask_leave();
        return false;
    }
    if (sandboxed)
        return true; /* it stays pending: harmless, since a standard signal does not queue */
    /* The kernel returns the thread's own signal first, then one for the process
       (kernel/signal.c, dequeue_signal), which can only have been sent. */
    while (SYSCALL(SYS_rt_sigtimedwait, &sigpipe_bit, &info, &at_once, KERNEL_SIGSET_SIZE) ==
           SIGPIPE) {
        if (!is_broken_write(&info))
            take_default_action();
        else
            broken = true;
    }
    return broken;
}

/* In a sandbox hidden_mask_drain does not know whether there was any. */
void hidden_mask_drain_unseen(void)
{
    if (!sandboxed && hidden_mask_drain() && event_matters())
        report_undisturbed(&(struct event){.call = "unknown", .fd = -1});
}

bool hidden_mask_open(void)
{
    hidden_mask_leave();
    if (sandboxed || !hidden_mask_hides())
        return false;
    hidden_mask_drain_unseen();
    change_kernel_mask(SIG_UNBLOCK);
    return true;
}

void hidden_mask_close(bool opened)
{
    if (opened && app_kept_default)
        change_kernel_mask(SIG_BLOCK);
}

void hidden_mask_before(struct mask_change *change, int how)
{
    if (!hidden_mask_is_on())
        return;
    hidden_mask_leave();
    change->hid = !*shows_here();
    if (change->hid && how != SIG_BLOCK)
        hidden_mask_drain_unseen();
}

void hidden_mask_after(const struct mask_change *change, int how, const sigset_t *set,
                       sigset_t *old)
{
    if (!hidden_mask_is_on())
        return;
    const bool named = has_sigpipe(set);
    bool hides = change->hid;
    if (old && change->hid)
        set_sigpipe(old, false);
    if (set && named && how != SIG_UNBLOCK)
        hides = false;
    else if (set && (how == SIG_SETMASK || (how == SIG_UNBLOCK && named)))
        hides = app_kept_default && !sandboxed;
    /* What is pending from before must not count as a signal that came while the app has it
       blocked. */
    if (change->hid && !hides && how == SIG_BLOCK)
        hidden_mask_drain_unseen();
    *shows_here() = !hides;
    /* The app has unblocked the signal, so the kernel has delivered what was pending. */
    if (hides && set && how != SIG_BLOCK)
        change_kernel_mask(SIG_BLOCK);
}
