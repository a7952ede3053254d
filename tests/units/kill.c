/* kill(2) and killpg(3): which SIGPIPEs get the mark (guard.h, SELF_KILL_MARK), and that in
   mode=ignore a guard window is open for them. */
#include "kill.h"

static int note_raise(int signal_number)
{
    return note(PROCESS, signal_number);
}

/* The last siginfo that the kernel got, how often it got one, and how often it got kill(2),
   which then succeeds if libc's call does. */
siginfo_t queued;
unsigned queues;
unsigned kills;

static bool note_sent(long number, const long *arguments, long *answer_to)
{
    if (number == SYS_rt_sigqueueinfo) {
        queues++;
        queued = *(const siginfo_t *)arguments[2];
        guard_stood = !is_ignored();
    }
    if (number != SYS_kill)
        return false;
    kills++;
    note((int)arguments[0], (int)arguments[1]);
    *answer_to = answer ? -EPERM : 0;
    return true;
}

static unsigned deaths(void)
{
    const unsigned count = kernel.deaths;
    kernel.deaths = 0;
    return count;
}

/* Whom kill(2) reaches: other processes, this process alone, or its group. */
enum reach { ELSEWHERE, SELF, OWN_GROUP };
static const struct {
    pid_t target;
    enum reach reach;
} targets[] = {{PROCESS, SELF},    {0, OWN_GROUP},      {-GROUP, OWN_GROUP}, {-1, ELSEWHERE},
               {OTHER, ELSEWHERE}, {-OTHER, ELSEWHERE}, {1, ELSEWHERE}};
enum { TARGETS = sizeof(targets) / sizeof(targets[0]) };

/* This process gets a marked signal. Its group gets an ordinary one, by the system call if it
   is fatal to this process; `target` is the argument of kill(2). */
static void try_target(int (*call)(pid_t, int), pid_t requested, pid_t target, enum reach reach)
{
    queues = kills = 0;
    to = sent = -77;
    guard_stood = false;
    if (reach == SELF) {
        CHECK(call(requested, SIGPIPE) == 0 && sent == -77 && queues == 1);
        CHECK(is_marked(&queued) && deaths() == 2); /* end_process() follows */
    } else {
        const bool own = reach == OWN_GROUP;
        errno = 0;
        CHECK(call(requested, SIGPIPE) == answer && to == (own ? target : requested));
        CHECK(sent == SIGPIPE && queues == 0 && kills == own && deaths() == (own && !answer));
        CHECK(errno == (own && answer ? EPERM : 0));
    }
    CHECK(guard_stood == (reach != ELSEWHERE) && is_ignored());
    CHECK(call(requested, SIGUSR1) == answer && to == requested && sent == SIGUSR1 &&
          !guard_stood);
    CHECK(deaths() == 0);
}

static void try_targets(int (*call)(pid_t, int), int sign)
{
    for (size_t i = 0; i < TARGETS; i++) {
        const pid_t requested = sign * targets[i].target;
        for (answer = 0; answer >= -1 && (sign > 0 || requested >= 0); answer--)
            try_target(call, requested, targets[i].target, targets[i].reach);
    }
}

/* A group's negative number is not taken for a process, which may be this one. */
static void check_refused(void)
{
    sent = -77;
    for (size_t i = 0; i < TARGETS; i++) {
        errno = 0;
        if (targets[i].target > 0)
            CHECK(killpg(-targets[i].target, SIGPIPE) == -1 && errno == EINVAL);
    }
    CHECK(sent == -77 && kernel.deaths == 0);
}

static void try_kills(void)
{
    start(MODE_IGNORE);
    kernel.instead = note_sent;
    has_next = true;
    next.kill = next.killpg = note;
    try_targets(kill, 1);
    try_targets(killpg, -1);
    check_refused();
}

/* The shim makes no system call that the app has not requested. */
static void check_passed_on(void)
{
    for (size_t i = 0; i < TARGETS; i++) {
        const unsigned calls = kernel.calls;
        answer = 0;
        CHECK(kill(targets[i].target, SIGPIPE) == 0 && to == targets[i].target);
        CHECK(kernel.calls == calls);
    }
}

/* In a sandbox the guard expects one such signal, since every group may be this process's. */
static bool expects(int (*call)(pid_t, int), pid_t target)
{
    self_kill_expected = false;
    CHECK(call(target, SIGPIPE) == answer && sent == SIGPIPE);
    return self_kill_expected;
}

static void check_expected(int (*call)(pid_t, int), int sign, bool alone)
{
    for (size_t i = 0; i < TARGETS; i++) {
        const pid_t target = targets[i].target;
        const bool may_be_own = target == PROCESS || target == 0 || target < -1;
        for (answer = 0; answer >= -1 && (sign > 0 || target <= 0); answer--)
            CHECK(expects(call, sign * target) == (alone && answer == 0 && may_be_own));
    }
}

static void try_sandbox(void)
{
    start(MODE_IGNORE);
    has_next = true;
    next.kill = next.killpg = note;
    sandboxed = true;
    check_passed_on();
    check_expected(kill, 1, true);
    check_expected(killpg, -1, true);
    answer = 0;
    self_kill_expected = false;
    CHECK(kill(PROCESS, SIGUSR1) == 0 && !self_kill_expected);
    /* A handler of the app's may get the signal. */
    app_kept_default = false;
    check_expected(kill, 1, false);
}

/* Without libc, and in a sandbox that began unseen, where the process id is unknown. */
static void try_sandbox_without_libc(void)
{
    start_process();
    sandboxed = true;
    kernel.instead = note_sent;
    CHECK(kill(PROCESS, SIGPIPE) == 0 && app_kept_default && guard_stands());
    const unsigned calls = kernel.calls;
    CHECK(expects(kill, PROCESS) && to == PROCESS && expects(killpg, GROUP) && to == -GROUP);
    CHECK(!expects(kill, OTHER) && kernel.calls == calls + 3);
    is_nobody = true;
    CHECK(!expects(kill, PROCESS) && expects(kill, 0));
    answer = -1;
    CHECK(!expects(kill, 0) && errno == EPERM);
}

static void try_off(void)
{
    start_process();
    options.off = true;
    has_next = true;
    next.kill = note;
    check_passed_on();
}

/* A blocked signal may meet the default when it is unblocked, so it is marked. The process has
   at most one pending. */
static void try_blocked(void)
{
    siginfo_t info;
    start(MODE_CATCH);
    has_next = true;
    next.kill = note;
    kernel.mask = sigpipe_bit;
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)note_raise};
    CHECK(kill(PROCESS, SIGPIPE) == 0 && pends_in(1));
    CHECK(take_pending(&info) && is_marked(&info) && !take_pending(&info));
    answer = 0;
    sent = 0;
    CHECK(kill(0, SIGPIPE) == 0 && sent == SIGPIPE && pends_in(1));
    CHECK(take_pending(&info) && is_marked(&info) && !take_pending(&info));
}

/* A handler of the app's gets an ordinary signal, in the thread that the kernel chooses. */
static void try_handler(void)
{
    start(MODE_CATCH);
    kernel.instead = note_sent;
    has_next = true;
    next.kill = note;
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)note_raise};
    answer = 0;
    for (pid_t target = 0; target <= PROCESS; target += PROCESS) {
        sent = 0;
        CHECK(kill(target, SIGPIPE) == 0 && to == target && sent == SIGPIPE);
        CHECK(queues == 0 && kills == 0 && !pends_in(0) && !pends_in(1));
    }
}

static void try_refused(void)
{
    start(MODE_CATCH);
    has_next = true;
    next.kill = note;
    answer = 5;
    kernel.instead = refuse;
    refusal = -EPERM;
    refused = SYS_rt_sigqueueinfo;
    CHECK(kill(PROCESS, SIGPIPE) == 5 && to == PROCESS && sent == SIGPIPE);
    refused = SYS_rt_sigaction;
    sent = 0;
    CHECK(kill(PROCESS, SIGPIPE) == 5 && sent == SIGPIPE);
    CHECK(!pends_in(0) && !pends_in(1) && kernel.deaths == 0);
}

/* The first process of a PID namespace, in its own group: -1 means all others there, too. */
static bool be_the_first(long number, const long *arguments, long *answer_to)
{
    if (number == SYS_rt_sigqueueinfo)
        queues += arguments[0] == 1;
    *answer_to = number == SYS_rt_sigqueueinfo ? 0 : 1;
    if (number == SYS_tgkill)
        *answer_to = arguments[0] == 1 && arguments[1] == 1 ? 0 : -ESRCH;
    return number == SYS_getpid || number == SYS_gettid || number == SYS_getpgid ||
           number == SYS_tgkill || number == SYS_rt_sigqueueinfo;
}

static void try_first_process(void)
{
    start(MODE_CATCH);
    has_next = true;
    next.kill = note;
    kernel.instead = be_the_first;
    CHECK(kill(1, SIGPIPE) == 0 && queues == 1 && sent == 0);
    const unsigned calls = kernel.calls;
    answer = 5;
    CHECK(kill(-1, SIGPIPE) == 5 && to == -1 && sent == SIGPIPE && kernel.calls == calls);
}

/* kill(2) takes the id of a thread for its process. */
enum { THREAD = PROCESS + 1 };

static bool be_a_thread(long number, const long *arguments, long *answer_to)
{
    *answer_to = THREAD;
    if (number == SYS_rt_sigqueueinfo) {
        CHECK(arguments[0] == THREAD && is_marked((const siginfo_t *)arguments[2]));
        queues++;
        *answer_to = 0;
        return true;
    }
    if (number == SYS_tgkill && arguments[1] == THREAD) {
        *answer_to = 0;
        return true;
    }
    return number == SYS_gettid;
}

static void try_thread(void)
{
    start(MODE_CATCH);
    has_next = true;
    next.kill = note;
    kernel.instead = be_a_thread;
    CHECK(kill(PROCESS, SIGPIPE) == 0 && queues == 1);
    CHECK(kill(THREAD, SIGPIPE) == 0 && queues == 2);
}

int main(void)
{
    in_child(try_kills);
    in_child(try_sandbox);
    in_child(try_sandbox_without_libc);
    in_child(try_off);
    in_child(try_blocked);
    in_child(try_handler);
    in_child(try_refused);
    in_child(try_first_process);
    in_child(try_thread);
    return 0;
}
