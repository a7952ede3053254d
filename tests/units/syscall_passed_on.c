/* syscall(2): calls that block or send SIGPIPE, start a program or restrict the process are
   handled like the functions of the same name, and all others are passed to libc unchanged. */
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "syscall.h"

static void handle(int signal_number)
{
    (void)signal_number;
}

static void try_passed(void)
{
    struct kernel_sigaction action = {.handler = (uintptr_t)handle};
    start(MODE_CATCH);
    has_next = true;
    next.syscall = note;
    const long address = (long)&action;
    CHECK(CALL(SYS_getppid, 1L, 2L, 3L, 4L, 5L, 6L) == 4711);
    CHECK(given[3] == 4 && given[4] == 5 && given[5] == 6 && passed(SYS_getppid, 1, 2, 3));
    CHECK(CALL(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8L) == 4711);
    CHECK(given[3] == 8 && passed(SYS_rt_sigaction, SIGUSR1, address, 0));
    CHECK(sigpipe_may_be_blocked && !may_suppress_signal); /* the handler's mask is not read */
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 4L) == 4711);
    CHECK(given[3] == 4 && passed(SYS_rt_sigaction, SIGPIPE, address, 0));
    CHECK(guard_stands() && app_kept_default);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8L) == 0 && number_called == -1);
    options.off = true;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8L) == 4711);
    CHECK(passed(SYS_rt_sigaction, SIGPIPE, address, 0));
}

/* Numbers of no system call, and of calls that the shim does not look at. */
static void try_other_numbers(void)
{
    static const long numbers[] = {0,   1,   63,  64,  200, 322,    435,
                                   460, 511, 512, 513, 576, 1 << 20};
    start(MODE_CATCH);
    has_next = true;
    next.syscall = note;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const long number = numbers[i];
        if (number == SYS_execveat || number == SYS_clone3)
            continue;
        CHECK(CALL(number, (long)SIGPIPE, (long)SIGPIPE, (long)SIGPIPE) == 4711);
        CHECK(passed(number, SIGPIPE, SIGPIPE, SIGPIPE));
        CHECK(CALL(-number - 1, 1L, 2L, 3L) == 4711 && passed(-number - 1, 1, 2, 3));
    }
    CHECK(guard_stands() && app_kept_default && may_suppress_signal);
}

/* Masks are changed as by sigprocmask(2), with the kernel's set of 8 bytes. */
static void try_masks(void)
{
    const uint64_t others = 6;
    uint64_t old[2] = {5, 5};
    start(MODE_MASK);
    has_next = true;
    next.syscall = note;
    number_called = -1;
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, old, 8L) == 0 && old[0] == 0);
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &others, NULL, 8L) == 0 && may_suppress_signal);
    CHECK(kernel.mask == (others | sigpipe_bit));
    CHECK(CALL(SYS_rt_sigprocmask, SIG_SETMASK, &sigpipe_bit, old, 8L) == 0);
    CHECK(old[0] == others && old[1] == 5 && kernel.mask == sigpipe_bit);
    CHECK(!may_suppress_signal && sigpipe_may_be_blocked && !hidden_mask_hides());
    CHECK(CALL(SYS_rt_sigprocmask, 77L, &others, NULL, 8L) == -1 && errno == EINVAL);
    CHECK(number_called == -1);
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &others, NULL, 16L) == 4711);
    CHECK(given[3] == 16 && passed(SYS_rt_sigprocmask, SIG_BLOCK, (long)&others, 0));
}

/* rt_sigpending(2) returns no signal that the app does not know to be blocked. */
static uint64_t pending(long size, long answer)
{
    uint64_t set = sigpipe_bit; /* kept, if less is written */
    CHECK(CALL(SYS_rt_sigpending, &set, size) == answer);
    return set;
}

static bool show_part(long number, const long *arguments, long *answer)
{
    *answer = 0;
    memset((void *)arguments[0], 0xff, (size_t)arguments[1]);
    return number == SYS_rt_sigpending;
}

static bool refuse_to_write(long number, const long *arguments, long *answer)
{
    *(uint64_t *)arguments[0] = sigpipe_bit;
    *answer = -EFAULT;
    return number == SYS_rt_sigpending;
}

static void try_pending(void)
{
    start(MODE_MASK);
    has_next = true;
    next.syscall = note;
    by_kernel = true;
    break_write();
    CHECK(pends_in(0) && pending(8, 0) == 0);
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &sigpipe_bit, NULL, 8L) == 0);
    break_write();
    CHECK(pending(8, 0) == sigpipe_bit);
    start(MODE_CATCH);
    kernel.mask = sigpipe_bit;
    break_write();
    CHECK(pending(8, 0) == sigpipe_bit);
}

static void try_pending_refused(void)
{
    start(MODE_MASK);
    kernel.instead = refuse_to_write;
    errno = 0;
    CHECK(pending(8, -1) == sigpipe_bit && errno == EFAULT);
    kernel.instead = show_part; /* a set of any size: only SIGPIPE's bit is cleared */
    CHECK(pending(0, 0) == sigpipe_bit && pending(1, 0) == (sigpipe_bit | 0xff));
    CHECK(pending(2, 0) == 0xefff && pending(4, 0) == 0xffffefff);
    has_next = true;
    next.syscall = note;
    CHECK(pending(4, 4711) == sigpipe_bit && given[1] == 4 &&
          number_called == SYS_rt_sigpending);
}

/* A wait has a mask in one of its arguments, or none. In mode=ignore the first mask installs
   the guard for good. */
static void check_wait(long number, int place)
{
    uint64_t none = 0;
    long arguments[6] = {1, 2, 3, 4, 5, 6};
    for (int i = 0; i < 2; i++) {
        arguments[place] = i ? (long)&none : 0;
        const bool stands = i || guard_stands();
        guard_stood = sigpipe_may_be_blocked = false;
        CHECK(syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                      arguments[4], arguments[5]) == 4711);
        CHECK(number_called == number && memcmp(given, arguments, sizeof(given)) == 0);
        CHECK(sigpipe_may_be_blocked == i && guard_stood == stands && guard_stands() == stands);
        CHECK(is_blocked() == (options.mode == MODE_MASK));
    }
}

static void try_waits(void)
{
    start(options.mode);
    has_next = true;
    next.syscall = note;
    check_wait(SYS_rt_sigsuspend, 0);
    check_wait(SYS_ppoll, 3);
    check_wait(SYS_epoll_pwait, 4);
    check_wait(SYS_epoll_pwait2, 4);
    check_wait(SYS_pselect6, 5);
}

static void try_waits_in_modes(void)
{
    static const unsigned modes[] = {MODE_CATCH, MODE_IGNORE, MODE_MASK};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        options.mode = modes[i];
        in_child(try_waits);
    }
}

/* mode=ignore: the guard replaces SIG_IGN for the call, so the program has the default. */
static void try_execs(void)
{
    static const long numbers[] = {SYS_execve, SYS_execveat};
    start(MODE_IGNORE);
    has_next = true;
    next.syscall = note;
    for (size_t i = 0; i < 2; i++) {
        guard_stood = false;
        CHECK(CALL(numbers[i], 1L, 2L, 3L, 4L, 5L) == 4711 && passed(numbers[i], 1, 2, 3));
        CHECK(guard_stood && given[3] == 4 && given[4] == 5);
        CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && !guard_window_is_open());
    }
}

/* A restriction is noted before the call. */
static void try_restrictions(void)
{
    start(MODE_CATCH);
    has_next = true;
    next.syscall = note;
    CHECK(CALL(SYS_prctl, (long)PR_SET_SECCOMP, 2L, 3L) == 4711);
    CHECK(passed(SYS_prctl, PR_SET_SECCOMP, 2, 3) && option_noted == PR_SET_SECCOMP);
    CHECK(sandboxes == 0);
    CHECK(CALL(SYS_seccomp, (long)SECCOMP_SET_MODE_STRICT, 0L, 0L) == 4711 && sandboxes == 1);
    CHECK(passed(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0));
    CHECK(CALL(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, 0L, 0L) == 4711 && sandboxes == 2);
    CHECK(passed(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 0));
    CHECK(CALL(SYS_seccomp, (long)SECCOMP_GET_ACTION_AVAIL, 0L, 0L) == 4711 && sandboxes == 2);
    CHECK(passed(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, 0));
}

#if defined(__x86_64__)
/* A child that returns from clone3(2), whose handlers the kernel has reset
   (CLONE_CLEAR_SIGHAND). The child is real; its disposition is that of the unit's kernel. */
static void check_clone3(bool guard_wanted)
{
    struct clone_args how = {.exit_signal = SIGCHLD};
    int status;
    const struct kernel_sigaction guard = kernel.action;
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)SIG_DFL};
    errno = 0;
    CHECK(CALL(SYS_clone3, &how, 1L) == -1 && errno == EINVAL);
    const long child = CALL(SYS_clone3, &how, sizeof(how));
    if (child == 0) {
        CHECK(guard_stands() == guard_wanted);
        exit(0);
    }
    CHECK(child > 0 && waitpid((pid_t)child, &status, 0) == child && status == 0);
    CHECK(!guard_stands());
    kernel.action = guard;
}

static void try_clone3(void)
{
    start(MODE_CATCH);
    check_clone3(true);
    has_next = true;
    next.syscall = note;
    number_called = -1;
    check_clone3(true);
    CHECK(number_called == -1);
    sandboxed = true;
    check_clone3(false);
}
#else
static void try_clone3(void)
{
}
#endif

static bool note_pidfd(long number, const long *arguments, long *answer)
{
    if (number != SYS_pidfd_send_signal)
        return false;
    CHECK(arguments[0] == 5 && arguments[1] == SIGPIPE && arguments[2] == 7 &&
          arguments[3] == 8);
    guard_stood = kernel.action.handler != (uintptr_t)SIG_IGN;
    *answer = 55;
    return true;
}

static void try_sending(void)
{
    start(MODE_IGNORE);
    has_next = true;
    next.syscall = note;
    CHECK(CALL(SYS_kill, 5L, (long)SIGUSR1) == 4711);
    CHECK(!guard_stood && passed(SYS_kill, 5, SIGUSR1, given[2]));
    CHECK(CALL(SYS_tkill, 5L, (long)SIGPIPE) == 4711);
    CHECK(guard_stood && passed(SYS_tkill, 5, SIGPIPE, given[2]));
    CHECK(CALL(SYS_tkill, (long)SIGPIPE, 5L, (long)SIGPIPE) == 4711);
    CHECK(!guard_stood && passed(SYS_tkill, SIGPIPE, 5, SIGPIPE));
    CHECK(CALL(SYS_tgkill, 5L, 6L, (long)SIGPIPE) == 4711);
    CHECK(guard_stood && passed(SYS_tgkill, 5, 6, SIGPIPE));
    CHECK(CALL(SYS_tgkill, 5L, (long)SIGPIPE, (long)SIGUSR1) == 4711);
    CHECK(!guard_stood && passed(SYS_tgkill, 5, SIGPIPE, SIGUSR1));
    CHECK(CALL(SYS_rt_sigqueueinfo, 5L, (long)SIGPIPE, 7L) == 4711);
    CHECK(guard_stood && passed(SYS_rt_sigqueueinfo, 5, SIGPIPE, 7));
    CHECK(CALL(SYS_rt_sigqueueinfo, (long)SIGPIPE, (long)SIGUSR1, (long)SIGPIPE) == 4711);
    CHECK(!guard_stood && passed(SYS_rt_sigqueueinfo, SIGPIPE, SIGUSR1, SIGPIPE));
    CHECK(CALL(SYS_rt_tgsigqueueinfo, 5L, 6L, (long)SIGPIPE, 8L) == 4711);
    CHECK(guard_stood && passed(SYS_rt_tgsigqueueinfo, 5, 6, SIGPIPE) && given[3] == 8);
    CHECK(CALL(SYS_rt_tgsigqueueinfo, 5L, (long)SIGPIPE, (long)SIGUSR1, (long)SIGPIPE) == 4711);
    CHECK(!guard_stood && passed(SYS_rt_tgsigqueueinfo, 5, SIGPIPE, SIGUSR1));
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && kernel.deaths == 0);
    CHECK(CALL(SYS_kill, (long)PROCESS, (long)SIGPIPE) == 0);
    CHECK(number_called == -1 && kernel.deaths == 2);
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN);
    CHECK(CALL(SYS_pidfd_send_signal, 5L, (long)SIGUSR1, 7L, 8L) == 4711);
    CHECK(!guard_stood && passed(SYS_pidfd_send_signal, 5, SIGUSR1, 7) && given[3] == 8);
    kernel.instead = note_pidfd;
    CHECK(CALL(SYS_pidfd_send_signal, 5L, (long)SIGPIPE, 7L, 8L) == 55 && guard_stood);
    CHECK(number_called == -1);
}

int main(void)
{
    number_called = -1;
    in_child(try_passed);
    in_child(try_other_numbers);
    in_child(try_masks);
    in_child(try_pending);
    in_child(try_pending_refused);
    in_child(try_waits_in_modes);
    in_child(try_execs);
    in_child(try_restrictions);
    in_child(try_clone3);
    in_child(try_sending);
    return 0;
}
