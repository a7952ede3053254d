/*
 * What children leave behind in their parent, and what programs start with. A program that is
 * started is this one again, which then prints its own state (argument `state`).
 *
 * Broken writes stand here against the default action: see transcript_survival.c for `oracle`.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "transcript_calls.h"

extern char **environ;
static char program[4096];
static char *state_arguments[] = {program, (char[]){"state"}, NULL};
static char *quiet_arguments[] = {program, (char[]){"quiet"}, NULL};
static char **next_arguments = state_arguments;

static void protected_default(void)
{
    if (is_oracle)
        signal(SIGPIPE, SIG_IGN);
}

static void say_state(void)
{
    say_disposition();
    say_mask();
    say_pending();
}

/* What the children do, sharing the parent's memory. */
static void do_ignore(void)
{
    signal(SIGPIPE, SIG_IGN);
}

static void do_default(void)
{
    signal(SIGPIPE, SIG_DFL);
}

static void do_handle(void)
{
    signal(SIGPIPE, on_signal);
}

static void do_one_shot(void)
{
    set_info_action((int)SA_RESETHAND, 0);
}

static void do_unblock(void)
{
    unblock_sigpipe();
}

static void do_break(void)
{
    set_info_action(0, 0);
    broken_write();
    broken_send();
}

/* As init programs do: each signal back to its default. */
static void do_reset_all(void)
{
    for (int i = 1; i < NSIG; i++) {
        const struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(i, &action, NULL);
    }
    const sigset_t none = set_of(0);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void (*const deeds[])(void) = {do_ignore,     do_default, do_handle, do_one_shot,
                                      block_sigpipe, do_unblock, do_break,  do_reset_all};

static void start_vforked(void (*deed)(void), bool executes)
{
    const pid_t child = vfork();
    if (child == 0) {
        deed(); // NOLINT(clang-analyzer-unix.Vfork): the case is this
        if (executes)
            execv(program, next_arguments);
        _exit(7);
    }
    say_end("child", end_of(child));
    errno = 0;
}

/* The parent's own state must be as it was: what it is told, and what happens to it. */
static void check_parent(bool may_break)
{
    say_state();
    if (may_break) {
        broken_send();
        say_pending();
    }
}

static void vfork_in(void (*stand)(void), bool may_break)
{
    for (int executes = 0; executes < 2; executes++) {
        for (size_t i = 0; i < COUNT(deeds); i++) {
            stand();
            say("  deed %zu\n", i);
            start_vforked(deeds[i], executes);
            check_parent(may_break);
        }
    }
}

static void vfork_default(void)
{
    vfork_in(do_default, false);
}

static void vfork_ignored(void)
{
    vfork_in(do_ignore, true);
}

static void vfork_handled(void)
{
    vfork_in(do_handle, true);
}

static void vfork_one_shot(void)
{
    vfork_in(do_one_shot, true);
}

static void vfork_blocked(void)
{
    vfork_in(block_sigpipe, true);
}

/* What the next program starts with, by every way to start it. */
static void spawn_with(short flags, int in_default, int in_mask)
{
    posix_spawnattr_t attributes;
    sigset_t set = set_of(in_default);
    pid_t child;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &set);
    set = set_of(in_mask);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_setflags(&attributes, flags);
    say("  posix_spawn: flags %#x default %d mask %d\n", (unsigned)flags, in_default, in_mask);
    const int error = posix_spawn(&child, program, NULL, &attributes, next_arguments, environ);
    require(error == 0, "posix_spawn");
    say_end("child", end_of(child));
    errno = 0;
}

static void start_forked(void)
{
    const pid_t child = fork();
    if (child == 0) {
        execl(program, program, "state", NULL);
        _exit(99);
    }
    say_end("child", end_of(child));
    errno = 0;
}

static void start_each_way(void)
{
    char command[sizeof program + 8];
    snprintf(command, sizeof command, "'%s' state", program);
    start_forked();
    spawn_with(0, 0, 0);
    spawn_with(POSIX_SPAWN_SETSIGDEF, SIGPIPE, 0);
    spawn_with(POSIX_SPAWN_SETSIGDEF, SIGUSR1, 0);
    spawn_with(POSIX_SPAWN_SETSIGMASK, 0, SIGPIPE);
    spawn_with(POSIX_SPAWN_SETSIGMASK, 0, 0);
    spawn_with(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, SIGPIPE, SIGPIPE);
    say("  system: %d\n", system(command));
    FILE *output = popen(command, "w");
    require(output != NULL, "popen");
    say("  pclose: %d\n", pclose(output));
    say_state();
}

static void start_untouched(void)
{
    start_each_way();
}

static void start_default(void)
{
    do_default();
    start_each_way();
}

static void start_ignored(void)
{
    do_ignore();
    start_each_way();
}

static void start_handled(void)
{
    do_handle();
    start_each_way();
}

static void start_blocked(void)
{
    block_sigpipe();
    raise(SIGPIPE); /* pending signals outlive execve(2), not fork(2) */
    start_each_way();
}

/* A vfork child restricts itself alone, though it shares the memory. */
static void start_beside_restricted(void)
{
    const pid_t child = vfork();
    if (child == 0) {
        // NOLINTNEXTLINE(clang-analyzer-unix.Vfork): the case is this
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        execv(program, quiet_arguments);
        _exit(99);
    }
    say_end("child", end_of(child));
    start_each_way();
    kill(getpid(), SIGPIPE);
}

static void pending_through_exec(void)
{
    block_sigpipe();
    raise(SIGPIPE);
    execv(program, state_arguments);
}

/* For its own section: a broken write under the default, after each deed of a child. */
static void survive_vfork(void)
{
    next_arguments = quiet_arguments;
    for (int executes = 0; executes < 2; executes++) {
        for (size_t i = 0; i < COUNT(deeds); i++) {
            do_default();
            protected_default();
            start_vforked(deeds[i], executes);
            broken_write();
            broken_send();
        }
    }
}

static void survive_spawn(void)
{
    next_arguments = quiet_arguments;
    do_default();
    protected_default();
    spawn_with(0, 0, 0);
    broken_write();
    spawn_with(POSIX_SPAWN_SETSIGDEF, SIGPIPE, 0);
    broken_write();
    broken_send();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(vfork_default),  CASE(vfork_ignored),        CASE(vfork_handled),
        CASE(vfork_one_shot), CASE(vfork_blocked),        CASE(start_untouched),
        CASE(start_default),  CASE(start_ignored),        CASE(start_handled),
        CASE(start_blocked),  CASE(pending_through_exec), CASE(start_beside_restricted)};
    static const struct test_case survival[] = {CASE(survive_vfork), CASE(survive_spawn)};
    require(readlink("/proc/self/exe", program, sizeof program - 1) > 0, "readlink");
    if (argc > 1 && strcmp(argv[1], "state") == 0) {
        say_state();
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "quiet") == 0)
        return 0;
    if (argc > 1)
        return run_cases(argc, argv, survival, COUNT(survival));
    return run_cases(argc, argv, cases, COUNT(cases));
}
