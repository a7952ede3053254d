#include "thread_mask.h"

#include "event.h"
#include "guard.h"
#include "options.h"
#include "sigpipe.h"
#include "syscalls.h"

/* Initial-exec: reached without a call, since the object is there from the start of the
   process. Zero in a new thread, which is right unless its maker had the signal blocked
   (threads.c). */
static __thread bool host_blocks __attribute__((tls_model("initial-exec")));

/* Set when the host goes into a sandbox that may forbid rt_sigtimedwait(2): what is pending
   then stays so, which harms nobody, since a standard signal does not queue. */
static bool sandboxed;

void thread_mask_note_sandbox(void)
{
    if (!sandboxed)
        sandboxed = true;
}

static void change_kernel_mask(int how)
{
    RAW(SYS_rt_sigprocmask, how, &sigpipe_bit, NULL, KERNEL_SIGSET_SIZE);
}

void thread_mask_start(void)
{
    host_blocks = guard_began_blocked;
    if (guard_alone && !host_blocks)
        change_kernel_mask(SIG_BLOCK);
}

bool thread_mask_hides(void)
{
    return options.mode == MODE_MASK && !host_blocks;
}

bool thread_mask_drain(void)
{
    static const struct timespec at_once = {0};
    siginfo_t info;
    bool broken = false;
    if (options.mode != MODE_MASK || host_blocks)
        return false;
    if (!guard_alone) {
        change_kernel_mask(SIG_UNBLOCK);
        return false;
    }
    if (sandboxed)
        return true;
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

void thread_mask_leave(void)
{
    if (options.mode == MODE_MASK && !guard_alone && !host_blocks)
        change_kernel_mask(SIG_UNBLOCK);
}

bool thread_mask_open(void)
{
    if (options.mode != MODE_MASK || host_blocks)
        return false;
    if (thread_mask_drain())
        event(&(struct event){.call = "unknown", .fd = -1});
    change_kernel_mask(SIG_UNBLOCK);
    return guard_alone;
}

void thread_mask_close(bool opened)
{
    if (opened && guard_alone)
        change_kernel_mask(SIG_BLOCK);
}

const sigset_t *thread_mask_before(struct mask_change *change, int how, const sigset_t *set,
                                   sigset_t *space)
{
    if (options.mode != MODE_MASK)
        return set;
    change->was = change->is = host_blocks;
    if (!set)
        return NULL;
    *space = *set;
    if (how == SIG_BLOCK)
        change->is |= has_sigpipe(set);
    else if (how == SIG_UNBLOCK)
        change->is &= !has_sigpipe(set);
    else
        change->is = has_sigpipe(set);
    if (change->is && !change->was)
        thread_mask_drain();
    if (guard_alone)
        set_sigpipe(space, how != SIG_UNBLOCK);
    return space;
}

void thread_mask_after(const struct mask_change *change, bool succeeded, sigset_t *old)
{
    if (options.mode != MODE_MASK || !succeeded)
        return;
    if (old)
        set_sigpipe(old, change->was);
    host_blocks = change->is;
    if (change->was && !change->is)
        thread_mask_close(thread_mask_open());
}

bool thread_mask_is_on(void)
{
    return options.mode == MODE_MASK;
}

bool thread_mask_host_blocks(void)
{
    return thread_mask_is_on() && host_blocks;
}

void thread_mask_inherit_blocked(void)
{
    host_blocks = true;
}
