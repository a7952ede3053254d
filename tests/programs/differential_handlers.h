/* The handlers, which tell what they see and then do what their names say, and how
   dispositions, masks and what is pending are told. */
#ifndef DIFFERENTIAL_HANDLERS_H
#define DIFFERENTIAL_HANDLERS_H

#include <ucontext.h>

#include "differential_oracle.h"

/* Where a handler that does not return goes: the operation that it interrupted. */
static _Thread_local sigjmp_buf *back;
static _Thread_local int handled; /* since the operation began */
static char *other_stack;

/* In a thread: whether a SIGPIPE to the process would go to another one, which is none of the
   program's own time. Other signals do. */
static _Thread_local bool is_beside;
static _Thread_local bool others_take;

enum { OTHER_STACK_SIZE = 1 << 16, MOST_HANDLED = 3 };

static inline const char *code_name(int code)
{
    static const struct number codes[] = {
        {"SI_USER", SI_USER},   {"SI_TKILL", SI_TKILL},   {"SI_QUEUE", SI_QUEUE},
        {"SI_TIMER", SI_TIMER}, {"SI_KERNEL", SI_KERNEL},
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (codes[i].value == code)
            return codes[i].name;
    }
    return code > 0 ? "positive" : "other";
}

/* A timer's siginfo has no process id; sigaction(2). */
static inline void say_info(const char *label, int signal_number, int code, pid_t pid)
{
    say("%s: signal %d, %s%s\n", label, signal_number, code_name(code),
        code == SI_TIMER || code > 0 ? ""
        : pid == getpid()            ? ", own"
                                     : ", another's");
}

static inline void say_mask(const char *label)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    say("%s: %#llx\n", label, (unsigned long long)first_signals(&mask));
}

static inline void do_nothing(ucontext_t *context)
{
    (void)context;
}

static inline void write_more(ucontext_t *context)
{
    int ends[2];
    (void)context;
    if (pipe(ends) != 0)
        return;
    close(ends[0]);
    errno = NO_ERROR;
    say_result("write in handler", write(ends[1], "x", 1));
    close(ends[1]);
}

static inline void set_default(ucontext_t *context)
{
    (void)context;
    expose();
    signal(SIGPIPE, SIG_DFL);
    protect();
}

static inline void set_ignored(ucontext_t *context)
{
    (void)context;
    signal(SIGPIPE, SIG_IGN);
}

static inline void send_more(ucontext_t *context)
{
    (void)context;
    raise(SIGPIPE);
}

static inline void kill_more(ucontext_t *context)
{
    (void)context;
    if (others_take)
        return;
    if (absorbs())
        marked_kill();
    else
        kill(getpid(), SIGPIPE);
}

static inline void unblock(ucontext_t *context)
{
    const sigset_t set = libc_set(bit_of(SIGPIPE));
    (void)context;
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static inline void block_behind(ucontext_t *context)
{
    if (context)
        sigaddset(&context->uc_sigmask, SIGPIPE);
}

static inline void jump(ucontext_t *context)
{
    (void)context;
    siglongjmp(*back, 1);
}

static void handle(const char *name, void (*then)(ucontext_t *), int signal_number,
                   siginfo_t *info, void *context)
{
    char label[32];
    char here;
    const int error = errno;
    const bool on_other =
        other_stack && &here >= other_stack && &here < other_stack + OTHER_STACK_SIZE;
    if (signal_number == SIGPIPE)
        protect(); /* the kernel may have put the default in this one's place */
    snprintf(label, sizeof label, "handler %s%s", name, on_other ? ", other stack" : "");
    if (info)
        say_info(label, signal_number, info->si_code, info->si_pid);
    else
        say("%s: signal %d\n", label, signal_number);
    say_mask("handler's mask");
    if (handled++ < MOST_HANDLED)
        then(context);
    errno = error;
}

/* X(name, what it does) */
#define HANDLERS(X)                                                                            \
    X(tell, do_nothing)                                                                        \
    X(other, do_nothing)                                                                       \
    X(again, write_more)                                                                       \
    X(default, set_default)                                                                    \
    X(ignore, set_ignored)                                                                     \
    X(raise, send_more)                                                                        \
    X(kill, kill_more)                                                                         \
    X(unblock, unblock)                                                                        \
    X(block, block_behind)                                                                     \
    X(jump, jump)

/* Each with SA_SIGINFO and without, where no siginfo is there. */
#define DEFINE_HANDLER(name, then)                                                             \
    static void handler_##name(int signal_number)                                              \
    {                                                                                          \
        handle(#name, then, signal_number, NULL, NULL);                                        \
    }                                                                                          \
    static void info_handler_##name(int signal_number, siginfo_t *info, void *context)         \
    {                                                                                          \
        handle(#name, then, signal_number, info, context);                                     \
    }
HANDLERS(DEFINE_HANDLER)

#define NAME_HANDLER(name, then)      {#name, (long)handler_##name},
#define NAME_INFO_HANDLER(name, then) {#name, (long)info_handler_##name},
static const struct number handler_names[] = {{"DFL", (long)SIG_DFL},
                                              {"IGN", (long)SIG_IGN},
                                              {"ERR", (long)SIG_ERR},
                                              {"HOLD", (long)SIG_HOLD},
                                              HANDLERS(NAME_HANDLER)};
static const struct number info_handler_names[] = {HANDLERS(NAME_INFO_HANDLER)};

static inline long handler_of(const char *word, unsigned long flags)
{
    const struct number *const plain = find_in(handler_names, COUNT(handler_names), word);
    const struct number *const with_info =
        find_in(info_handler_names, COUNT(info_handler_names), word);
    require(plain != NULL, word);
    return (flags & SA_SIGINFO && with_info ? with_info : plain)->value;
}

static inline const char *handler_name(long handler)
{
    for (size_t i = 0; i < COUNT(handler_names); i++) {
        if (handler_names[i].value == handler)
            return handler_names[i].name;
    }
    for (size_t i = 0; i < COUNT(info_handler_names); i++) {
        if (info_handler_names[i].value == handler)
            return info_handler_names[i].name;
    }
    return handler == (long)0xa5a5a5a5a5a5a5a5 ? "untouched" : "foreign";
}

static const struct number flag_names[] = {
    {"0", 0},
    {"RESETHAND", (long)SA_RESETHAND},
    {"NODEFER", SA_NODEFER},
    {"RESTART", SA_RESTART},
    {"ONSTACK", SA_ONSTACK},
    {"SIGINFO", SA_SIGINFO},
    {"NOCLDSTOP", SA_NOCLDSTOP},
    {"UNSUPPORTED", 0x400}, /* SA_UNSUPPORTED: the kernel clears it */
};

static inline unsigned long flags_of(const char *word)
{
    char text[96];
    char *rest = text;
    unsigned long flags = 0;
    snprintf(text, sizeof text, "%s", word);
    for (char *name = strsep(&rest, "+"); name; name = strsep(&rest, "+"))
        flags |= (unsigned long)number_in(flag_names, COUNT(flag_names), name);
    return flags;
}

static inline void say_action(const char *label, long handler, unsigned long flags,
                              uint64_t mask, bool has_restorer)
{
    say("%s: %s flags %#lx mask %#llx%s\n", label, handler_name(handler), flags,
        (unsigned long long)mask, has_restorer ? " restorer" : "");
}

static inline void say_kernel_action(const char *label, const struct kernel_action *action)
{
    say_action(label, (long)action->handler, action->flags, action->mask,
               action->restorer != NULL);
}

static inline void say_disposition(int signal_number)
{
    struct sigaction action;
    memset(&action, 0xa5, sizeof action);
    expose();
    errno = NO_ERROR;
    const int result = sigaction(signal_number, NULL, &action);
    protect();
    if (result != 0)
        say_result("disposition", result);
    else
        say_action("disposition", (long)action.sa_handler, (unsigned)action.sa_flags,
                   first_signals(&action.sa_mask), action.sa_restorer != NULL);
}

/* Whether the default stands, as the program is told. */
static inline bool is_default(void)
{
    struct sigaction action;
    return absorbs() ||
           (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
}

static inline uint64_t pending_now(void)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return first_signals(&pending);
}

static inline void say_state(void)
{
    say_disposition(SIGPIPE);
    say_mask("mask");
    say("pending: %#llx\n", (unsigned long long)pending_now());
}

#endif
