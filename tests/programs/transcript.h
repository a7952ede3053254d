/*
 * What the transcript programs share: they print what a host can see of its signals. The run
 * without the shim is the oracle for the run with it, so nothing is printed that differs from
 * one run to the next (process ids, addresses).
 *
 * Each case runs in a child of its own, whose end is reported, so that a case may die.
 *
 * Usage: PROGRAM [oracle] [CASE]...
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The obsolete signal calls are what is tested here. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* No case may hang a test run: it then ends by SIGALRM, and says so. */
enum { CASE_SECONDS = 20 };

struct test_case {
    const char *name;
    void (*run)(void);
};

#define CASE(name)                                                                             \
    {                                                                                          \
#name, name                                                                            \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Set by the argument `oracle`: this run, without the shim, shows what a protected one must. */
static bool is_oracle;

/* By the system call alone, since handlers, threads that are being cancelled and hosts under a
   seccomp filter print too. */
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (syscall(SYS_write, STDOUT_FILENO, text, (size_t)length) != length)
        _exit(98);
}

static inline void require(bool condition, const char *what)
{
    if (!condition) {
        say("  cannot go on: %s: %s\n", what, strerror(errno));
        _exit(99);
    }
}

static inline void say_end(const char *name, int status)
{
    if (WIFSIGNALED(status))
        say("%s: killed by SIG%s\n", name, sigabbrev_np(WTERMSIG(status)));
    else
        say("%s: exited %d\n", name, WEXITSTATUS(status));
}

static inline int end_of(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        require(errno == EINTR, "waitpid");
    return status;
}

/* fork, for a child that must not be left over when its parent dies. */
static inline pid_t fork_bound(void)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(97);
    }
    return child;
}

static inline void run_case(const struct test_case *test)
{
    say("%s\n", test->name);
    const pid_t child = fork_bound();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL); /* it may have been inherited ignored */
        alarm(CASE_SECONDS);
        test->run();
        _exit(0);
    }
    say_end(test->name, end_of(child));
}

static inline int run_cases(int argc, char **argv, const struct test_case *cases, size_t count)
{
    is_oracle = argc > 1 && strcmp(argv[1], "oracle") == 0;
    const int first = is_oracle ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        bool wanted = first == argc;
        for (int n = first; n < argc; n++)
            wanted |= strcmp(argv[n], cases[i].name) == 0;
        if (wanted)
            run_case(&cases[i]);
    }
    return 0;
}

/* Prints a set as the numbers of its signals. */
static inline void say_set(const char *label, const sigset_t *set)
{
    char text[256] = "";
    int length = 0;
    for (int i = 1; i <= 64; i++) {
        if (sigismember(set, i) == 1)
            length += snprintf(text + length, sizeof text - (size_t)length, " %d", i);
    }
    say("  %s:%s\n", label, length ? text : " none");
}

static inline sigset_t set_of(int signal_number)
{
    sigset_t set;
    sigemptyset(&set);
    if (signal_number)
        sigaddset(&set, signal_number);
    return set;
}

static inline void say_mask(void)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    say_set("mask", &mask);
}

static inline void say_pending(void)
{
    sigset_t pending;
    sigpending(&pending);
    say_set("pending", &pending);
}

static inline void block_sigpipe(void)
{
    const sigset_t set = set_of(SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline void unblock_sigpipe(void)
{
    const sigset_t set = set_of(SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static inline const char *code_name(int code)
{
    switch (code) {
    case SI_USER:
        return "SI_USER";
    case SI_TKILL:
        return "SI_TKILL";
    case SI_QUEUE:
        return "SI_QUEUE";
    case SI_TIMER:
        return "SI_TIMER";
    default:
        return code > 0 ? "positive" : "other";
    }
}

/* Only a sender's codes come with a process id; sigaction(2). */
static inline void say_info(const char *label, const siginfo_t *info)
{
    const bool has_pid =
        info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE;
    say("  %s: signal %d, %s%s\n", label, info->si_signo, code_name(info->si_code),
        !has_pid                   ? ""
        : info->si_pid == getpid() ? ", from this process"
                                   : ", from another process");
}

/* An answer of the usual kind, with errno where it says something. */
static inline void say_result(const char *what, long result)
{
    const int error = errno;
    say("  %s: %ld%s%s\n", what, result, error ? " " : "", error ? strerrorname_np(error) : "");
    errno = 0;
}

/* The host's handlers. What they saw is printed from inside. */
static inline void on_signal(int signal_number)
{
    const int error = errno;
    sigset_t mask;
    say("  handler: signal %d\n", signal_number);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    say_set("handler's mask", &mask);
    errno = error;
}

static inline void on_signal_too(int signal_number)
{
    say("  the other handler: signal %d\n", signal_number);
}

static inline void on_info(int signal_number, siginfo_t *info, void *context)
{
    const int error = errno;
    (void)context;
    say_info("handler with info", info);
    on_signal(signal_number);
    errno = error;
}

static inline void on_nothing(int signal_number)
{
    (void)signal_number;
}

static inline const char *handler_name(uintptr_t handler)
{
    const struct {
        uintptr_t handler;
        const char *name;
    } names[] = {
        {(uintptr_t)SIG_DFL, "SIG_DFL"},     {(uintptr_t)SIG_IGN, "SIG_IGN"},
        {(uintptr_t)SIG_ERR, "SIG_ERR"},     {(uintptr_t)SIG_HOLD, "SIG_HOLD"},
        {(uintptr_t)on_signal, "on_signal"}, {(uintptr_t)on_signal_too, "on_signal_too"},
        {(uintptr_t)on_info, "on_info"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (names[i].handler == handler)
            return names[i].name;
    }
    return "foreign";
}

/* Whether a handler returns by code that libc has. Where the flag SA_RESTORER is not there, the
   pointer is chance on some CPUs: glibc sets it not on AArch64 (kernel_sigaction.h), nor the
   kernel's signal(2) on i386 (kernel/signal.c). */
static inline bool has_restorer(const struct sigaction *action)
{
#if defined(__aarch64__) || defined(__i386__)
    return action->sa_flags & 0x04000000;
#else
    return action->sa_restorer;
#endif
}

static inline void say_action(const char *label, const struct sigaction *action)
{
    say("  %s: %s flags %#x%s\n", label, handler_name((uintptr_t)action->sa_handler),
        (unsigned)action->sa_flags, has_restorer(action) ? " with restorer" : "");
    say_set("its mask", &action->sa_mask);
}

static inline void say_disposition(void)
{
    struct sigaction action = {0}; /* musl leaves sa_restorer as it is */
    require(sigaction(SIGPIPE, NULL, &action) == 0, "sigaction");
    say_action("disposition", &action);
}

static inline void set_action(void (*handler)(int), int flags, int masked)
{
    const struct sigaction action = {
        .sa_handler = handler, .sa_flags = flags, .sa_mask = set_of(masked)};
    require(sigaction(SIGPIPE, &action, NULL) == 0, "sigaction");
}

static inline void set_info_action(int flags, int masked)
{
    const struct sigaction action = {
        .sa_sigaction = on_info, .sa_flags = flags | SA_SIGINFO, .sa_mask = set_of(masked)};
    require(sigaction(SIGPIPE, &action, NULL) == 0, "sigaction");
}

#endif
