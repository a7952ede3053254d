/*
 * i386's first signal calls, which no libc makes any more, by syscall(2): what they answer, and
 * what a broken write meets that they have set. Other CPUs do not have them.
 */
#include "transcript_calls.h"

#if defined(__i386__)

/* The kernel's struct old_sigaction: include/linux/signal_types.h. */
struct old_action {
    sighandler_t handler;
    unsigned long mask;
    unsigned long flags;
    void (*restorer)(void);
};

enum { PIPE_BIT = 1 << (SIGPIPE - 1) };

static void say_handler(const char *what, long handler)
{
    if (handler == -1)
        say_result(what, handler);
    else
        say("  %s: %s\n", what, handler_name((uintptr_t)handler));
}

static void do_signal(sighandler_t handler)
{
    errno = 0;
    say_handler("signal", syscall(SYS_signal, SIGPIPE, handler));
}

static void say_old_action(const struct old_action *action)
{
    say("  old: %s flags %#lx mask %#lx\n", handler_name((uintptr_t)action->handler),
        action->flags, action->mask);
}

static void do_sigaction(sighandler_t handler, unsigned long flags)
{
    const struct old_action action = {handler, 1 << (SIGUSR1 - 1), flags, NULL};
    struct old_action old = {0};
    errno = 0;
    say_result("sigaction", syscall(SYS_sigaction, SIGPIPE, &action, &old));
    say_old_action(&old);
}

/* By each of the calls that tell. */
static void ask(void)
{
    struct old_action old = {0};
    errno = 0;
    say_result("asked", syscall(SYS_sigaction, SIGPIPE, NULL, &old));
    say_old_action(&old);
    say_disposition();
}

static void set_and_ask(void)
{
    static const sighandler_t handlers[] = {SIG_DFL,       SIG_IGN, on_signal, SIG_DFL,
                                            on_signal_too, SIG_IGN, SIG_DFL};
    ask();
    for (size_t i = 0; i < COUNT(handlers); i++) {
        do_signal(handlers[i]);
        ask();
    }
    for (size_t i = 0; i < COUNT(handlers); i++) {
        do_sigaction(handlers[i], i % 2 ? SA_RESTART | SA_NODEFER : SA_RESETHAND);
        ask();
        signal(SIGPIPE, handlers[i]);
        ask();
    }
    do_signal(SIG_DFL);
}

static void refused(void)
{
    static const int wrong[] = {0, -1, 65, SIGKILL};
    void *const nowhere = (void *)1;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        errno = 0;
        say_result("signal", syscall(SYS_signal, wrong[i], on_signal));
        say_result("sigaction", syscall(SYS_sigaction, wrong[i],
                                        &(struct old_action){on_signal, 0, 0, NULL}, NULL));
    }
    say_result("action", syscall(SYS_sigaction, SIGPIPE, nowhere, NULL));
    say_result("old action", syscall(SYS_sigaction, SIGPIPE, NULL, nowhere));
    say_result("set", syscall(SYS_sigprocmask, SIG_BLOCK, nowhere, NULL));
    say_result("old set", syscall(SYS_sigprocmask, SIG_BLOCK, NULL, nowhere));
    say_result("how", syscall(SYS_sigprocmask, 7, &(unsigned long){PIPE_BIT}, NULL));
    say_result("sigpending", syscall(SYS_sigpending, nowhere));
    ask();
    say_mask();
}

static void handled(void)
{
    do_signal(on_signal);
    broken_write();
    ask();
    do_sigaction(on_signal, 0);
    broken_write();
    broken_send();
    do_sigaction(on_signal_too, SA_RESETHAND);
    broken_send();
    ask();
}

static void ignored(void)
{
    do_signal(SIG_IGN);
    broken_write();
    do_sigaction(SIG_IGN, 0);
    broken_send();
    ask();
}

static void say_old_mask(void)
{
    unsigned long mask = 0;
    unsigned long pending = 0;
    say_result("sigprocmask", syscall(SYS_sigprocmask, SIG_BLOCK, NULL, &mask));
    say_result("sigpending", syscall(SYS_sigpending, &pending));
    say("  mask %#lx %#lx pending %#lx\n", mask, syscall(SYS_sgetmask), pending);
    say_mask();
    say_pending();
}

static void do_sigprocmask(int how, unsigned long set)
{
    unsigned long old = 0;
    errno = 0;
    say_result("sigprocmask", syscall(SYS_sigprocmask, how, &set, &old));
    say("  old mask %#lx\n", old);
    say_old_mask();
}

static void do_ssetmask(unsigned long set)
{
    errno = 0;
    say_result("ssetmask", syscall(SYS_ssetmask, set));
    say_old_mask();
}

/* A broken write with SIGPIPE blocked, and the handler when it is no more. */
static void masks(void)
{
    do_sigaction(on_signal, 0);
    do_ssetmask(PIPE_BIT | 1 << (SIGUSR1 - 1));
    broken_write();
    do_ssetmask(1 << (SIGUSR2 - 1));
    do_sigprocmask(SIG_BLOCK, PIPE_BIT);
    broken_send();
    do_sigprocmask(SIG_UNBLOCK, PIPE_BIT);
    do_sigprocmask(SIG_SETMASK, PIPE_BIT);
    broken_write();
    do_sigprocmask(SIG_SETMASK, 0);
}

/* As libc called it: two arguments that nobody reads, then the mask (kernel/signal.c). */
static void do_sigsuspend(void)
{
    errno = 0;
    say_result("sigsuspend", syscall(SYS_sigsuspend, 0, 0, 0UL));
    say_old_mask();
}

static void waits(void)
{
    do_sigaction(on_signal, 0);
    do_ssetmask(PIPE_BIT);
    broken_write();
    do_sigsuspend();
    do_sigaction(on_signal, SA_RESETHAND);
    raise(SIGPIPE);
    do_sigsuspend();
    ask();
}

/* In the oracle, what comes nearest to a default that does not kill. */
static void protected_default(void)
{
    if (is_oracle)
        signal(SIGPIPE, SIG_IGN);
}

static void survive_signal(void)
{
    syscall(SYS_signal, SIGPIPE, SIG_DFL);
    protected_default();
    broken_write();
    broken_send();
}

static void survive_sigaction(void)
{
    const struct old_action action = {SIG_DFL, 0, 0, NULL};
    syscall(SYS_sigaction, SIGPIPE, &action, NULL);
    protected_default();
    broken_write();
    broken_send();
}

/* The handler's one shot, then the default that the kernel puts in its place. */
static void survive_one_shot(void)
{
    const struct old_action action = {on_signal, 0, SA_RESETHAND, NULL};
    syscall(SYS_signal, SIGPIPE, on_signal);
    broken_write();
    protected_default();
    broken_write();
    syscall(SYS_sigaction, SIGPIPE, &action, NULL);
    broken_send();
    protected_default();
    broken_write();
    broken_send();
}

/* A restorer of the program's own: sigreturn(2), behind a frame of the first form. */
void return_from_handler(void);
__asm__(".text\n"
        "return_from_handler:\n\t"
        "popl %eax\n\t"
        "movl $119, %eax\n\t"
        "int $0x80");

/* The default and a one-shot handler, each with it. */
static void survive_restorer(void)
{
    static const sighandler_t handlers[] = {SIG_DFL, on_signal};
    for (size_t i = 0; i < COUNT(handlers); i++) {
        const struct old_action action = {handlers[i], 0, SA_RESETHAND | 0x04000000,
                                          return_from_handler};
        syscall(SYS_sigaction, SIGPIPE, &action, NULL);
        if (handlers[i] == SIG_DFL)
            protected_default();
        broken_write();
        protected_default();
        broken_send();
    }
}

static void survive_masks(void)
{
    protected_default();
    syscall(SYS_ssetmask, PIPE_BIT);
    broken_write();
    syscall(SYS_ssetmask, 0);
    broken_write();
    syscall(SYS_sigprocmask, SIG_BLOCK, &(unsigned long){PIPE_BIT}, NULL);
    broken_send();
    syscall(SYS_sigprocmask, SIG_SETMASK, &(unsigned long){0}, NULL);
    broken_send();
    say_mask();
    say_pending();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(set_and_ask), CASE(refused), CASE(handled),
                                             CASE(ignored),     CASE(masks),   CASE(waits)};
    static const struct test_case survival[] = {CASE(survive_signal), CASE(survive_sigaction),
                                                CASE(survive_one_shot), CASE(survive_restorer),
                                                CASE(survive_masks)};
    if (argc > 1)
        return run_cases(argc, argv, survival, COUNT(survival));
    return run_cases(argc, argv, cases, COUNT(cases));
}

#else

int main(int argc, char **argv)
{
    return run_cases(argc, argv, NULL, 0);
}

#endif
