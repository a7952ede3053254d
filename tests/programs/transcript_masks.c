/* The calls that set and report a signal mask, and broken writes under a mask. */
#include <dlfcn.h>

#include "transcript_calls.h"

static void change_by(int (*change)(int, const sigset_t *, sigset_t *), const char *name)
{
    static const int how[] = {SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK, SIG_BLOCK, 77};
    sigset_t sets[4];
    sigfillset(&sets[0]);
    sets[1] = set_of(SIGPIPE);
    sigaddset(&sets[1], SIGUSR1);
    sets[2] = set_of(SIGUSR2);
    sets[3] = set_of(0);
    for (size_t i = 0; i < COUNT(how); i++) {
        for (size_t n = 0; n < COUNT(sets); n++) {
            sigset_t old = set_of(SIGWINCH);
            say("  how %d set %zu\n", how[i], n);
            errno = 0;
            say_result(name, change(how[i], &sets[n], &old));
            say_set("old", &old);
            say_mask();
        }
    }
    errno = 0;
    say_result(name, change(SIG_SETMASK, NULL, NULL));
    say_result(name, change(77, NULL, NULL));
}

static void process_mask(void)
{
    change_by(sigprocmask, "sigprocmask");
}

static void thread_mask(void)
{
    change_by(pthread_sigmask, "pthread_sigmask");
}

static void mask_in_place(void)
{
    sigset_t set = set_of(SIGPIPE);
    sigset_t *volatile old = &set;
    for (int i = 0; i < 3; i++) {
        say_result("sigprocmask", sigprocmask(SIG_SETMASK, &set, old));
        say_set("old", &set);
    }
}

static int bit_of(int signal_number)
{
    return 1 << (signal_number - 1);
}

static void bsd_mask(void)
{
#ifdef __GLIBC__
    /* Looked up, since the linker warns of it. */
    int (*const siggetmask_call)(void) =
        (int (*)(void))(uintptr_t)dlsym(RTLD_DEFAULT, "siggetmask");
#else
    int (*const siggetmask_call)(void) = siggetmask;
#endif
    const int pipe_bit = bit_of(SIGPIPE);
    errno = 0;
    say_result("sigblock", sigblock(0));
    say_result("sigblock", sigblock(pipe_bit | bit_of(SIGUSR1)));
    say_mask();
    say_result("sigsetmask", sigsetmask(bit_of(SIGUSR2)));
    say_mask();
    say_result("siggetmask", siggetmask_call());
    say_result("sigsetmask", sigsetmask(-1));
    say_mask();
    say_result("sigsetmask", sigsetmask(pipe_bit));
    say_result("siggetmask", siggetmask_call());
    say_result("sigblock", sigblock(0));
    say_mask();
}

static void system_v_mask(void)
{
    errno = 0;
    for (int i = 0; i < 2; i++) {
        say_result("sighold", sighold(SIGPIPE));
        say_mask();
        say_result("sighold", sighold(SIGUSR1));
        say_result("sigrelse", sigrelse(SIGPIPE));
        say_mask();
        say_result("sigrelse", sigrelse(SIGPIPE));
        say_result("sighold", sighold(65));
        say_result("sigrelse", sigrelse(-3));
    }
}

/* Each call against a broken descriptor with the signal blocked: it stays pending. */
static void broken_while_blocked(void)
{
    prepare_calls();
    block_sigpipe();
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int kind = ON_PIPE; kind <= ON_SOCKET; kind++) {
            const sigset_t set = set_of(SIGPIPE);
            const struct timespec zero = {0};
            siginfo_t info;
            if (!(calls[i].works_on & kind))
                continue;
            make_broken(&calls[i], kind);
            say_pending();
            const int taken = sigtimedwait(&set, &info, &zero);
            say_result("sigtimedwait", taken);
            if (taken > 0)
                say_info("taken", &info);
            say_pending();
        }
    }
}

static void broken_while_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
    broken_while_blocked();
}

static void broken_while_handled(void)
{
    set_info_action(0, 0);
    broken_while_blocked();
    broken_write();
    unblock_sigpipe();
    block_sigpipe();
    broken_send();
    unblock_sigpipe();
}

/* What libpq does around each send: block, look, send, take the signal away, restore. */
static void libpq(void)
{
    const sigset_t set = set_of(SIGPIPE);
    for (int i = 0; i < 4; i++) {
        sigset_t old;
        sigset_t pending;
        int taken = 0;
        say_result("pthread_sigmask", pthread_sigmask(SIG_BLOCK, &set, &old));
        say_set("old", &old);
        sigpending(&pending);
        const bool was_pending = sigismember(&pending, SIGPIPE);
        i % 2 ? broken_write() : broken_send();
        sigpending(&pending);
        say("  pending before %d, after %d\n", was_pending, sigismember(&pending, SIGPIPE));
        if (!was_pending && sigismember(&pending, SIGPIPE))
            sigwait(&set, &taken);
        say("  taken %d\n", taken);
        say_result("pthread_sigmask", pthread_sigmask(SIG_SETMASK, &old, NULL));
        say_mask();
    }
}

/* A signal that was sent before a broken write is the one that stays. */
static void sent_before(void)
{
    const sigset_t set = set_of(SIGPIPE);
    const struct timespec zero = {0};
    block_sigpipe();
    for (int i = 0; i < 4; i++) {
        siginfo_t info;
        if (i < 2)
            raise(SIGPIPE);
        else
            sigqueue(getpid(), SIGPIPE, (union sigval){.sival_int = 5});
        i % 2 ? broken_write() : broken_send();
        say_pending();
        while (sigtimedwait(&set, &info, &zero) > 0)
            say_info("taken", &info);
        errno = 0;
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(process_mask),
        CASE(thread_mask),
        CASE(mask_in_place),
        CASE(bsd_mask),
        CASE(system_v_mask),
        CASE(broken_while_blocked),
        CASE(broken_while_ignored),
        CASE(broken_while_handled),
        CASE(libpq),
        CASE(sent_before),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
