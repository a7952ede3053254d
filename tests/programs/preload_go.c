/*
 * Preloaded, it makes of a program one that has Go's runtime in it, as far as SIGPIPE is
 * concerned: the symbol that such a program exports, and a handler that passes every SIGPIPE on
 * to the default action, as Go's does in a thread that Go has not made (runtime/signal_unix.go,
 * raisebadsignal).
 *
 * HANDLER=other installs the same handler by other flags than Go's. Ends the program with
 * status 3 if sigaction(2) does not tell of the handler what was set.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) char _cgo_topofstack[1];

static struct sigaction action;

/* libc may show the flag SA_RESTORER besides. */
static const int asked = SA_SIGINFO | SA_ONSTACK | SA_RESTART;

static void set(const struct sigaction *to)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, to, NULL) != 0 || sigaction(SIGPIPE, NULL, &now) != 0 ||
        now.sa_sigaction != to->sa_sigaction || (now.sa_flags & asked) != to->sa_flags ||
        !sigismember(&now.sa_mask, SIGUSR1))
        _exit(3);
}

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    const struct sigaction deadly = {.sa_handler = SIG_DFL};
    sigset_t mask;
    (void)info;
    (void)context;
    sigemptyset(&mask);
    sigaddset(&mask, signal_number);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    sigaction(signal_number, &deadly, NULL);
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal_number);
    set(&action);
}

__attribute__((constructor)) static void start(void)
{
    const char *const handler = getenv("HANDLER");
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    if (!handler || strcmp(handler, "other") != 0)
        action.sa_flags |= SA_RESTART;
    sigfillset(&action.sa_mask);
    set(&action);
}
