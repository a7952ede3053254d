/* The calls that take a signal without its being delivered. */
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>

#include "transcript_calls.h"

static void by_raise(void)
{
    raise(SIGPIPE);
}

static void by_kill(void)
{
    kill(getpid(), SIGPIPE);
}

static void by_queue(void)
{
    sigqueue(getpid(), SIGPIPE, (union sigval){.sival_int = 77});
}

static void (*const sources[])(void) = {by_raise, by_kill, by_queue, broken_write, broken_send};

static void take_by_sigwait(const sigset_t *set)
{
    int taken = 0;
    const int result = sigwait(set, &taken);
    say("  sigwait: %d, signal %d\n", result, taken);
}

static void take_by_sigwaitinfo(const sigset_t *set)
{
    siginfo_t info = {0};
    say_result("sigwaitinfo", sigwaitinfo(set, &info));
    say_info("taken", &info);
    say("  value %d\n", info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
}

static void take_by_sigtimedwait(const sigset_t *set)
{
    const struct timespec zero = {0};
    siginfo_t info = {0};
    say_result("sigtimedwait", sigtimedwait(set, &info, &zero));
    say_info("taken", &info);
    say_result("sigtimedwait", sigtimedwait(set, NULL, &zero));
}

static void take_by_signalfd(const sigset_t *set)
{
    struct signalfd_siginfo info = {0};
    const int fd = signalfd(-1, set, SFD_NONBLOCK);
    struct pollfd polled = {fd, POLLIN, 0};
    say_result("poll", poll(&polled, 1, 0));
    say_result("read", read(fd, &info, sizeof info));
    say("  signal %u, %s, from this process: %d\n", info.ssi_signo, code_name(info.ssi_code),
        info.ssi_pid == (uint32_t)getpid());
    say_result("read", read(fd, &info, sizeof info));
    close(fd);
}

/* Past every interposer: by number, and by the name that libc has for its own use. */
static void take_by_number(const sigset_t *set)
{
    const struct timespec zero = {0};
    siginfo_t info = {0};
    say_result("rt_sigtimedwait", syscall(SYS_rt_sigtimedwait, set, &info, &zero, (size_t)8));
    say_info("taken", &info);
}

__attribute__((weak)) int __sigtimedwait(const sigset_t *, siginfo_t *,
                                         const struct timespec *);

static void take_by_inner_name(const sigset_t *set)
{
    const struct timespec zero = {0};
    siginfo_t info = {0};
    if (!__sigtimedwait) {
        take_by_number(set);
        return;
    }
    say_result("__sigtimedwait", __sigtimedwait(set, &info, &zero));
    say_info("taken", &info);
}

static void (*const ways[])(const sigset_t *) = {take_by_sigwait,      take_by_sigwaitinfo,
                                                 take_by_sigtimedwait, take_by_signalfd,
                                                 take_by_number,       take_by_inner_name};

static void take_each_way(void)
{
    const sigset_t set = set_of(SIGPIPE);
    block_sigpipe();
    errno = 0;
    for (size_t way = 0; way < COUNT(ways); way++) {
        for (size_t source = 0; source < COUNT(sources); source++) {
            say("  source %zu\n", source);
            sources[source]();
            ways[way](&set);
            say_pending();
        }
    }
}

static void take_default(void)
{
    take_each_way();
}

static void take_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
    take_each_way();
}

static void take_handled(void)
{
    set_info_action(0, 0);
    take_each_way();
    unblock_sigpipe();
}

/* A thread that has nothing else to do than to take the process's signals. */
static int taken[2];

static void *take_in_thread(void *nothing)
{
    const sigset_t set = set_of(SIGPIPE);
    for (int i = 0; i < 2; i++) {
        take_by_sigwaitinfo(&set);
        require(write(taken[1], "t", 1) == 1, "write");
    }
    return nothing;
}

static void signal_thread(void)
{
    const sigset_t set = set_of(SIGPIPE);
    pthread_t thread;
    char byte;
    require(pipe(taken) == 0, "pipe");
    block_sigpipe();
    pthread_create(&thread, NULL, take_in_thread, NULL);
    kill(getpid(), SIGPIPE);
    require(read(taken[0], &byte, 1) == 1, "read");
    broken_send(); /* this thread's own: nobody else can take it */
    say_pending();
    take_by_sigwait(&set);
    kill(getpid(), SIGPIPE);
    pthread_join(thread, NULL);
    say_pending();
}

/* For its own section: what was sent and taken leaves nothing behind by which a broken write
   would be the end. */
static void survive_taken(void)
{
    const sigset_t set = set_of(SIGPIPE);
    signal(SIGPIPE, is_oracle ? SIG_IGN : SIG_DFL);
    for (size_t way = 0; way < COUNT(ways); way++) {
        block_sigpipe();
        kill(getpid(), SIGPIPE);
        ways[way](&set);
        unblock_sigpipe();
        broken_write();
        broken_send();
    }
}

int main(int argc, char **argv)
{
    static const struct test_case survival[] = {CASE(survive_taken)};
    static const struct test_case cases[] = {CASE(take_default), CASE(take_ignored),
                                             CASE(take_handled), CASE(signal_thread)};
    if (argc > 1)
        return run_cases(argc, argv, survival, COUNT(survival));
    return run_cases(argc, argv, cases, COUNT(cases));
}
