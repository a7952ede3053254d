/*
 * syscall(2) by number: those calls that set, block or send SIGPIPE go the way of the calls
 * with a name, and all others to libc as they are.
 */
#include <stdarg.h>

#include "call_parts.h"

/* With as many arguments as syscall(2) takes: it reads them all, and ASan would tell of those
   that a caller has left out. */
#define CALL(...) syscall(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)

long number_called;
long given[6];
bool guard_stood;

static long note(long number, ...)
{
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(list, long);
    va_end(list);
    number_called = number;
    guard_stood = kernel.action.handler != (uintptr_t)SIG_IGN;
    return 4711;
}

static bool passed(long number, long first, long second, long third)
{
    const bool as_is =
        number_called == number && given[0] == first && given[1] == second && given[2] == third;
    number_called = -1;
    return as_is;
}

static void handle(int signal_number)
{
    (void)signal_number;
}

static void restorer(void)
{
}

/* rt_sigaction(2) as the kernel has it, and what the host is told. */
static void try_actions(void)
{
    const struct kernel_action model = {.handler = (uintptr_t)handle,
                                        .flags = SA_RESTART | KERNEL_SA_RESTORER,
                                        .restorer = restorer,
                                        .mask = signal_bit(SIGUSR1)};
    struct kernel_action action = model;
    struct kernel_action old = {.handler = 1};
    start(MODE_CATCH);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, &old, 8) == 0);
    CHECK(old.handler == (uintptr_t)SIG_DFL && old.flags == 0 && old.mask == 0);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8) == 0 && !guard_alone);
    CHECK(memcmp(&kernel.action, &model, sizeof(model)) == 0);
    action.handler = (uintptr_t)SIG_DFL;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == 0);
    CHECK(memcmp(&old, &model, sizeof(model)) == 0);
    CHECK(kernel.action.handler != (uintptr_t)SIG_DFL && kernel.action.restorer == restorer);
    action.restorer = NULL;
    action.flags = 0;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == 0);
    CHECK(old.handler == (uintptr_t)SIG_DFL && old.restorer == restorer &&
          old.flags == model.flags && old.mask == model.mask);
    CHECK(kernel.action.restorer == kernel_action_restorer);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, &old, 8) == 0);
    CHECK(old.flags == 0 && old.restorer == NULL && old.mask == model.mask);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, NULL, 8) == 0);
}

static bool refuse(long number, const long *arguments, long *answer)
{
    (void)arguments;
    *answer = -EPERM;
    return number == SYS_rt_sigaction;
}

static void try_refused(void)
{
    const struct kernel_action action = {.handler = (uintptr_t)handle};
    struct kernel_action old = {.handler = 77};
    start(MODE_CATCH);
    kernel.instead = refuse;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == -1 && errno == EPERM);
    CHECK(old.handler == 77);
}

static void try_passed(void)
{
    struct kernel_action action = {.handler = (uintptr_t)handle};
    start(MODE_CATCH);
    has_next = true;
    next.syscall = note;
    const long address = (long)&action;
    CHECK(CALL(SYS_getppid, 1L, 2L, 3L, 4L, 5L, 6L) == 4711);
    CHECK(given[3] == 4 && given[4] == 5 && given[5] == 6 && passed(SYS_getppid, 1, 2, 3));
    CHECK(CALL(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8L) == 4711);
    CHECK(given[3] == 8 && passed(SYS_rt_sigaction, SIGUSR1, address, 0));
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 4L) == 4711);
    CHECK(given[3] == 4 && passed(SYS_rt_sigaction, SIGPIPE, address, 0));
    CHECK(guard_stands() && guard_quiet);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8L) == 0 && number_called == -1);
    options.off = true;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8L) == 4711);
    CHECK(passed(SYS_rt_sigaction, SIGPIPE, address, 0));
}

/* A mask with SIGPIPE in it ends the quiet sends. */
static void try_masks(void)
{
    const uint64_t others = ~sigpipe_bit;
    start(MODE_CATCH);
    has_next = true;
    next.syscall = note;
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8L) == 4711 && guard_quiet);
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &others, NULL, 8L) == 4711 && guard_quiet);
    CHECK(passed(SYS_rt_sigprocmask, SIG_BLOCK, (long)&others, 0));
    CHECK(CALL(SYS_rt_sigprocmask, SIG_SETMASK, &sigpipe_bit, NULL, 8L) == 4711);
    CHECK(passed(SYS_rt_sigprocmask, SIG_SETMASK, (long)&sigpipe_bit, 0));
    CHECK(!guard_quiet && guard_send_flag == 0);
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
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && kernel.deaths == 0);
    CHECK(CALL(SYS_kill, (long)PROCESS, (long)SIGPIPE) == 0);
    CHECK(number_called == -1 && kernel.deaths == 1);
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN);
}

static void try_early(void)
{
    start(MODE_CATCH);
    CHECK(CALL(SYS_getpid) == PROCESS);
    CHECK(CALL(SYS_kill, -1L, (long)SIGUSR1) == -1 && errno == EPERM);
    CHECK(CALL(SYS_tkill, (long)PROCESS, (long)SIGPIPE) == 0 && died());
    CHECK(CALL(SYS_tgkill, (long)PROCESS, (long)PROCESS, (long)SIGPIPE) == 0 && died());
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &sigpipe_bit, NULL, 8L) == 0);
    CHECK(is_blocked() && !guard_quiet);
}

int main(void)
{
    number_called = -1;
    in_child(try_actions);
    in_child(try_refused);
    in_child(try_passed);
    in_child(try_masks);
    in_child(try_sending);
    in_child(try_early);
    return 0;
}
