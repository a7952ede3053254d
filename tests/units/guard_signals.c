/* Which signals the guard takes for a broken write's, and what it does about either kind. */
#include "signal_parts.h"

static void try_signals(void)
{
    install();
    interrupt(true, -EPIPE, 0);
    break_write();
    CHECK(!died() && events == 0 && noted == 0);
    send_signal_of(SI_TKILL, PROCESS);
    CHECK(died());
    send_signal_of(SI_QUEUE, PROCESS);
    CHECK(died());
    send_signal_of(SI_TIMER, PROCESS);
    CHECK(died());
    send_signal_of(SI_USER, OTHER);
    CHECK(died());
    interrupt(true, 5, SIGPIPE);
    break_write();
    CHECK(!died());
    interrupt(false, 0, SIGPIPE);
    break_write();
    CHECK(!died());
    interrupt(true, 0, SIGUSR1);
    break_write();
    CHECK(!died());
#if defined(__x86_64__)
    interrupt(true, 0, SIGPIPE); /* kill(2), made as a raw system call */
    break_write();
    CHECK(died());
#endif
}

/* Another process's signal, at a moment when its id is what a stale memory has for this one's,
   is not taken for a broken write's. */
static void try_sent(void)
{
    install();
    for (int i = 0; i < 2; i++) {
        interrupt(i, -EPIPE, 0);
        guard_expect_sent();
        send_signal_of(SI_USER, OTHER);
        CHECK(died());
        break_write();
        CHECK(died());
        break_write();
        CHECK(!died());
        guard_expect_sent();
        guard_forget_sent();
        break_write();
        CHECK(!died());
    }
#if defined(__x86_64__)
    guard_expect_sent();
    interrupt(true, 0, SIGPIPE);
    break_write();
    CHECK(died());
    break_write();
    CHECK(died());
    interrupt(true, -EPIPE, SIGPIPE);
    break_write();
    CHECK(!died());
#endif
}

static void try_consumed(void)
{
    install();
    CHECK(!guard_signal_is_pending());
    guard_forget_consumed();
    CHECK(kernel.calls == 3);
    guard_expect_sent();
    guard_forget_consumed();
    break_write();
    CHECK(!died());
    guard_expect_sent();
    kernel.mask = sigpipe_bit;
    send_signal_of(SI_USER, PROCESS);
    CHECK(guard_signal_is_pending());
    guard_forget_consumed();
    kernel.mask = 0;
    let_through();
    CHECK(died());
    guard_expect_sent();
    sandboxed = true;
    const unsigned calls = kernel.calls;
    guard_forget_consumed();
    CHECK(kernel.calls == calls);
    break_write();
    CHECK(died());
}

static void own_handler(int signal_number)
{
    (void)signal_number;
}

/* Another thread sets a handler in the moment in which the default stands. */
static unsigned meanwhile;

static bool set_meanwhile(long number, const long *arguments, long *answer)
{
    (void)arguments, (void)answer;
    if (number == SYS_tgkill && meanwhile) {
        meanwhile--;
        kernel.action = (struct kernel_action){.handler = (uintptr_t)own_handler};
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
        guard_take_default_action();
        CHECK(kernel.deaths == 1 && meanwhile == 0 && guard_stands());
        CHECK(kernel.mask == (sigpipe_bit | signal_bit(SIGUSR1)));
    }
}

static void try_events(void)
{
    install();
    matters = true;
    interrupt(true, -EPIPE, 0);
    break_write();
    CHECK(events == 1 && noted == 1 && last.fd == 3 && strcmp(last.call, "raw") == 0);
    CHECK(last.written == 1 && last.context == &kernel.context);
    inside = (struct inside){.call = "writev", .fd = 9, .asked = {ASKED_PARTS, &last, 4}};
    break_write();
    CHECK(events == 2 && last.fd == 9 && last.call == inside.call && last.written == 77);
    CHECK(last.asked.form == ASKED_PARTS && last.asked.data == &last && last.asked.count == 4);
    send_signal_of(SI_TKILL, PROCESS);
    CHECK(died() && events == 2 && noted == 2);
}

int main(void)
{
    in_child(try_signals);
    in_child(try_sent);
    in_child(try_consumed);
    in_child(try_default_action);
    in_child(try_events);
    return 0;
}
