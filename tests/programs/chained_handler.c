/*
 * chained_handler WAY: a host that looks up what stands for SIGPIPE in the kernel itself, past
 * every interposer, and whose own handler passes a signal on to that, as Go's runtime (without
 * cgo) and a JVM's libjsig do. WAY says by whose sigaction the handler is set: of the `shim`,
 * or `libc`'s own. Then it is sent a SIGPIPE by another process, and says whether it lives.
 */
#include <dlfcn.h>
#include <gnu/lib-names.h>

#include "transcript_calls.h"

static struct {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void *restorer;
    unsigned long mask;
} before;
static volatile sig_atomic_t handled;

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    handled = 1;
    if ((uintptr_t)before.handler > (uintptr_t)SIG_IGN)
        before.handler(signal_number, info, context);
}

typedef int sigaction_function(int, const struct sigaction *, struct sigaction *);

static sigaction_function *sigaction_of_libc(void)
{
    union {
        void *object;
        sigaction_function *code;
    } found = {dlsym(dlopen(LIBC_SO, RTLD_LAZY), "sigaction")};
    require(found.code != NULL, "sigaction");
    return found.code;
}

/* The kernel's own words for it, so that no libc or interposer translates them. */
static void ask_kernel(void)
{
#if defined(__x86_64__)
    long result;
    register long size __asm__("r10") = 8;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_rt_sigaction), "D"(SIGPIPE), "S"(NULL), "d"(&before), "r"(size)
                     : "rcx", "r11", "memory");
    require(result == 0, "rt_sigaction");
#else
    struct sigaction now;
    require(sigaction_of_libc()(SIGPIPE, NULL, &now) == 0, "sigaction");
    before.handler = now.sa_sigaction;
#endif
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_sigaction = pass_on,
                                     .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigaction_function *const set =
        argc > 1 && strcmp(argv[1], "libc") == 0 ? sigaction_of_libc() : sigaction;
    const pid_t self = getpid();
    ask_kernel();
    require(set(SIGPIPE, &action, NULL) == 0, "sigaction");
    const pid_t child = fork();
    if (child == 0)
        _exit(kill(self, SIGPIPE));
    say("child: %d\n", end_of(child));
    say("handled: %d\n", handled);
    handled = 0;
    errno = 0;
    say_result("write", write(broken_pipe(), "x", 1));
    say("handled: %d\n", handled);
    return 0;
}
