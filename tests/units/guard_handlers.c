/* SA_RESETHAND handlers and those of Go's, with and without another thread that intervenes. */
#include "signal_parts.h"

static void own_handler(int signal_number)
{
    (void)signal_number;
}

/* Calls of the SA_RESETHAND handler. */
unsigned handled;
bool leaves_one; /* pending, while the signal is blocked for the handler */

static void handle(int signal_number, siginfo_t *info, void *context)
{
    CHECK(signal_number == SIGPIPE && info->si_signo == SIGPIPE && context == &kernel.context);
    handled++;
    if (leaves_one)
        send_signal_of(SI_USER, OTHER);
}

static void restorer(void)
{
}

static void set_resethand(void)
{
    const struct disposition app = {
        (uintptr_t)handle, (int)SA_RESETHAND | SA_SIGINFO | SA_NODEFER, signal_bit(SIGUSR1)};
    kernel.action = kernel_sigaction_for(disposition_to_kernel(app));
    kernel.action.restorer = restorer;
}

/* What the kernel sets after it: SIG_DFL, with the same flags and mask. */
static bool is_spent(void)
{
    const struct disposition now =
        disposition_to_app(kernel_sigaction_disposition(&kernel.action));
    CHECK((now.flags & ~KERNEL_SA_RESTORER) == ((int)SA_RESETHAND | SA_SIGINFO | SA_NODEFER));
    CHECK(now.mask == signal_bit(SIGUSR1) && kernel.action.restorer == restorer);
    CHECK(kernel.action.handler != (uintptr_t)SIG_DFL);
    return now.handler == (uintptr_t)SIG_DFL;
}

static void try_resethand(void)
{
    install();
    options.mode = MODE_MASK;
    interrupt(true, -EPIPE, 0);
    for (unsigned i = 1; i <= 3; i++) {
        set_resethand();
        CHECK(!is_spent());
        break_write();
        CHECK(handled == i && is_spent() && sigpipe_counts.runs == 2 * i - 1);
        CHECK(sigpipe_counts.one_shots == i);
        break_write();
        CHECK(handled == i && is_spent() && sigpipe_counts.runs == 2 * i && kernel.deaths == 0);
    }
    set_resethand();
    send_signal_of(SI_TKILL, PROCESS); /* a handler gets every signal */
    CHECK(handled == 4 && kernel.deaths == 0);
    send_signal_of(SI_TKILL, PROCESS);
    CHECK(handled == 4 && kernel.deaths == 1);
}

/* A query returns the restorer, or none, as it was set. */
static void try_resethand_without_restorer(void)
{
    install();
    interrupt(true, -EPIPE, 0);
    set_resethand();
    kernel.action.restorer = NULL;
    kernel.action.flags &= ~(unsigned long)KERNEL_SA_RESTORER;
    break_write();
    CHECK(handled == 1 && kernel.action.restorer == NULL);
    CHECK((kernel.action.flags & KERNEL_SA_RESTORER) == 0);
    CHECK(kernel.action.handler != (uintptr_t)SIG_DFL);
}

/* Another thread sets a disposition between the guard's query and its change, and one more
   after that. */
unsigned question;
struct kernel_sigaction of_another;
struct kernel_sigaction newer[3];
unsigned newest;
unsigned sets;

static bool replace_meanwhile(long number, const long *arguments, long *answer)
{
    (void)answer;
    if (number == SYS_rt_sigaction && !arguments[1] && question) {
        question--;
        answer_call(number, arguments);
        kernel.action = of_another;
        *answer = 0;
        return true;
    }
    /* The first change is the guard's, which replaces what the other has set. */
    if (number == SYS_rt_sigaction && arguments[1] && newest && sets++)
        kernel.action = newer[--newest];
    return false;
}

static void try_resethand_of_two_threads(void)
{
    install();
    const struct kernel_sigaction guard = kernel.action;
    interrupt(true, -EPIPE, 0);
    kernel.instead = replace_meanwhile;
    matters = true;
    set_resethand();
    of_another = guard;
    question = 1;
    break_write();
    CHECK(handled == 0 && kernel.deaths == 0 && guard_stands() && events == 1);
    CHECK(kernel.action.restorer == guard.restorer);
    set_resethand();
    of_another = (struct kernel_sigaction){.handler = (uintptr_t)own_handler, .mask = 9};
    question = 1;
    break_write();
    CHECK(handled == 0 && kernel.deaths == 0);
    CHECK(kernel.action.handler == (uintptr_t)own_handler && kernel.action.mask == 9);
}

/* What is set while the shim puts back what it has replaced stays. */
static void try_newer_choices(void)
{
    install();
    interrupt(true, -EPIPE, 0);
    kernel.instead = replace_meanwhile;
    of_another = (struct kernel_sigaction){.handler = (uintptr_t)own_handler, .mask = 9};
    for (unsigned count = 0; count <= 3; count++) {
        for (unsigned i = 0; i < count; i++)
            newer[i] = (struct kernel_sigaction){.handler = 0x100 + i, .mask = i};
        set_resethand();
        newest = count;
        sets = 0;
        question = 1;
        break_write();
        const struct kernel_sigaction last_set = count ? newer[0] : of_another;
        CHECK(newest == 0 && handled == 0 && kernel.deaths == 0);
        CHECK(kernel.action.handler == last_set.handler && kernel.action.mask == last_set.mask);
    }
}

/* The kernel has blocked what the app's handler is to have blocked. With a log, the guard
   blocks what it would have blocked itself. */
static void check_mask_of_event(void)
{
    const bool logs = options.log != LOG_OFF;
    CHECK(events == 1 && kernel.deaths == 0 && kernel.mask == 0);
    CHECK(last_mask == (signal_bit(SIGUSR1) | (logs ? guard_mask : 0)));
    events = 0;
}

static void try_resethand_with_log(void)
{
    install();
    matters = true;
    for (unsigned log = LOG_OFF; log <= LOG_FILE; log++) {
        options.log = log;
        kernel.instead = replace_meanwhile;
        set_resethand();
        of_another = kernel.action;
        of_another.handler = handler_stub(START_STUB);
        interrupt(true, -EPIPE, 0);
        question = 1;
        break_write();
        check_mask_of_event();
#if defined(__x86_64__)
        set_resethand();
        interrupt(false, 0, 0);
        kernel.context.uc_mcontext.gregs[REG_RIP] = (greg_t)kernel.action.handler;
        break_write();
        check_mask_of_event();
#endif
    }
    CHECK(handled == 0);
}

static void try_resethand_in_sandbox(void)
{
    install();
    interrupt(true, -EPIPE, 0);
    set_resethand();
    sandboxed = matters = true;
    const unsigned calls = kernel.calls;
    break_write();
    CHECK(handled == 1 && events == 0);
    break_write();
    CHECK(handled == 1 && events == 1 && kernel.deaths == 0 && kernel.calls == calls);
    options.log = LOG_FILE;
    events = 0;
    break_write();
    CHECK(handled == 1 && kernel.calls == calls + 2);
    check_mask_of_event();
}

#if defined(__x86_64__)
/* Two signals at once: the second is delivered before the first one's handler has begun, as the
   program counter shows. It takes the default action, and the handler runs for the first. */
static void try_two_at_once(void)
{
    install();
    matters = true;
    for (int in_sandbox = 0; in_sandbox < 2; in_sandbox++) {
        sandboxed = in_sandbox;
        events = handled = 0;
        set_resethand();
        const struct kernel_sigaction set = kernel.action;
        interrupt(false, 0, 0);
        kernel.context.uc_mcontext.gregs[REG_RIP] = (greg_t)set.handler;
        break_write();
        CHECK(events == 1 && handled == 0 && kernel.deaths == 0);
        send_signal_of(SI_TKILL, PROCESS);
        CHECK(events == 1 && handled == 0 && kernel.deaths == 1);
        CHECK(memcmp(&kernel.action, &set, sizeof(set)) == 0);
        kernel.deaths = 0;
        interrupt(true, -EPIPE, 0);
        break_write();
        CHECK(events == 1 && handled == 1 && kernel.deaths == 0);
    }
}
#else
static void try_two_at_once(void)
{
}
#endif

/* mode=ignore: SIG_IGN would discard a second signal that is pending, or that the handler
   leaves pending. */
static void try_two_pending(void)
{
    options.mode = MODE_IGNORE;
    install();
    interrupt(true, -EPIPE, 0);
    set_resethand();
    break_write();
    CHECK(handled == 1 && is_spent() && kernel.action.handler != (uintptr_t)SIG_IGN);
    set_resethand();
    kernel.action.flags &= ~(unsigned long)SA_NODEFER;
    leaves_one = true;
    break_write();
    CHECK(handled == 2 && kernel.deaths == 1 && !pends_in(1));
    leaves_one = false;
    set_resethand();
    kernel.mask = sigpipe_bit;
    guard_note_blocked();
    break_write();
    send_signal_of(SI_USER, OTHER);
    CHECK(pends_in(0) && pends_in(1) && handled == 2);
    kernel.mask = 0;
    let_through();
    CHECK(handled == 3 && kernel.deaths == 2 && is_spent());
    CHECK(kernel.action.handler != (uintptr_t)SIG_IGN);
}

/* Go's handler sets SIG_DFL and sends the signal to its own thread. */
static ucontext_t inner;
static siginfo_t passed = {.si_signo = SIGPIPE, .si_code = SI_TKILL};
static bool expected_to_pass;

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    CHECK(signal_number == SIGPIPE && info && context == &kernel.context);
    handled++;
    CHECK(go_is_forwarding() == expected_to_pass);
    if (!expected_to_pass)
        return;
    passed.si_pid = PROCESS;
    guard_handler(SIGPIPE, &passed, &inner);
    CHECK(events == handled && last.context == &kernel.context && kernel.deaths == 0);
    passed.si_pid = OTHER;
    guard_handler(SIGPIPE, &passed, &inner);
    CHECK(kernel.deaths == 1);
    passed.si_pid = PROCESS;
    passed.si_code = SI_QUEUE;
    guard_handler(SIGPIPE, &passed, &inner);
    CHECK(kernel.deaths == 2);
    passed.si_code = SI_TKILL;
    kernel.deaths = 0;
}

static void pass_again(int signal_number, siginfo_t *info, void *context)
{
    siginfo_t sent = *info;
    CHECK(go_is_forwarding());
    sent.si_code = SI_QUEUE;
    expected_to_pass = false;
    go_forwarding((uintptr_t)pass_on, signal_number, &sent, context);
    CHECK(go_is_forwarding());
}

/* handlers=override: the same stubs stand for handlers that never run. */
static void try_overridden(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = SI_USER};
    info.si_pid = PROCESS;
    install();
    matters = true;
    options.handlers = HANDLERS_OVERRIDE;
    interrupt(true, -EPIPE, 0);
    set_resethand();
    break_write();
    CHECK(handled == 0 && events == 1);
    go_forwarding((uintptr_t)pass_on, SIGPIPE, &info, &kernel.context);
    CHECK(handled == 0 && events == 2 && kernel.deaths == 0 && !go_is_forwarding());
    info.si_pid = OTHER;
    go_forwarding((uintptr_t)pass_on, SIGPIPE, &info, &kernel.context);
    CHECK(handled == 0 && kernel.deaths == 1);
}

static void try_go_forwarding(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = SI_USER};
    info.si_pid = PROCESS;
    install();
    matters = true;
    interrupt(true, -EPIPE, 0);
    expected_to_pass = true;
    CHECK(!go_is_forwarding());
    go_forwarding((uintptr_t)pass_on, SIGPIPE, &info, &kernel.context);
    CHECK(handled == 1 && !go_is_forwarding());
    go_forwarding((uintptr_t)pass_again, SIGPIPE, &info, &kernel.context);
    CHECK(handled == 2 && !go_is_forwarding());
    /* After the handler the guard works as before. */
    guard_handler(SIGPIPE, &passed, &kernel.context);
    CHECK(died());
}

int main(void)
{
    in_child(try_resethand);
    in_child(try_resethand_without_restorer);
    in_child(try_resethand_of_two_threads);
    in_child(try_newer_choices);
    in_child(try_resethand_with_log);
    in_child(try_resethand_in_sandbox);
    in_child(try_two_at_once);
    in_child(try_two_pending);
    in_child(try_go_forwarding);
    in_child(try_overridden);
    return 0;
}
