/*
 * mode=mask: signals that are pending while the kernel has SIGPIPE blocked are recognized, and
 * an app that sets a disposition gets its own mask back.
 */
#include "sigmask_parts.h"

/* The signal of a broken write is drained unless the app blocks it. */
static void try_broken_writes(void)
{
    uint64_t app = 0;
    start(MODE_MASK);
    CHECK(!hidden_mask_drain());
    break_write();
    CHECK(!shows_pending() && hidden_mask_drain() && !pends_in(0) && !hidden_mask_drain());
    change(SIG_BLOCK, sigpipe_bit, &app);
    break_write();
    CHECK(shows_pending() && !hidden_mask_drain() && shows_pending());
    change(SIG_UNBLOCK, sigpipe_bit, &app);
    CHECK(!pends_in(0) && kernel.deaths == 0 && is_blocked());
}

/* A signal that no interposer has seen is found later, and reported. */
static void check_unseen(unsigned count)
{
    CHECK(events == (matters ? count : 0) && !pends_in(0) && kernel.deaths == 0);
    if (events)
        CHECK(last.fd == -1 && strcmp(last.call, "unknown") == 0 && !last.context &&
              last_mask == (guard_mask | sigpipe_bit));
}

static void try_unseen(void)
{
    uint64_t app = 0;
    sigset_t others;
    set_first_signals(&others, 2);
    start(MODE_MASK);
    for (int round = 0; round < 2; round++) {
        matters = round;
        options.log = round ? LOG_FILE : LOG_OFF;
        break_write();
        const bool opened = hidden_mask_open();
        CHECK(opened && kernel.mask == 0);
        check_unseen(1);
        hidden_mask_close(opened);
        CHECK(kernel.mask == sigpipe_bit);
        break_write();
        change(SIG_BLOCK, sigpipe_bit, &app);
        check_unseen(2);
        change(SIG_SETMASK, 0, &app);
        break_write();
        CHECK(sigprocmask(SIG_BLOCK, &others, NULL) == 0); /* does not contain SIGPIPE */
        CHECK(pends_in(0) && hidden_mask_drain());
        app = first_signals(&others);
        change(SIG_SETMASK, 0, &app);
    }
}

/* A signal that somebody sent takes the default action when it is drained. */
static void try_sent(void)
{
    start(MODE_MASK);
    send_signal_of(SI_USER, OTHER);
    CHECK(kernel.deaths == 0 && !hidden_mask_drain() && kernel.deaths == 1);
    CHECK(is_blocked() && hidden_mask_hides());
    send_signal_of(SI_USER, OTHER);
    break_write();
    CHECK(hidden_mask_drain() && kernel.deaths == 2 && !pends_in(0) && !pends_in(1));
    siginfo_t marked = {.si_signo = SIGPIPE, .si_errno = SELF_KILL_MARK, .si_code = SI_USER};
    marked.si_pid = PROCESS;
    queue_signal(1, marked);
    CHECK(!hidden_mask_drain() && kernel.deaths == 3);
    send_signal_of(SI_TKILL, PROCESS);
    CHECK(!hidden_mask_drain() && kernel.deaths == 4);
}

unsigned handled;

static void handle(int signal_number)
{
    handled += signal_number == SIGPIPE;
}

static void set_handler(void)
{
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)handle};
    guard_note_choice();
}

/* A handler of the app's must get its signals: the thread gets its own mask back. */
static void try_choice(void)
{
    uint64_t app = 0;
    start(MODE_MASK);
    break_write();
    set_handler();
    CHECK(hidden_mask_hides() && !hidden_mask_drain());
    CHECK(handled == 1 && kernel.mask == 0 && !hidden_mask_hides() && !hidden_mask_drain());
    change(SIG_BLOCK, sigpipe_bit, &app);
    change(SIG_UNBLOCK, sigpipe_bit, &app);
    CHECK(kernel.mask == 0);
    CHECK(!hidden_mask_open());
    kernel.mask = sigpipe_bit;
    hidden_mask_close(true);
    hidden_mask_leave();
    CHECK(kernel.mask == sigpipe_bit);
}

static void try_choice_before(void)
{
    start(MODE_MASK);
    set_handler();
    CHECK(!hidden_mask_open() && kernel.mask == 0 && !hidden_mask_hides());
}

static void try_choice_while_open(void)
{
    uint64_t app = 0;
    start(MODE_MASK);
    const bool opened = hidden_mask_open();
    CHECK(opened);
    set_handler();
    hidden_mask_close(opened);
    CHECK(kernel.mask == 0);
    kernel.mask = sigpipe_bit;
    change(SIG_BLOCK, 2, &app);
    CHECK(kernel.mask == 2);
}

/* In a sandbox the shim makes no system call that the app would not have made. */
static void try_sandbox(void)
{
    uint64_t app = 0;
    sigset_t old;
    start(MODE_MASK);
    sandboxed = matters = true;
    const unsigned calls = kernel.calls;
    break_write();
    CHECK(hidden_mask_hides() && hidden_mask_drain() && pends_in(0));
    CHECK(!hidden_mask_open());
    hidden_mask_close(false);
    guard_note_choice();
    hidden_mask_leave();
    CHECK(kernel.calls == calls && hidden_mask_hides());
    app_kept_default = true;
    CHECK(sigprocmask(SIG_BLOCK, NULL, &old) == 0 && first_signals(&old) == 0);
    CHECK(kernel.calls == calls + 1);
    set_first_signals(&old, sigpipe_bit);
    CHECK(sigprocmask(SIG_UNBLOCK, &old, NULL) == 0 && kernel.calls == calls + 2);
    CHECK(kernel.mask == 0 && !hidden_mask_hides());
    change(SIG_BLOCK, 2 | sigpipe_bit, &app);
    CHECK(events == 1 && pends_in(0) == false); /* the one that was delivered */
    break_write();
    CHECK(!hidden_mask_drain() && shows_pending() && events == 1);
}

/* A vfork child has a mask of its own in its parent's memory. */
static void try_vfork(void)
{
    uint64_t app = 0;
    uint64_t of_child = 0;
    start(MODE_MASK);
    for (int i = 0; i < 2; i++) {
        vfork_child = OTHER + i;
        CHECK(hidden_mask_hides());
        of_child = 0;
        change(SIG_BLOCK, sigpipe_bit, &of_child);
        CHECK(!hidden_mask_hides());
        vfork_child = 0;
        CHECK(hidden_mask_hides());
        kernel.mask = sigpipe_bit;
        change(SIG_BLOCK, 2, &app);
        change(SIG_SETMASK, 0, &app);
    }
    hidden_mask_show();
    vfork_child = OTHER + 2;
    CHECK(!hidden_mask_hides());
}

/* What a child blocks itself stays blocked, and its own child inherits that. */
static void try_child_of_child(void)
{
    uint64_t of_child = 0;
    start(MODE_MASK);
    kernel.parent = PROCESS;
    vfork_child = OTHER;
    change(SIG_BLOCK, sigpipe_bit, &of_child);
    break_write();
    CHECK(!hidden_mask_drain() && pends_in(0));
    vfork_child = OTHER + 1;
    kernel.parent = OTHER;
    CHECK(!hidden_mask_hides() && !hidden_mask_drain() && pends_in(0));
    vfork_child = OTHER + 2; /* a child of the thread itself */
    kernel.parent = PROCESS;
    CHECK(hidden_mask_hides() && hidden_mask_drain() && !pends_in(0));
    vfork_child = OTHER + 3;
    kernel.parent = OTHER + 2;
    CHECK(hidden_mask_hides());
    vfork_child = 0;
    CHECK(hidden_mask_hides());
}

/* A child of libc's fork has the mask of the thread that called fork, which may be a vfork
   child that libc takes for its parent. */
static void check_forked(pid_t parent, bool hides)
{
    kernel.parent = parent;
    hidden_mask_forked();
    CHECK(hidden_mask_hides() == hides);
}

static void try_forked(void)
{
    uint64_t of_child = 0;
    start(MODE_MASK);
    vfork_child = OTHER;
    kernel.parent = PROCESS;
    change(SIG_BLOCK, sigpipe_bit, &of_child);
    vfork_child = 0;
    check_forked(PROCESS, true);
    const unsigned calls = kernel.calls;
    sandboxed = true;
    check_forked(OTHER, true);
    sandboxed = false;
    options.mode = MODE_CATCH;
    check_forked(OTHER, false);
    CHECK(kernel.calls == calls);
    options.mode = MODE_MASK;
    CHECK(hidden_mask_hides());
    check_forked(OTHER, false);
}

int main(void)
{
    in_child(try_broken_writes);
    in_child(try_unseen);
    in_child(try_sent);
    in_child(try_choice);
    in_child(try_choice_before);
    in_child(try_choice_while_open);
    in_child(try_sandbox);
    in_child(try_vfork);
    in_child(try_child_of_child);
    in_child(try_forked);
    return 0;
}
