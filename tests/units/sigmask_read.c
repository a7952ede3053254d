/* Masks that the app passes: the shim reads one only after the kernel has. It may be
   unreadable, or the kernel may write the old mask over it. */
#include "sigmask_parts.h"

/* A wait is one system call, unless the guard must be installed (mode=ignore) or the signal of
   an unseen write drained before it (mode=mask). The shim does not read its mask, which may be
   unreadable. */
static bool refuse_to_read(long number, const long *arguments, long *answer)
{
    const long set = arguments[number == SYS_rt_sigsuspend ? 0 : 1];
    *answer = -EFAULT;
    return (number == SYS_rt_sigsuspend || number == SYS_rt_sigprocmask) && set == 8;
}

/* An unreadable address, which the compiler must not know. */
static const sigset_t *volatile nowhere = (const sigset_t *)8;

static void try_wait(void)
{
    const bool asks = options.mode == MODE_IGNORE || options.mode == MODE_MASK;
    note_wait(NULL);
    CHECK(may_suppress_signal && !sigpipe_may_be_blocked);
    kernel.instead = refuse_to_read;
    const unsigned calls = kernel.calls;
    CHECK(sigsuspend(nowhere) == -1 && errno == EFAULT);
    CHECK((kernel.calls == calls + 1) == !asks);
    CHECK(!may_suppress_signal && sigpipe_may_be_blocked);
}

static void try_waits(void)
{
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        options.mode = mode;
        in_child(try_wait);
    }
}

static void try_waits_in_modes(void)
{
    start(MODE_CATCH);
    try_waits();
}

/* mode=mask: the signal of an earlier write is reported before the wait, and does not end
   it. */
static void try_unseen_before_a_wait(void)
{
    sigset_t none;
    set_first_signals(&none, 0);
    start(MODE_MASK);
    matters = true;
    break_write();
    note_wait(NULL);
    CHECK(events == 0 && pends_in(0));
    CHECK(sigsuspend(&none) == -1 && errno == EINTR);
    CHECK(events == 1 && last.fd == -1 && !last.context && !pends_in(0) && kernel.deaths == 0);
}

static sigset_t *old_nowhere(void)
{
    return (sigset_t *)(uintptr_t)nowhere;
}

/* With an unreadable mask the call fails as in the kernel, and nothing has changed. */
static void try_nowhere(void)
{
    uint64_t app = 0;
    start(options.mode);
    kernel.instead = refuse_to_read;
    const uint64_t mask = kernel.mask;
    for (int how = SIG_BLOCK; how <= SIG_SETMASK; how++) {
        errno = 0;
        CHECK(sigprocmask(how, nowhere, NULL) == -1 && errno == EFAULT);
        CHECK(pthread_sigmask(how, nowhere, NULL) == EFAULT && kernel.mask == mask);
        CHECK(pthread_sigmask(how, nowhere, old_nowhere()) == EFAULT && kernel.mask == mask);
        errno = 0;
        CHECK(change_mask_by_number(how, nowhere, NULL) == -1 && errno == EFAULT);
    }
    CHECK(may_suppress_signal && !sigpipe_may_be_blocked);
    change(SIG_BLOCK, 2, &app);
}

/* The kernel changes the mask before it writes the old one (kernel/signal.c, rt_sigprocmask).
 */
static bool refuse_to_write(long number, const long *arguments, long *answer)
{
    const long without_old[6] = {arguments[0], arguments[1], 0, arguments[3]};
    if (number != SYS_rt_sigprocmask || arguments[2] != (long)nowhere)
        return false;
    *answer = answer_call(number, without_old);
    if (*answer == 0)
        *answer = -EFAULT;
    return true;
}

static void try_old_nowhere(void)
{
    const uint64_t block = options.mode == MODE_MASK ? sigpipe_bit : 0;
    sigset_t set;
    set_first_signals(&set, sigpipe_bit);
    start(options.mode);
    kernel.instead = refuse_to_write;
    CHECK(pthread_sigmask(77, &set, old_nowhere()) == EINVAL);
    CHECK(pthread_sigmask(-1, &set, old_nowhere()) == EINVAL);
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, old_nowhere()) == EFAULT);
    CHECK(may_suppress_signal && !sigpipe_may_be_blocked &&
          hidden_mask_hides() == (block != 0));
    CHECK(pthread_sigmask(SIG_BLOCK, &set, old_nowhere()) == EFAULT);
    CHECK(sigpipe_may_be_blocked && kernel.mask == sigpipe_bit && !hidden_mask_hides());
    CHECK(pthread_sigmask(SIG_UNBLOCK, &set, old_nowhere()) == EFAULT);
    CHECK(kernel.mask == block && hidden_mask_hides() == (block != 0));
    CHECK(pthread_sigmask(SIG_SETMASK, &set, old_nowhere()) == EFAULT);
    CHECK(kernel.mask == sigpipe_bit && !hidden_mask_hides());
}

/* A filter (seccomp(2)) may refuse to block a signal; then nothing has changed either. */
static bool refuse_to_block(long number, const long *arguments, long *answer)
{
    *answer = -EPERM;
    return number == SYS_rt_sigprocmask && arguments[0] == SIG_BLOCK;
}

static void try_refused(void)
{
    sigset_t set;
    set_first_signals(&set, sigpipe_bit);
    start(options.mode);
    kernel.instead = refuse_to_block;
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == EPERM);
    CHECK(may_suppress_signal && !sigpipe_may_be_blocked);
}

static void try_nowhere_in_modes(void)
{
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        options.mode = mode;
        in_child(try_nowhere);
        in_child(try_old_nowhere);
        in_child(try_refused);
    }
}

/* The kernel writes the old mask over the new one, or a part of it. The shim must still know
   the change. */
static uint64_t overlapping(int how, uint64_t signals, int distance)
{
    char space[2 * sizeof(sigset_t)];
    sigset_t *const set = (sigset_t *)(void *)(space + sizeof(space) / 4);
    sigset_t *const old = (sigset_t *)(void *)((char *)set + distance);
    uint64_t was;
    memcpy(set, &signals, sizeof(signals));
    CHECK(sigprocmask(how, set, old) == 0);
    memcpy(&was, old, sizeof(was));
    return was;
}

static void try_overlap(void)
{
    const uint64_t block = options.mode == MODE_MASK ? sigpipe_bit : 0;
    for (int distance = -8; distance <= 8; distance += 8) {
        CHECK(overlapping(SIG_SETMASK, 6, distance) == 0 && kernel.mask == (6 | block));
        CHECK(overlapping(SIG_BLOCK, 1, distance) == 6 && kernel.mask == (7 | block));
        CHECK(overlapping(SIG_UNBLOCK, 2, distance) == 7 && kernel.mask == (5 | block));
        CHECK(!sigpipe_may_be_blocked && hidden_mask_hides() == (block != 0));
        CHECK(overlapping(SIG_SETMASK, 0, distance) == 5 && kernel.mask == block);
    }
    CHECK(overlapping(SIG_SETMASK, sigpipe_bit | 1, 0) == 0 && sigpipe_may_be_blocked);
    CHECK(kernel.mask == (sigpipe_bit | 1) && !hidden_mask_hides());
    CHECK(overlapping(SIG_UNBLOCK, 1, 0) == (sigpipe_bit | 1) && kernel.mask == sigpipe_bit);
    CHECK(!hidden_mask_hides());
    CHECK(overlapping(SIG_UNBLOCK, sigpipe_bit, 0) == sigpipe_bit && kernel.mask == block);
    CHECK(hidden_mask_hides() == (block != 0));
}

static void try_overlap_in_mode_catch(void)
{
    start(MODE_CATCH);
    try_overlap();
}

static void try_overlap_in_mode_mask(void)
{
    start(MODE_MASK);
    try_overlap();
}

static void try_overlap_of_a_block(void)
{
    start(MODE_CATCH);
    CHECK(overlapping(SIG_BLOCK, sigpipe_bit, 0) == 0 && sigpipe_may_be_blocked);
}

/* Sets less than 8 bytes apart overlap; only for these the shim makes a second call. */
static void try_distances(void)
{
    start(MODE_CATCH);
    for (int distance = -8; distance <= 8; distance++) {
        const unsigned calls = kernel.calls;
        overlapping(SIG_BLOCK, 1, distance);
        CHECK(kernel.calls - calls == (distance > -8 && distance < 8 ? 2 : 1));
    }
}

int main(void)
{
    in_child(try_waits_in_modes);
    in_child(try_unseen_before_a_wait);
    try_nowhere_in_modes();
    in_child(try_overlap_in_mode_catch);
    in_child(try_overlap_in_mode_mask);
    in_child(try_overlap_of_a_block);
    in_child(try_distances);
    return 0;
}
