/*
 * Broken calls from many threads at once on the same pipe and the same socket, from a signal
 * handler that interrupts them, and from children that threads fork and vfork meanwhile. Tells
 * how many there were, and of any that was not answered with EPIPE.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "broken.h"

enum { THREADS = 6, ROUNDS = 3000, CHILDREN = 200 };

static int pipe_end;
static int socket_end;
static atomic_long answered;
static atomic_long wrong;
static atomic_long handled;

static void expect_broken(ssize_t result)
{
    if (result == -1 && errno == EPIPE)
        answered++;
    else
        wrong++;
}

static void break_once(void)
{
    expect_broken(write(pipe_end, "x", 1));
    expect_broken(send(socket_end, "x", 1, 0));
}

/* How many of a write and a send went well. For where errno and the counters are not ours. */
static int not_broken(void)
{
    return (write(pipe_end, "x", 1) != -1) + (send(socket_end, "x", 1, 0) != -1);
}

static void handle_alarm(int signal_number)
{
    const int error = errno;
    handled += signal_number == SIGALRM && not_broken() == 0;
    errno = error;
}

static void *storm(void *data)
{
    (void)data;
    for (int i = 0; i < ROUNDS; i++) {
        break_once();
        expect_broken(dprintf(pipe_end, "x"));
    }
    return NULL;
}

static void await_child(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    wrong += status != 0;
}

static void *start_children(void *data)
{
    (void)data;
    for (int i = 0; i < CHILDREN; i++) {
        const pid_t forked = fork();
        if (forked == 0) {
            wrong = 0;
            break_once();
            _exit(wrong != 0);
        }
        await_child(forked);
        const pid_t vforked = vfork();
        if (vforked == 0)
            _exit(not_broken()); // NOLINT(clang-analyzer-unix.Vfork): the case is this
        await_child(vforked);
    }
    return NULL;
}

int main(void)
{
    const struct sigaction action = {.sa_handler = handle_alarm, .sa_flags = SA_RESTART};
    const struct itimerval often = {.it_interval.tv_usec = 500, .it_value.tv_usec = 500};
    const struct itimerval never = {.it_value.tv_usec = 0};
    pthread_t threads[THREADS + 1];
    pipe_end = broken_pipe();
    socket_end = broken_socket();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < THREADS; i++)
        must(pthread_create(&threads[i], NULL, storm, NULL) == 0, "pthread_create");
    must(pthread_create(&threads[THREADS], NULL, start_children, NULL) == 0, "pthread_create");
    while (handled < 10)
        break_once();
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    setitimer(ITIMER_REAL, &never, NULL);
    printf("%s, %ld wrong\n", answered >= 3L * THREADS * ROUNDS ? "all answered" : "too few",
           (long)wrong);
    return 0;
}
