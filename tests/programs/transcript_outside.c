/* SIGPIPEs that another process sends, and what they find the host doing. */
#include <poll.h>

#include "transcript_calls.h"

static int ready[2];
static volatile sig_atomic_t stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

/* What the target does while the signal comes. */
static int in_pause(void)
{
    return pause();
}

static int in_sigsuspend(void)
{
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return sigsuspend(&mask);
}

static int in_sigsuspend_open(void)
{
    const sigset_t mask = set_of(0);
    return sigsuspend(&mask);
}

static int in_read(void)
{
    int ends[2];
    char byte;
    require(pipe(ends) == 0, "pipe");
    return (int)read(ends[0], &byte, 1);
}

static int in_write(void)
{
    static char data[1 << 20];
    int ends[2];
    require(pipe(ends) == 0, "pipe");
    return (int)write(ends[1], data, sizeof data) > 0; /* in part: the pipe's capacity */
}

static int in_ppoll(void)
{
    const sigset_t mask = set_of(SIGUSR2);
    return ppoll(NULL, 0, NULL, &mask);
}

static int in_waitpid(void)
{
    const pid_t child = fork_bound();
    if (child == 0) {
        for (;;)
            pause();
    }
    const int result = waitpid(child, NULL, 0);
    const int error = errno;
    kill(child, SIGKILL);
    errno = error;
    return result;
}

static int in_busy_loop(void)
{
    while (!stop)
        ;
    return 0;
}

static void *suspend_in_thread(void *nothing)
{
    const sigset_t mask = set_of(0);
    while (!stop)
        sigsuspend(&mask);
    return nothing;
}

/* The signals must go to the one thread that does not block them. */
static int in_another_thread(void)
{
    pthread_t thread;
    sigset_t set = set_of(SIGPIPE);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, suspend_in_thread, NULL);
    pthread_join(thread, NULL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return 0;
}

static const struct {
    const char *name;
    int (*wait)(void);
    bool sleeps;
} waits[] = {
    {"pause", in_pause, true},
    {"sigsuspend", in_sigsuspend, true},
    {"sigsuspend with nothing blocked", in_sigsuspend_open, true},
    {"read", in_read, true},
    {"write", in_write, true},
    {"ppoll", in_ppoll, true},
    {"waitpid", in_waitpid, true},
    {"busy loop", in_busy_loop, false},
    {"another thread", in_another_thread, true},
};

static void be_target(size_t which)
{
    const struct sigaction on_usr1 = {.sa_handler = on_stop};
    require(sigaction(SIGUSR1, &on_usr1, NULL) == 0, "sigaction");
    errno = 0;
    require(write(ready[1], "r", 1) == 1, "write");
    say_result(waits[which].name, waits[which].wait());
    say_pending();
    unblock_sigpipe();
    say_mask();
    say_disposition();
    _exit(0);
}

/* A target that was seen asleep may have been so on its way to its wait (in a fork, on a lock),
   and have had both signals before it: SIGUSR1 comes again until it ends. */
static int end_insisted_on(pid_t target)
{
    int status = 0;
    while (waitpid(target, &status, WNOHANG) == 0) {
        poll(NULL, 0, 50);
        kill(target, SIGUSR1);
    }
    return status;
}

/* Then SIGUSR1 ends the wait of a target that SIGPIPE did not end. It has the lower number, so
   it comes no later than a SIGPIPE that is pending with it. */
static void aim(void (*stand)(void))
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        char byte;
        require(pipe(ready) == 0, "pipe");
        const pid_t target = fork_bound();
        if (target == 0) {
            stand();
            be_target(i);
        }
        require(read(ready[0], &byte, 1) == 1, "read");
        if (waits[i].sleeps)
            await_sleep(target);
        kill(target, SIGPIPE);
        kill(target, SIGUSR1);
        say_end(waits[i].name, end_insisted_on(target));
        close(ready[0]);
        close(ready[1]);
    }
}

static void stand_default(void)
{
    signal(SIGPIPE, SIG_DFL);
}

static void stand_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
}

static void stand_handled(void)
{
    set_info_action(0, SIGUSR1);
}

static void stand_restarting(void)
{
    set_info_action(SA_RESTART, SIGUSR1);
}

static void stand_one_shot(void)
{
    set_info_action((int)SA_RESETHAND, SIGUSR1);
}

static void stand_blocked(void)
{
    block_sigpipe();
}

static void stand_default_blocked(void)
{
    signal(SIGPIPE, SIG_DFL);
    block_sigpipe();
}

static void stand_handled_blocked(void)
{
    set_info_action(0, SIGUSR1);
    block_sigpipe();
}

static void untouched(void)
{
    aim(say_mask);
}

static void by_default(void)
{
    aim(stand_default);
}

static void ignored(void)
{
    aim(stand_ignored);
}

static void handled(void)
{
    aim(stand_handled);
}

static void restarting(void)
{
    aim(stand_restarting);
}

static void one_shot(void)
{
    aim(stand_one_shot);
}

static void blocked(void)
{
    aim(stand_blocked);
}

static void default_blocked(void)
{
    aim(stand_default_blocked);
}

static void handled_blocked(void)
{
    aim(stand_handled_blocked);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(untouched), CASE(by_default),      CASE(ignored),
        CASE(handled),   CASE(restarting),      CASE(one_shot),
        CASE(blocked),   CASE(default_blocked), CASE(handled_blocked),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
