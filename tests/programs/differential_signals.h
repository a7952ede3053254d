/* Operations: dispositions and masks. Each takes the words that follow its name. */
#ifndef DIFFERENTIAL_SIGNALS_H
#define DIFFERENTIAL_SIGNALS_H

#include "differential_handlers.h"

typedef sighandler_t signal_call(int, sighandler_t);

static signal_call *signal_call_of(const char *word)
{
    if (is(word, "bsd_signal"))
        return NAMED("bsd_signal", signal);
    if (is(word, "ssignal"))
        return ssignal;
    if (is(word, "sysv"))
        return sysv_signal;
    if (is(word, "sigset"))
        return sigset;
    require(is(word, "signal"), word);
    return signal;
}

/* signal FUNCTION SIGNAL HANDLER */
static void op_signal(char **word)
{
    signal_call *const call = signal_call_of(word[1]);
    const int number = signal_of(word[2]);
    const sighandler_t handler = (sighandler_t)handler_of(word[3], 0);
    expose();
    if (call == sigset && number == SIGPIPE && handler == SIG_DFL)
        drain();
    errno = NO_ERROR;
    const sighandler_t old = call(number, handler);
    const int error = errno;
    protect();
    errno = error;
    say_result(handler_name((long)old), 0);
}

/* sigaction SIGNAL HANDLER FLAGS MASK OLD, where "-" stands for none. */
static void op_sigaction(char **word)
{
    struct sigaction action = {.sa_flags = (int)flags_of(word[3]),
                               .sa_mask = libc_set(set_of(word[4]))};
    struct sigaction *const old = place(word[5], unset, sizeof *old);
    const bool sets = !is(word[2], "-");
    if (sets)
        action.sa_handler = (sighandler_t)handler_of(word[2], flags_of(word[3]));
    expose();
    errno = NO_ERROR;
    const int result = sigaction(signal_of(word[1]), sets ? &action : NULL, old);
    const int error = errno;
    protect();
    errno = error;
    say_result("sigaction", result);
    if (old && result == 0)
        say_action("old", (long)old->sa_handler, (unsigned)old->sa_flags,
                   first_signals(&old->sa_mask), old->sa_restorer != NULL);
}

/* What libc passes for handlers to return by; rt_sigaction(2). */
static void *restorer_of_libc(void)
{
    static void *found;
    const struct sigaction some = {.sa_handler = SIG_IGN};
    struct sigaction was;
    struct kernel_action action;
    if (!found) {
        sigaction(SIGURG, &some, &was);
        rt_sigaction(SIGURG, NULL, &action);
        sigaction(SIGURG, &was, NULL);
        found = action.restorer;
    }
    return found;
}

/* rt_sigaction SIGNAL PLACE HANDLER FLAGS MASK OLD SIZE */
static void op_rt_sigaction(char **word)
{
    const struct kernel_action action = {.handler =
                                             (uintptr_t)handler_of(word[3], flags_of(word[4])),
                                         .flags = flags_of(word[4]) | 0x04000000,
                                         .restorer = restorer_of_libc(),
                                         .mask = set_of(word[5])};
    struct kernel_action *const old = place(word[6], unset, sizeof *old);
    const struct kernel_action *const set = place(word[2], &action, sizeof action);
    const long size = strtol(word[7], NULL, 0);
    expose();
    errno = NO_ERROR;
    const long result = syscall(SYS_rt_sigaction, signal_of(word[1]), set, old, size);
    const int error = errno;
    protect();
    errno = error;
    say_result("rt_sigaction", result);
    if (is_whole(word[6]))
        say_kernel_action("old", old);
}

/* siginterrupt SIGNAL NUMBER; sigignore, sighold and sigrelse SIGNAL */
static void op_siginterrupt(char **word)
{
    expose();
    errno = NO_ERROR;
    const int result = siginterrupt(signal_of(word[1]), (int)strtol(word[2], NULL, 0));
    const int error = errno;
    protect();
    errno = error;
    say_result("siginterrupt", result);
}

static void op_sigignore(char **word)
{
    say_result("sigignore", sigignore(signal_of(word[1])));
}

static void op_sighold(char **word)
{
    say_result("sighold", sighold(signal_of(word[1])));
}

static void op_sigrelse(char **word)
{
    say_result("sigrelse", sigrelse(signal_of(word[1])));
}

static const struct number how_names[] = {
    {"BLOCK", SIG_BLOCK}, {"UNBLOCK", SIG_UNBLOCK}, {"SETMASK", SIG_SETMASK}};

static void say_old_set(const char *where, const void *old)
{
    if (is_whole(where))
        say("old: %#llx\n", (unsigned long long)first_signals(old));
}

/* mask FUNCTION HOW SET PLACE OLD */
static void op_mask(char **word)
{
    const int how = (int)number_in(how_names, COUNT(how_names), word[2]);
    const uint64_t signals = set_of(word[3]);
    /* libc's set is larger than the kernel's; what is cut off is never read. */
    const sigset_t *const set = place(word[4], &signals, sizeof signals);
    const bool is_plain = is(word[1], "sigprocmask");
    require(is_plain || is(word[1], "pthread_sigmask"), word[1]);
    sigset_t *const old = place(word[5], unset, KERNEL_SET);
    const int result = (is_plain ? sigprocmask : pthread_sigmask)(how, set, old);
    say_result(word[1], result);
    say_old_set(word[5], old);
}

/* rt_sigprocmask HOW SET PLACE OLD SIZE */
static void op_rt_sigprocmask(char **word)
{
    const long how = number_in(how_names, COUNT(how_names), word[1]);
    const uint64_t signals = set_of(word[2]);
    const void *const set = place(word[3], &signals, sizeof signals);
    void *const old = place(word[4], unset, KERNEL_SET);
    say_result("rt_sigprocmask",
               syscall(SYS_rt_sigprocmask, how, set, old, strtol(word[5], NULL, 0)));
    say_old_set(word[4], old);
}

/* bsdmask FUNCTION SET */
static void op_bsdmask(char **word)
{
    const int mask = (int)set_of(word[2]);
    say("%s: %#x\n", word[1],
        (unsigned)(is(word[1], "sigblock")     ? sigblock(mask)
                   : is(word[1], "sigsetmask") ? sigsetmask(mask)
                                               : NAMED("siggetmask", siggetmask)()));
    say_result("then", 0);
}

/* sigpending PLACE; rt_sigpending PLACE SIZE */
static void op_sigpending(char **word)
{
    sigset_t *const set = place(word[1], unset, KERNEL_SET);
    const bool is_raw = is(word[0], "rt_sigpending");
    const long result =
        is_raw ? syscall(SYS_rt_sigpending, set, strtol(word[2], NULL, 0)) : sigpending(set);
    say_result(word[0], result);
    say_old_set(word[1], set);
}

static void op_state(char **word)
{
    (void)word;
    say_state();
}

static void op_rawstate(char **word)
{
    struct kernel_action action;
    uint64_t mask = 0;
    uint64_t pending = 0;
    (void)word;
    expose();
    rt_sigaction(SIGPIPE, NULL, &action);
    protect();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &mask, KERNEL_SET);
    syscall(SYS_rt_sigpending, &pending, KERNEL_SET);
    say_kernel_action("rt disposition", &action);
    say("rt mask: %#llx pending: %#llx\n", (unsigned long long)mask,
        (unsigned long long)pending);
}

/* context SET: a mask set by setcontext(3). */
static void op_context(char **word)
{
    static _Thread_local bool is_second;
    ucontext_t context;
    is_second = false;
    getcontext(&context);
    if (!is_second) {
        const uint64_t set = set_of(word[1]);
        is_second = true;
        memcpy(&context.uc_sigmask, &set, sizeof set);
        setcontext(&context);
    }
    say_result("setcontext", 0);
}

/* altstack SIZE */
static void op_altstack(char **word)
{
    static char stack[OTHER_STACK_SIZE];
    const stack_t other = {.ss_sp = stack, .ss_size = (size_t)strtol(word[1], NULL, 0)};
    other_stack = stack;
    say_result("sigaltstack", sigaltstack(&other, NULL));
}

#endif
