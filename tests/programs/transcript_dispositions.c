/* What the calls that set and report a disposition answer. No signal is raised here. */
#include "named.h"
#include "transcript.h"

/* Left in libc for old programs, with no declaration. */
extern sighandler_t bsd_signal(int signal_number, sighandler_t handler);
struct sigvec {
    void (*sv_handler)(int);
    int sv_mask;
    int sv_flags;
};
static int (*sigvec_call)(int, const struct sigvec *, struct sigvec *);

static void say_handler(const char *what, sighandler_t old)
{
    const int error = errno;
    say("  %s: %s%s%s\n", what, handler_name((uintptr_t)old), error ? " " : "",
        error ? strerrorname_np(error) : "");
}

#define FAMILY(call)                                                                           \
    static void call##_default(void)                                                           \
    {                                                                                          \
        say_handler(#call, call(SIGPIPE, SIG_DFL));                                            \
    }                                                                                          \
    static void call##_ignore(void)                                                            \
    {                                                                                          \
        say_handler(#call, call(SIGPIPE, SIG_IGN));                                            \
    }                                                                                          \
    static void call##_handler(void)                                                           \
    {                                                                                          \
        say_handler(#call, call(SIGPIPE, on_signal));                                          \
    }
FAMILY(signal)
FAMILY(bsd_signal)
FAMILY(ssignal)
FAMILY(sysv_signal)
FAMILY(__sysv_signal)
FAMILY(sigset)
#define FAMILY_STEPS(call) CASE(call##_default), CASE(call##_ignore), CASE(call##_handler)

static void sigset_hold(void)
{
    say_handler("sigset", sigset(SIGPIPE, SIG_HOLD));
}

static void do_sigaction(void (*handler)(int), int flags, int masked)
{
    const struct sigaction action = {
        .sa_handler = handler, .sa_flags = flags, .sa_mask = set_of(masked)};
    struct sigaction old = {0};
    say_result("sigaction", sigaction(SIGPIPE, &action, &old));
    say_action("old", &old);
}

static void sigaction_default(void)
{
    do_sigaction(SIG_DFL, 0, 0);
}

static void sigaction_default_flags(void)
{
    do_sigaction(SIG_DFL, (int)SA_RESETHAND | SA_NODEFER, SIGUSR1);
}

static void sigaction_ignore(void)
{
    do_sigaction(SIG_IGN, SA_RESTART, SIGUSR2);
}

static void sigaction_handler(void)
{
    do_sigaction(on_signal_too, SA_NODEFER, SIGPIPE);
}

static void sigaction_one_shot(void)
{
    do_sigaction(on_signal, (int)SA_RESETHAND | SA_ONSTACK, SIGTERM);
}

static void sigaction_info(void)
{
    do_sigaction((sighandler_t)(uintptr_t)on_info, SA_SIGINFO | (int)SA_RESETHAND, SIGCHLD);
}

/* The same memory for both arguments, which the prototype forbids and libc allows. */
static void sigaction_in_place(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_RESTART};
    struct sigaction *volatile old = &action;
    say_result("sigaction", sigaction(SIGPIPE, &action, old));
    say_action("old", &action);
}

static void sigaction_blind(void)
{
    const struct sigaction action = {.sa_handler = SIG_DFL};
    say_result("sigaction", sigaction(SIGPIPE, &action, NULL));
}

static void sigaction_nothing(void)
{
    say_result("sigaction", sigaction(SIGPIPE, NULL, NULL));
}

static void do_sigvec(void (*handler)(int), int flags, int masked)
{
    const struct sigvec vector = {
        .sv_handler = handler, .sv_flags = flags, .sv_mask = masked ? 1 << (masked - 1) : 0};
    struct sigvec old = {0};
    if (!sigvec_call)
        return;
    say_result("sigvec", sigvec_call(SIGPIPE, &vector, &old));
    say("  old: %s flags %#x mask %#x\n", handler_name((uintptr_t)old.sv_handler),
        (unsigned)old.sv_flags, (unsigned)old.sv_mask);
}

static void sigvec_default(void)
{
    do_sigvec(SIG_DFL, 1 /* SV_ONSTACK */, SIGINT);
}

static void sigvec_one_shot(void)
{
    do_sigvec(on_signal, 4 /* SV_RESETHAND */ | 2 /* SV_INTERRUPT */, SIGINT);
}

static void sigvec_query(void)
{
    struct sigvec old = {0};
    if (!sigvec_call)
        return;
    say_result("sigvec", sigvec_call(SIGPIPE, NULL, &old));
    say("  old: %s flags %#x mask %#x\n", handler_name((uintptr_t)old.sv_handler),
        (unsigned)old.sv_flags, (unsigned)old.sv_mask);
}

static void sigignore_it(void)
{
    say_result("sigignore", sigignore(SIGPIPE));
}

static void siginterrupt_on(void)
{
    say_result("siginterrupt", siginterrupt(SIGPIPE, 1));
}

static void siginterrupt_off(void)
{
    say_result("siginterrupt", siginterrupt(SIGPIPE, 0));
}

static void sighold_it(void)
{
    say_result("sighold", sighold(SIGPIPE));
}

static void sigrelse_it(void)
{
    say_result("sigrelse", sigrelse(SIGPIPE));
}

/* Calls that fail must change nothing. */
static void failures(void)
{
    static const int wrong[] = {0, -1, SIGKILL, SIGSTOP, 32, 65, 1000};
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction old = {.sa_handler = on_signal_too, .sa_flags = 0x77};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        say("  signal %d\n", wrong[i]);
        say_result("sigaction", sigaction(wrong[i], &action, &old));
        say("  old: %s %#x\n", handler_name((uintptr_t)old.sa_handler), (unsigned)old.sa_flags);
        say_handler("signal", signal(wrong[i], SIG_DFL));
        say_handler("bsd_signal", bsd_signal(wrong[i], on_signal));
        say_handler("ssignal", ssignal(wrong[i], on_signal));
        say_handler("sysv_signal", sysv_signal(wrong[i], SIG_DFL));
        say_handler("__sysv_signal", __sysv_signal(wrong[i], on_signal));
        say_handler("sigset", sigset(wrong[i], on_signal));
        say_result("sigignore", sigignore(wrong[i]));
        say_result("siginterrupt", siginterrupt(wrong[i], 1));
        if (sigvec_call)
            say_result("sigvec",
                       sigvec_call(wrong[i], &(struct sigvec){on_signal, 0, 0}, NULL));
    }
    say_handler("signal", signal(SIGPIPE, SIG_ERR));
    say_handler("bsd_signal", bsd_signal(SIGPIPE, SIG_ERR));
    say_handler("ssignal", ssignal(SIGPIPE, SIG_ERR));
    say_handler("sysv_signal", sysv_signal(SIGPIPE, SIG_ERR));
    say_handler("__sysv_signal", __sysv_signal(SIGPIPE, SIG_ERR));
    say_handler("sigset", sigset(SIGPIPE, SIG_ERR));
}

static const struct test_case steps[] = {
    FAMILY_STEPS(signal),
    FAMILY_STEPS(bsd_signal),
    FAMILY_STEPS(ssignal),
    FAMILY_STEPS(sysv_signal),
    FAMILY_STEPS(__sysv_signal),
    FAMILY_STEPS(sigset),
    CASE(sigset_hold),
    CASE(sigaction_default),
    CASE(sigaction_default_flags),
    CASE(sigaction_ignore),
    CASE(sigaction_handler),
    CASE(sigaction_one_shot),
    CASE(sigaction_info),
    CASE(sigaction_in_place),
    CASE(sigaction_blind),
    CASE(sigaction_nothing),
    CASE(sigvec_default),
    CASE(sigvec_one_shot),
    CASE(sigvec_query),
    CASE(sigignore_it),
    CASE(siginterrupt_on),
    CASE(siginterrupt_off),
    CASE(sighold_it),
    CASE(sigrelse_it),
    CASE(failures),
};

static void at_start(void)
{
    say_disposition();
    say_mask();
    say_pending();
}

/* Every step after every other one, each pair from the state that the program started with. */
static const struct test_case *pair[2];

static void run_pair(void)
{
    for (int i = 0; i < 2; i++) {
        say(" %s\n", pair[i]->name);
        errno = 0;
        pair[i]->run();
    }
    at_start();
}

static void pairs(void)
{
    for (size_t first = 0; first < COUNT(steps); first++) {
        for (size_t second = 0; second < COUNT(steps); second++) {
            pair[0] = &steps[first];
            pair[1] = &steps[second];
            run_case(&(struct test_case){"pair", run_pair});
        }
    }
}

/* Every combination of the flags that the kernel and libc know, with each kind of handler. */
static void flags(void)
{
    static const int known[] = {SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO,        SA_ONSTACK,
                                SA_RESTART,   SA_NODEFER,   (int)SA_RESETHAND, SA_INTERRUPT,
                                0x400,        0x800,        0x04000000};
    static const sighandler_t handlers[] = {SIG_DFL, SIG_IGN, on_signal};
    for (unsigned combination = 0; combination < 1u << COUNT(known); combination++) {
        for (size_t handler = 0; handler < COUNT(handlers); handler++) {
            struct sigaction action = {.sa_handler = handlers[handler]};
            for (unsigned i = 0; i < COUNT(known); i++)
                action.sa_flags |= (combination & (1u << i)) ? known[i] : 0;
            action.sa_mask = set_of((int)(combination % 64) + 1);
            const int result = sigaction(SIGPIPE, &action, NULL);
            sigaction(SIGPIPE, NULL, &action);
            say(" %d %s %x %s", result, handler_name((uintptr_t)action.sa_handler),
                (unsigned)action.sa_flags, has_restorer(&action) ? "restorer" : "");
            say_set("mask", &action.sa_mask);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(at_start), CASE(pairs), CASE(flags)};
#ifdef __GLIBC__
    sigvec_call = NAMED("sigvec", int(int, const struct sigvec *, struct sigvec *));
#endif
    return run_cases(argc, argv, cases, COUNT(cases));
}
