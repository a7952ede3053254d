/* The calls that wait for a signal, or wait with another mask for a while. */
#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "transcript_calls.h"

/* Each waits with this mask until a signal comes. */
static int wait_in_sigsuspend(const sigset_t *mask)
{
    return sigsuspend(mask);
}

static int wait_in_ppoll(const sigset_t *mask)
{
    return ppoll(NULL, 0, NULL, mask);
}

#ifdef __GLIBC__
/* What _FORTIFY_SOURCE makes of ppoll: <poll.h> does not name it without. */
int __ppoll_chk(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t polled_size);

static int wait_in_fortified_ppoll(const sigset_t *mask)
{
    return __ppoll_chk(NULL, 0, NULL, mask, 0);
}
#endif

static int wait_in_pselect(const sigset_t *mask)
{
    return pselect(0, NULL, NULL, NULL, NULL, mask);
}

static int wait_in_epoll_pwait(const sigset_t *mask)
{
    struct epoll_event event;
    return epoll_pwait(epoll_create1(0), &event, 1, -1, mask);
}

static int wait_in_epoll_pwait2(const sigset_t *mask)
{
    struct epoll_event event;
    return epoll_pwait2(epoll_create1(0), &event, 1, NULL, mask);
}

#ifdef __GLIBC__
/* BSD's kind, whose argument is a mask; <signal.h> gives the name to the other one. */
static int wait_in_bsd_sigpause(const sigset_t *mask)
{
    int (*const call)(int) = (int (*)(int))(uintptr_t)dlsym(RTLD_DEFAULT, "sigpause");
    return call((sigismember(mask, SIGPIPE) ? 1 << (SIGPIPE - 1) : 0) |
                (sigismember(mask, SIGUSR1) ? 1 << (SIGUSR1 - 1) : 0));
}
#endif

/* System V's takes one signal out of the mask. */
static int wait_in_system_v_sigpause(const sigset_t *mask)
{
    return sigpause(sigismember(mask, SIGPIPE) ? SIGUSR1 : SIGPIPE);
}

static const struct wait {
    const char *name;
    int (*wait)(const sigset_t *mask);
} waits[] = {
    {"sigsuspend", wait_in_sigsuspend},
    {"ppoll", wait_in_ppoll},
    {"pselect", wait_in_pselect},
    {"epoll_pwait", wait_in_epoll_pwait},
    {"epoll_pwait2", wait_in_epoll_pwait2},
#ifdef __GLIBC__
    {"__ppoll_chk", wait_in_fortified_ppoll},
    {"BSD sigpause", wait_in_bsd_sigpause},
#endif
    {"System V sigpause", wait_in_system_v_sigpause},
};
static const struct wait *waiting;

static void in_each_wait(void (*run)(void))
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        waiting = &waits[i];
        run_case(&(struct test_case){waiting->name, run});
    }
}

static void wait_now(int blocked)
{
    const sigset_t mask = set_of(blocked);
    errno = 0;
    say_result(waiting->name, waiting->wait(&mask));
    say_mask();
    say_pending();
}

static void open_for_sent(void)
{
    block_sigpipe();
    raise(SIGPIPE);
    wait_now(0);
}

static void open_for_broken(void)
{
    block_sigpipe();
    broken_write();
    wait_now(0);
    broken_send();
    wait_now(0);
}

/* With the default action this is the end, as the signal was sent. */
static void sent_default(void)
{
    signal(SIGPIPE, SIG_DFL);
    in_each_wait(open_for_sent);
}

static void sent_handled(void)
{
    set_info_action(0, SIGUSR2);
    in_each_wait(open_for_sent);
}

static void broken_handled(void)
{
    set_info_action(0, SIGUSR2);
    in_each_wait(open_for_broken);
}

static void broken_one_shot(void)
{
    const sigset_t set = set_of(SIGUSR1);
    set_info_action((int)SA_RESETHAND, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    block_sigpipe();
    broken_write();
    wait_now(SIGUSR1);
    say_disposition();
}

static void one_shot(void)
{
    in_each_wait(broken_one_shot);
}

/* A broken write in another handler, while the wait's mask blocks SIGPIPE. */
static void on_usr1(int signal_number)
{
    on_signal(signal_number);
    broken_write();
    broken_send();
    say_pending();
}

static void close_for_broken(void)
{
    sigset_t set = set_of(SIGUSR1);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_SETMASK, &set, NULL);
    raise(SIGUSR1);
    wait_now(SIGPIPE);
    unblock_sigpipe();
    say_mask();
}

static void closed_handled(void)
{
    set_info_action(0, 0);
    signal(SIGUSR1, on_usr1);
    in_each_wait(close_for_broken);
}

static void closed_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, on_usr1);
    in_each_wait(close_for_broken);
}

/* The mask is only borrowed: a wait that ends by itself leaves all as it was. */
static void no_signal(void)
{
    const struct timespec zero = {0};
    const sigset_t set = set_of(SIGPIPE);
    struct epoll_event event;
    const int fd = epoll_create1(0);
    errno = 0;
    say_result("ppoll", ppoll(NULL, 0, &zero, &set));
    say_result("pselect", pselect(0, NULL, NULL, NULL, &zero, &set));
    say_result("epoll_pwait", epoll_pwait(fd, &event, 1, 0, &set));
    say_result("epoll_pwait2", epoll_pwait2(fd, &event, 1, &zero, &set));
    say_result("ppoll", ppoll(NULL, 0, &zero, NULL));
    say_result("pselect", pselect(0, NULL, NULL, NULL, &zero, NULL));
    say_result("epoll_pwait", epoll_pwait(fd, &event, 1, 0, NULL));
    say_result("epoll_pwait2", epoll_pwait2(fd, &event, 1, &zero, NULL));
    say_mask();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(sent_default),   CASE(sent_handled),   CASE(broken_handled), CASE(one_shot),
        CASE(closed_handled), CASE(closed_ignored), CASE(no_signal),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
