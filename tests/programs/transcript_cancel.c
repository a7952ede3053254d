/* Cancellation points: pthreads(7). Who is cancelled where, and whether the cleanup runs. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "transcript_calls.h"

/* What a thread is cancelled in: a call of the write family, or another. */
static struct call call;
static int descriptor;
static int peer;
static int cancel_type;
static int cancel_state;
static int started[2];

static void say_cleanup(void *nothing)
{
    (void)nothing;
    say("  cleaned up\n");
    say_mask();
}

static void *attempt(void *cancels_itself)
{
    const pid_t self = gettid();
    pthread_setcanceltype(cancel_type, NULL);
    pthread_setcancelstate(cancel_state, NULL);
    pthread_cleanup_push(say_cleanup, NULL);
    if (cancels_itself)
        pthread_cancel(pthread_self());
    else
        require(syscall(SYS_write, started[1], &self, sizeof self) == sizeof self, "write");
    errno = 0;
    say_result("returned", call.make(descriptor));
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    say("  lives\n");
    pthread_cleanup_pop(0);
    return NULL;
}

static void join(pthread_t thread)
{
    void *result;
    pthread_join(thread, &result);
    say("  %s\n", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

/* The cancellation is pending when the call begins. */
static void cancelled_before(void)
{
    pthread_t thread;
    set_action(on_signal, 0, 0);
    pthread_create(&thread, NULL, attempt, &cancel_type);
    join(thread);
}

static void fill(int fd)
{
    char data[4096] = "";
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, data, sizeof data) > 0)
        ;
    while (write(fd, data, 1) > 0)
        ;
    fcntl(fd, F_SETFL, 0);
}

static void *drain(void *nothing)
{
    char data[1 << 16];
    while (read(peer, data, sizeof data) > 0)
        ;
    return nothing;
}

/* The cancellation comes while the call sleeps. Where it is disabled, the call then goes on. */
static void cancelled_within(void)
{
    pthread_t thread;
    pthread_t reader;
    pid_t id;
    require(pipe(started) == 0, "pipe");
    pthread_create(&thread, NULL, attempt, NULL);
    require(read(started[0], &id, sizeof id) == sizeof id, "read");
    await_sleep(id);
    pthread_cancel(thread);
    if (cancel_state == PTHREAD_CANCEL_DISABLE)
        pthread_create(&reader, NULL, drain, NULL);
    join(thread);
}

/* cancelled_before shows that the others are none. */
static bool is_cancellation_point(const struct call *asked)
{
#ifndef __GLIBC__
    /* musl: src/linux/splice.c, tee.c, vmsplice.c */
    if (asked->make == call_splice || asked->make == call_tee || asked->make == call_vmsplice)
        return false;
#endif
    return asked->make != call_sendfile && asked->make != call_raw_write &&
           asked->make != call_raw_sendto;
}

static void each_write_within(void)
{
    for (size_t i = 0; i < PLAIN_CALLS; i++) {
        call = calls[i];
        for (int kind = ON_PIPE; kind <= ON_SOCKET; kind++) {
            int ends[2];
            if (!(call.works_on & kind) || !is_cancellation_point(&call))
                continue;
            require(kind == ON_PIPE ? pipe(ends) == 0
                                    : socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0,
                    "descriptors");
            peer = ends[0];
            descriptor = ends[1];
            fill(descriptor);
            say("  %s, %s\n", call.name, kind == ON_PIPE ? "pipe" : "socket");
            run_case(&(struct test_case){call.name, cancelled_within});
            close(ends[0]);
            close(ends[1]);
        }
    }
}

static void deferred(void)
{
    prepare_calls();
    each_write_within();
}

static void asynchronous(void)
{
    prepare_calls();
    cancel_type = PTHREAD_CANCEL_ASYNCHRONOUS;
    each_write_within();
}

static void disabled(void)
{
    prepare_calls();
    cancel_state = PTHREAD_CANCEL_DISABLE;
    each_write_within();
}

static void each_write_before(void)
{
    prepare_calls();
    for (size_t i = 0; i < COUNT(calls); i++) {
        call = calls[i];
        descriptor = call.works_on & ON_PIPE ? broken_pipe() : broken_socket();
        run_case(&(struct test_case){call.name, cancelled_before});
        close(descriptor);
    }
}

static void before_deferred(void)
{
    each_write_before();
}

static void before_disabled(void)
{
    cancel_state = PTHREAD_CANCEL_DISABLE;
    each_write_before();
}

/* The waits. Those that only look at the mask are no cancellation points. */
static ssize_t call_sigsuspend(int nothing)
{
    const sigset_t mask = set_of(nothing);
    return sigsuspend(&mask);
}

static ssize_t call_ppoll(int nothing)
{
    const sigset_t mask = set_of(nothing);
    return ppoll(NULL, 0, NULL, &mask);
}

static ssize_t call_pselect(int nothing)
{
    const sigset_t mask = set_of(nothing);
    return pselect(0, NULL, NULL, NULL, NULL, &mask);
}

static ssize_t call_epoll_pwait(int nothing)
{
    const sigset_t mask = set_of(nothing);
    struct epoll_event event;
    return epoll_pwait(epoll_create1(0), &event, 1, -1, &mask);
}

static ssize_t call_epoll_pwait2(int nothing)
{
    const sigset_t mask = set_of(nothing);
    struct epoll_event event;
    return epoll_pwait2(epoll_create1(0), &event, 1, NULL, &mask);
}

static ssize_t call_sigpause(int signal_number)
{
    return sigpause(signal_number);
}

static ssize_t call_sigwait(int signal_number)
{
    const sigset_t set = set_of(signal_number);
    int taken;
    return sigwait(&set, &taken);
}

static ssize_t call_sigwaitinfo(int signal_number)
{
    const sigset_t set = set_of(signal_number);
    return sigwaitinfo(&set, NULL);
}

static ssize_t call_sigtimedwait(int signal_number)
{
    const sigset_t set = set_of(signal_number);
    return sigtimedwait(&set, NULL, NULL);
}

static void waits(void)
{
    static const struct call wait_calls[] = {
        {"sigsuspend", 0, call_sigsuspend},     {"ppoll", 0, call_ppoll},
        {"pselect", 0, call_pselect},           {"epoll_pwait", 0, call_epoll_pwait},
        {"epoll_pwait2", 0, call_epoll_pwait2}, {"sigpause", 0, call_sigpause},
        {"sigwait", 0, call_sigwait},           {"sigwaitinfo", 0, call_sigwaitinfo},
        {"sigtimedwait", 0, call_sigtimedwait},
    };
    block_sigpipe();
    descriptor = SIGPIPE;
    for (size_t i = 0; i < COUNT(wait_calls); i++) {
        call = wait_calls[i];
        run_case(&(struct test_case){call.name, cancelled_before});
        run_case(&(struct test_case){call.name, cancelled_within});
    }
}

/* Calls on signals that are no cancellation points. */
static ssize_t call_the_others(int signal_number)
{
    sigset_t set = set_of(signal_number);
    signal(SIGPIPE, SIG_DFL);
    set_action(on_signal, 0, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sighold(signal_number);
    sigrelse(signal_number);
    sigpending(&set);
    kill(getpid(), signal_number);
    return raise(signal_number);
}

static void others(void)
{
    block_sigpipe(); /* in this thread: the signals are for the other one */
    descriptor = SIGPIPE;
    call = (struct call){"others", 0, call_the_others};
    cancelled_before();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(deferred),        CASE(asynchronous), CASE(disabled), CASE(before_deferred),
        CASE(before_disabled), CASE(waits),        CASE(others),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
