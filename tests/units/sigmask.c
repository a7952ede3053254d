/* The calls that change and report the mask: in mode=mask, where the kernel has SIGPIPE blocked
   and the app gets the mask that it has set itself (sigprocmask(2)), and in the other modes. */
#include "sigmask_parts.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* the old calls, too */

int __sigsuspend(const sigset_t *mask);

static void change_by_other_names(unsigned choice, uint64_t *app)
{
    const int set = choice & 1 ? 1 << (SIGPIPE - 1) | 1 : 2;
    CHECK((uint64_t)siggetmask() == *app);
    if (choice & 2)
        CHECK((uint64_t)sigblock(set) == *app);
    else
        CHECK((uint64_t)sigsetmask(set) == *app);
    *app = changed_mask(*app, choice & 2 ? SIG_BLOCK : SIG_SETMASK, (uint64_t)set);
    CHECK(sighold(choice & 4 ? SIGPIPE : SIGINT) == 0);
    *app |= signal_bit(choice & 4 ? SIGPIPE : SIGINT);
    CHECK((uint64_t)siggetmask() == *app);
    CHECK(sigrelse(choice & 8 ? SIGPIPE : SIGINT) == 0);
    *app &= ~signal_bit(choice & 8 ? SIGPIPE : SIGINT);
}

/* Every change from every state; in mode=mask the kernel's mask contains SIGPIPE as well. */
static void try_changes(void)
{
    static const int how[] = {SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK};
    const uint64_t sets[] = {0, sigpipe_bit, sigpipe_bit | 5, 2,
                             signal_bit(SIGHUP) | signal_bit(SIGSYS)};
    const uint64_t block = options.mode == MODE_MASK && app_kept_default ? sigpipe_bit : 0;
    uint64_t app = 0;
    for (unsigned i = 0; i < 15 * 15 * 16; i++) {
        const unsigned first = i % 15;
        const unsigned second = i / 15 % 15;
        change(how[first % 3], sets[first / 3], &app);
        CHECK(kernel.mask == (app | block));
        CHECK(hidden_mask_hides() == (block && !(app & sigpipe_bit)));
        change(how[second % 3], sets[second / 3], &app);
        change_by_other_names(i / 225, &app);
        CHECK(kernel.mask == (app | block));
    }
    change(SIG_SETMASK, 0, &app);
    CHECK(kernel.deaths == 0 && events == 0);
}

static void try_mask(void)
{
    start(MODE_MASK);
    CHECK(kernel.mask == sigpipe_bit && hidden_mask_is_on());
    try_changes();
}

static void try_after_choice(void)
{
    start(MODE_MASK);
    guard_note_choice();
    hidden_mask_leave();
    try_changes();
}

static void try_other_modes(void)
{
    start(MODE_IGNORE);
    CHECK(kernel.mask == 0 && !hidden_mask_is_on() && !hidden_mask_hides());
    CHECK(!hidden_mask_open() && !hidden_mask_drain());
    hidden_mask_close(false);
    hidden_mask_leave();
    try_changes();
}

static void try_started_blocked(void)
{
    uint64_t app = sigpipe_bit;
    start_blocking(MODE_MASK, sigpipe_bit);
    CHECK(!hidden_mask_hides());
    change(SIG_BLOCK, 2, &app);
    change(SIG_UNBLOCK, sigpipe_bit, &app);
    CHECK(hidden_mask_hides() && is_blocked());
}

static void try_started_ignored(void)
{
    start_process();
    kernel.action.handler = (uintptr_t)SIG_IGN;
    options.mode = MODE_MASK;
    guard_install();
    hidden_mask_start();
    CHECK(!hidden_mask_hides() && kernel.mask == 0);
}

/* mode=ignore: a sent signal must meet the guard when it is unblocked; the guard then stays. */
static void try_ignore(void)
{
    sigset_t set;
    sigset_t none;
    set_first_signals(&set, sigpipe_bit);
    set_first_signals(&none, 0);
    for (int i = 0; i < 4; i++) {
        const uint64_t app[] = {sigpipe_bit, 0};
        CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        send_signal_of(SI_USER, OTHER);
        CHECK(shows_pending());
        kernel.deaths = 0;
        if (i == 0)
            CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
        else if (i == 1)
            CHECK(sigprocmask(SIG_SETMASK, &none, NULL) == 0);
        else if (i == 2)
            CHECK(sigsuspend(&none) == -1 && errno == EINTR);
        else
            CHECK(__sigsuspend(&none) == -1 && errno == EINTR);
        CHECK(kernel.deaths == 1 && !pends_in(1) && kernel.mask == app[i < 2]);
        CHECK(guard_stands());
        CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    }
}

static void try_ignored(void)
{
    start(MODE_IGNORE);
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN);
    try_ignore();
}

/* mode=ignore: the shim makes no system call of its own before a block, nor in a sandbox. */
static void try_ignored_without_a_block(void)
{
    sigset_t set;
    start(MODE_IGNORE);
    set_first_signals(&set, sigpipe_bit | 1);
    const unsigned calls = kernel.calls;
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 && kernel.calls == calls + 1);
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN);
    sandboxed = true;
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && kernel.calls == calls + 2);
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && sigpipe_may_be_blocked);
}

/* libc's own calls, if it has them, get the app's arguments. */
int number_given;
int how_given;
uint64_t set_given;
bool guard_stood;

static int note_mask_call(int how, const sigset_t *set, sigset_t *old)
{
    how_given = how;
    set_given = set ? first_signals(set) : 0;
    return old ? 5 : 0;
}

static int note_number(int number)
{
    number_given = number;
    return 41;
}

static int note_nothing(void)
{
    number_given = -1;
    guard_stood = kernel.action.handler != (uintptr_t)SIG_IGN;
    return 42;
}

static int fill_pending(sigset_t *set)
{
    set_first_signals(set, sigpipe_bit | 1);
    return 0;
}

static int note_suspend(const sigset_t *mask)
{
    set_given = first_signals(mask);
    return 43;
}

static int note_suspend_too(const sigset_t *mask)
{
    set_given = first_signals(mask);
    return 44;
}

static void have_libc(void)
{
    has_next = true;
    next.sigprocmask = next.pthread_sigmask = note_mask_call;
    next.sigblock = next.sigsetmask = next.sighold = next.sigrelse = note_number;
    next.siggetmask = next.pause = note_nothing;
    next.sigpending = fill_pending;
    next.sigsuspend = note_suspend;
    next.__sigsuspend = note_suspend_too;
}

/* mode=mask: the BSD calls become sigprocmask, since libc's do not know the app's mask. */
static void check_bsd_translated(int (*call)(int), int how)
{
    how_given = -1;
    number_given = 0;
    CHECK(call(2) == -1 && how_given == how && set_given == 2);
    CHECK(number_given == 0);
}

static void try_bsd(int (*call)(int), int how)
{
    const int pipe_bit = 1 << (SIGPIPE - 1);
    sigpipe_may_be_blocked = false;
    CHECK(call(2) == 41 && number_given == 2 && !sigpipe_may_be_blocked);
    CHECK(call(pipe_bit) == 41 && number_given == pipe_bit && sigpipe_may_be_blocked);
    sigpipe_may_be_blocked = false; /* as at the start */
    options.mode = MODE_MASK;
    hidden_mask_start();
    check_bsd_translated(call, how);
    options.mode = MODE_FLAGS;
    CHECK(call(2) == 41 && number_given == 2);
    options.mode = MODE_CATCH;
}

static void try_passed(void)
{
    sigset_t set;
    sigset_t old;
    start(MODE_CATCH);
    have_libc();
    CHECK(siggetmask() == 42);
    CHECK(sighold(SIGINT) == 41 && number_given == SIGINT && sigrelse(SIGUSR1) == 41 &&
          number_given == SIGUSR1);
    CHECK(sighold(SIGPIPE) == 0 && how_given == SIG_BLOCK && set_given == sigpipe_bit);
    CHECK(sigrelse(SIGPIPE) == 0 && how_given == SIG_UNBLOCK && set_given == sigpipe_bit);
    CHECK(number_given == SIGUSR1);
    set_first_signals(&set, 6);
    CHECK(sigprocmask(SIG_SETMASK, &set, NULL) == 0 && set_given == 6);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, &old) == 5 && how_given == SIG_BLOCK);
    CHECK(sigsuspend(&set) == 43 && __sigsuspend(&set) == 44 && set_given == 6);
    CHECK(sigpending(&set) == 0 && first_signals(&set) == (sigpipe_bit | 1));
    try_bsd(sigblock, SIG_BLOCK);
    try_bsd(sigsetmask, SIG_SETMASK);
}

static void try_passed_in_mode_mask(void)
{
    sigset_t set;
    start(MODE_MASK);
    have_libc();
    CHECK(sigpending(&set) == 0 && first_signals(&set) == 1);
    number_given = 0;
    CHECK(siggetmask() == -1 && how_given == SIG_BLOCK && number_given == 0);
}

static void try_passed_in_mode_ignore(void)
{
    start(MODE_IGNORE);
    have_libc();
    CHECK(pause() == 42 && guard_stood && kernel.action.handler == (uintptr_t)SIG_IGN);
}

int main(void)
{
    in_child(try_mask);
    in_child(try_after_choice);
    in_child(try_other_modes);
    in_child(try_started_blocked);
    in_child(try_started_ignored);
    in_child(try_ignored);
    in_child(try_ignored_without_a_block);
    in_child(try_passed);
    in_child(try_passed_in_mode_mask);
    in_child(try_passed_in_mode_ignore);
    return 0;
}
