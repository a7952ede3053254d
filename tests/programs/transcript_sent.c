/* SIGPIPEs that somebody sent: they do what the host's disposition says. */
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#include "transcript_calls.h"

/* How the process stands when the signal comes. */
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
    set_info_action(0, SIGUSR2);
}

static void stand_restarting(void)
{
    signal(SIGPIPE, on_signal);
}

static void stand_one_shot(void)
{
    set_info_action((int)SA_RESETHAND, 0);
}

static void stand_default_blocked(void)
{
    stand_default();
    block_sigpipe();
}

static void stand_ignored_blocked(void)
{
    stand_ignored();
    block_sigpipe();
}

static void stand_handled_blocked(void)
{
    stand_handled();
    block_sigpipe();
}

static const struct test_case stands[] = {
    CASE(stand_default),         CASE(stand_ignored),         CASE(stand_handled),
    CASE(stand_restarting),      CASE(stand_one_shot),        CASE(stand_default_blocked),
    CASE(stand_ignored_blocked), CASE(stand_handled_blocked),
};
static const struct test_case *stand;
static void (*send_it)(void);

static void stand_and_send(void)
{
    stand->run();
    errno = 0;
    send_it();
    say_pending();
    say_disposition();
    unblock_sigpipe();
    say_mask();
}

static void in_each_stand(void (*sender)(void))
{
    send_it = sender;
    for (size_t i = 0; i < COUNT(stands); i++) {
        stand = &stands[i];
        run_case(&(struct test_case){stand->name, stand_and_send});
    }
}

static void send_by_kill(void)
{
    say_result("kill", kill(getpid(), SIGPIPE));
}

static void send_to_0(void)
{
    setpgid(0, 0);
    say_result("kill 0", kill(0, SIGPIPE));
}

static void send_to_group(void)
{
    setpgid(0, 0);
    say_result("kill group", kill(-getpgrp(), SIGPIPE));
}

static void send_by_killpg(void)
{
    setpgid(0, 0);
    say_result("killpg", killpg(getpgrp(), SIGPIPE));
}

static void send_by_killpg_0(void)
{
    setpgid(0, 0);
    say_result("killpg 0", killpg(0, SIGPIPE));
}

static void send_by_raw_kill(void)
{
    say_result("raw kill", syscall(SYS_kill, getpid(), SIGPIPE));
}

static void send_by_raise(void)
{
    say_result("raise", raise(SIGPIPE));
}

static void send_by_gsignal(void)
{
    say_result("gsignal", gsignal(SIGPIPE));
}

static void send_by_pthread_kill(void)
{
    say_result("pthread_kill", pthread_kill(pthread_self(), SIGPIPE));
}

static void send_by_sigqueue(void)
{
    say_result("sigqueue", sigqueue(getpid(), SIGPIPE, (union sigval){.sival_int = 3}));
}

static void send_by_pthread_sigqueue(void)
{
    say_result("pthread_sigqueue",
               pthread_sigqueue(pthread_self(), SIGPIPE, (union sigval){.sival_int = 3}));
}

static void send_by_tgkill(void)
{
    say_result("tgkill", tgkill(getpid(), gettid(), SIGPIPE));
}

static void send_by_tkill(void)
{
    say_result("tkill", syscall(SYS_tkill, gettid(), SIGPIPE));
}

static void *kill_process(void *nothing)
{
    kill(getpid(), SIGPIPE);
    return nothing;
}

static void send_from_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, kill_process, NULL);
    pthread_join(thread, NULL);
}

static void send_by_timer(int notify)
{
    struct sigevent event = {.sigev_signo = SIGPIPE, .sigev_notify = notify};
    struct itimerspec when = {.it_value.tv_nsec = 1};
    timer_t timer;
    event._sigev_un._tid = gettid();
    say_result("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer));
    timer_settime(timer, 0, &when, NULL);
    do
        timer_gettime(timer, &when);
    while (when.it_value.tv_nsec || when.it_value.tv_sec);
}

static void send_by_process_timer(void)
{
    send_by_timer(SIGEV_SIGNAL);
}

static void send_by_thread_timer(void)
{
    send_by_timer(SIGEV_THREAD_ID);
}

/* The signal for input that can be read, chosen by fcntl(2). */
static void send_by_input(void)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    fcntl(ends[0], F_SETOWN, getpid());
    fcntl(ends[0], F_SETSIG, SIGPIPE);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    say_result("write", write(ends[1], "x", 1));
}

/* The signal at a child's end, chosen by clone(2). */
static void send_by_child_end(void)
{
    const pid_t child = (pid_t)syscall(SYS_clone, SIGPIPE, NULL, NULL, NULL, NULL);
    int status;
    if (child == 0)
        _exit(0);
    while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
        ;
    errno = 0;
}

static void send_by_forked_child(void)
{
    const pid_t self = getpid();
    const pid_t child = fork();
    if (child == 0)
        _exit(kill(self, SIGPIPE));
    say("  child: %d\n", end_of(child));
    errno = 0;
}

static void send_by_vforked_child(void)
{
    const pid_t self = getpid();
    const pid_t child = vfork();
    if (child == 0)
        _exit(kill(self, SIGPIPE)); // NOLINT(clang-analyzer-unix.Vfork): the case is this
    say("  child: %d\n", end_of(child));
    errno = 0;
}

static void send_to_nobody(void)
{
    say_result("kill", kill(getpid(), 0));
    say_result("kill", kill(getpid(), 99));
    say_result("kill", kill(0x3ffffff0, SIGPIPE));
    say_result("killpg", killpg(-2, SIGPIPE));
    say_result("killpg", killpg(0x3ffffff0, SIGPIPE));
}

static const struct test_case senders[] = {
    CASE(send_by_kill),          CASE(send_to_0),
    CASE(send_to_group),         CASE(send_by_killpg),
    CASE(send_by_killpg_0),      CASE(send_by_raw_kill),
    CASE(send_by_raise),         CASE(send_by_gsignal),
    CASE(send_by_pthread_kill),  CASE(send_by_sigqueue),
    CASE(send_by_tgkill),        CASE(send_by_pthread_sigqueue),
    CASE(send_by_tkill),         CASE(send_from_thread),
    CASE(send_by_process_timer), CASE(send_by_thread_timer),
    CASE(send_by_input),         CASE(send_by_child_end),
    CASE(send_by_forked_child),  CASE(send_by_vforked_child),
    CASE(send_to_nobody),
};

static void to_itself(void)
{
    for (size_t i = 0; i < COUNT(senders); i++) {
        say("%s\n", senders[i].name);
        in_each_stand(senders[i].run);
    }
}

/* A broken write first, which must not make the kill after it look like one. */
static void broken_then_kill(void)
{
    if (stand->run == stand_default || stand->run == stand_one_shot)
        return; /* without the shim that is the end */
    broken_write();
    broken_send();
    send_by_kill();
}

static void after_broken(void)
{
    in_each_stand(broken_then_kill);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(to_itself), CASE(after_broken)};
    return run_cases(argc, argv, cases, COUNT(cases));
}
