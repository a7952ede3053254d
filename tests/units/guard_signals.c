/* Which signals the guard takes for a broken write's, and what it does with them and with
 * others. */
#include "signal_parts.h"

#include "../../shim/base/default_action.h"

/* A complete siginfo decides. */
static void try_signals(void)
{
    install();
    for (int behind = 0; behind < 2; behind++) {
        interrupt(behind, -EPIPE, 0);
        break_write();
        CHECK(!died() && events == 0);
        send_signal_of(SI_TKILL, PROCESS);
        CHECK(died());
        send_signal_of(SI_QUEUE, PROCESS);
        CHECK(died());
        send_signal_of(SI_TIMER, PROCESS);
        CHECK(died());
        send_signal_of(SI_USER, OTHER);
        CHECK(died());
    }
    interrupt(true, 5, SIGPIPE);
    break_write();
    CHECK(!died());
    send_signal_of(SI_USER, OTHER);
    CHECK(died());
}

#if defined(__x86_64__)
/* kill(2) of itself as a raw system call, which is not marked. */
static void try_raw_kill(void)
{
    install();
    interrupt(true, 0, SIGPIPE);
    break_write();
    CHECK(died());
    interrupt(false, 0, SIGPIPE);
    break_write();
    CHECK(!died());
    interrupt(true, 0, SIGUSR1);
    break_write();
    CHECK(!died());
    interrupt(true, 1, SIGPIPE);
    break_write();
    CHECK(!died());
    interrupt(true, -EPIPE, SIGPIPE);
    break_write();
    CHECK(!died());
}

static bool dies_behind(uintptr_t site)
{
    interrupt(true, 0, SIGPIPE);
    call_site = site;
    break_write();
    return died();
}

/* libc's calls and the shim's are marked, so an unmarked signal after one of them is a broken
   write's. */
static void try_kill_by_name(void)
{
    const uintptr_t own = (uintptr_t)self_kill;
    install();
    next_own.start = 0x5000;
    next_own.size = 0x300;
    CHECK(dies_behind(0x4fff) && !dies_behind(0x5000));
    CHECK(!dies_behind(0x52ff) && dies_behind(0x5300));
    CHECK(dies_behind(own - 1) && !dies_behind(own) && !dies_behind(own + 16));
    CHECK(dies_behind(own + 4096));
    sandboxed = true; /* no signal is marked there */
    CHECK(dies_behind(0x5000) && dies_behind(own));
}
#else
static void try_raw_kill(void)
{
}

static void try_kill_by_name(void)
{
}
#endif

static bool says_broken_write(int code, int error, pid_t from)
{
    const siginfo_t info = info_of(code, error, from);
    return is_broken_write(&info);
}

/* The mark stays in the signal; the shim keeps no record of it. */
static void try_marked(void)
{
    install();
    interrupt(true, -EPIPE, 0);
    for (int i = 0; i < 2; i++) {
        queue_signal(1, info_of(SI_USER, SELF_KILL_MARK, PROCESS));
        CHECK(died());
        break_write();
        CHECK(!died());
    }
    CHECK(says_broken_write(SI_USER, 0, PROCESS));
    CHECK(says_broken_write(SI_USER, EPIPE, PROCESS)); /* means nothing to the shim */
    CHECK(!says_broken_write(SI_USER, SELF_KILL_MARK, PROCESS));
    CHECK(!says_broken_write(SI_USER, 0, OTHER));
    CHECK(!says_broken_write(SI_TKILL, 0, PROCESS));
}

static void own_handler(int signal_number)
{
    (void)signal_number;
}

/* Another thread sets a handler while the kernel holds SIG_DFL. */
static unsigned meanwhile;

static bool set_meanwhile(long number, const long *arguments, long *answer)
{
    (void)arguments, (void)answer;
    if (number == SYS_tgkill && meanwhile) {
        meanwhile--;
        kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)own_handler};
    }
    return false;
}

static void try_default_action(void)
{
    install();
    kernel.mask = sigpipe_bit | signal_bit(SIGUSR1);
    kernel.instead = set_meanwhile;
    for (unsigned times = 0; times < 4; times++) {
        meanwhile = times;
        kernel.deaths = 0;
        take_default_action();
        CHECK(kernel.deaths == 1 && meanwhile == 0 && guard_stands());
        CHECK(kernel.mask == (sigpipe_bit | signal_bit(SIGUSR1)));
    }
}

static void handler_of_app(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info, (void)context;
}

/* A handler of the app's that the kernel holds has called the guard: the signal is the app's.
   With handlers=override the guard handles it. */
static void try_chained(void)
{
    siginfo_t info = info_of(SI_TKILL, 0, PROCESS);
    const struct disposition app = {(uintptr_t)handler_of_app, SA_SIGINFO, 0};
    install();
    const struct kernel_sigaction guard = kernel.action;
    interrupt(true, -EPIPE, 0);
    kernel.action = kernel_sigaction_for(app);
    const struct kernel_sigaction installed = kernel.action;
    const unsigned calls = kernel.calls;
    guard_handler(SIGPIPE, &info, &kernel.context);
    CHECK(kernel.deaths == 0 && kernel.calls == calls + 1);
    CHECK(memcmp(&kernel.action, &installed, sizeof(installed)) == 0);
    options.handlers = HANDLERS_OVERRIDE;
    kernel.action = kernel_sigaction_for(disposition_to_kernel(app));
    const struct kernel_sigaction overridden = kernel.action;
    CHECK(overridden.handler != (uintptr_t)handler_of_app);
    guard_handler(SIGPIPE, &info, &kernel.context);
    CHECK(kernel.deaths == 1);
    CHECK(memcmp(&kernel.action, &overridden, sizeof(overridden)) == 0);
    kernel.deaths = 0;
    kernel.action = guard;
    guard_handler(SIGPIPE, &info, &kernel.context);
    CHECK(died());
}

/* If the kernel does not return the disposition, it does not count as a handler of the app's.
 */
static bool refuse_to_say(long number, const long *arguments, long *answer)
{
    *answer = -EPERM;
    return number == SYS_rt_sigaction && !arguments[1];
}

static void try_chained_unseen(void)
{
    siginfo_t info = info_of(SI_TKILL, 0, PROCESS);
    install();
    interrupt(true, -EPIPE, 0);
    kernel.instead = refuse_to_say;
    guard_handler(SIGPIPE, &info, &kernel.context);
    CHECK(kernel.deaths == 1);
}

static void try_events(void)
{
    install();
    matters = true;
    interrupt(true, -EPIPE, 0);
    break_write();
    CHECK(events == 1 && last.fd == 3 && strcmp(last.call, "raw") == 0);
    CHECK(last.written == 1 && last.context == &kernel.context);
    send_signal_of(SI_TKILL, PROCESS);
    CHECK(died() && events == 1);
}

/* In the modes that count, every signal counts, whoever sent it. */
static void try_runs(void)
{
    static const struct {
        unsigned mode;
        bool counted;
    } modes[] = {
        {MODE_CATCH, false}, {MODE_IGNORE, true}, {MODE_MASK, true}, {MODE_FLAGS, false}};
    install();
    interrupt(true, -EPIPE, 0);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const unsigned runs = sigpipe_counts.runs;
        options.mode = modes[i].mode;
        break_write();
        CHECK(sigpipe_counts.runs == runs + modes[i].counted);
        send_signal_of(SI_TKILL, PROCESS);
        CHECK(sigpipe_counts.runs == runs + 2 * modes[i].counted && died());
    }
}

int main(void)
{
    in_child(try_signals);
    in_child(try_raw_kill);
    in_child(try_kill_by_name);
    in_child(try_marked);
    in_child(try_default_action);
    in_child(try_chained);
    in_child(try_chained_unseen);
    in_child(try_events);
    in_child(try_runs);
    return 0;
}
