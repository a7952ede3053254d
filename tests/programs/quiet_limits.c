/*
 * What the shim can learn only after a send is on its way. handler: one that is
 * installed while another thread waits in the send that breaks. swap_context, context: SIGPIPE
 * is blocked by a context that is switched to, or returned to by a handler.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <ucontext.h>

#include "transcript_calls.h"

static volatile sig_atomic_t handled;

static void count(int signal_number)
{
    (void)signal_number;
    handled++;
}

/* Both ends of a connection, the second of which is full. */
static void connect_pair(int ends[2])
{
    static char data[1 << 16];
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    require(bind(listening, (struct sockaddr *)&address, size) == 0 &&
                listen(listening, 1) == 0 &&
                getsockname(listening, (struct sockaddr *)&address, &size) == 0,
            "listen");
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    require(connect(ends[1], (struct sockaddr *)&address, size) == 0, "connect");
    ends[0] = accept(listening, NULL, NULL);
    while (send(ends[1], data, sizeof data, MSG_DONTWAIT) > 0)
        ;
}

static int connection[2];
static pid_t sender;

/* One byte at a time, so that none goes out in part. */
static void *send_until_broken(void *nothing)
{
    ssize_t result;
    __atomic_store_n(&sender, gettid(), __ATOMIC_RELEASE);
    do
        result = send(connection[1], "x", 1, 0);
    while (result == 1);
    say_result("send", result);
    return nothing;
}

/* Asleep in the send, and not on its way to it. */
static void await_full(void)
{
    while (!__atomic_load_n(&sender, __ATOMIC_ACQUIRE))
        sched_yield();
    do
        await_sleep(sender);
    while (poll(&(struct pollfd){connection[1], POLLOUT, 0}, 1, 100) == 1);
}

static void handler(void)
{
    pthread_t thread;
    connect_pair(connection);
    pthread_create(&thread, NULL, send_until_broken, NULL);
    await_full();
    signal(SIGPIPE, count);
    shutdown(connection[1], SHUT_WR);
    pthread_join(thread, NULL);
    say("  handled: %d\n", (int)handled);
}

static ucontext_t here;
static ucontext_t there;
static int broken; /* made before, since the shim looks at the mask at the first socket */

static void break_and_say(void)
{
    errno = 0;
    say_result("send", send(broken, "x", 1, 0));
    say_pending();
    _exit(0);
}

static void swap_context(void)
{
    static char stack[1 << 16];
    broken = broken_socket();
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    sigaddset(&there.uc_sigmask, SIGPIPE);
    makecontext(&there, break_and_say, 0);
    swapcontext(&here, &there);
}

static void block_in(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)info;
    sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGPIPE);
}

static void context(void)
{
    const struct sigaction action = {.sa_sigaction = block_in, .sa_flags = SA_SIGINFO};
    broken = broken_socket();
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    break_and_say();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(handler), CASE(swap_context), CASE(context)};
    return run_cases(argc, argv, cases, COUNT(cases));
}
