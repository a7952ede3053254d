/*
 * event_left WAY: a write to standard output, a pipe that is full, is interrupted or left
 * (WAY: handler, jump, cancel), and then stdio breaks on a socket, deeper in the stack. On
 * descriptor 3: the socket's number and what the write there answered.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "transcript_calls.h"

static int reader;
static int broken;
static sigjmp_buf back;

/* With a frame below the one of the write that was left. */
__attribute__((noinline)) static void break_on_socket(void)
{
    volatile char deep[8192];
    deep[0] = 0;
    deep[sizeof deep - 1] = deep[0];
    const int error = errno;
    const int answer = dprintf(broken, "hello\n");
    dprintf(3, "fd=%d\nanswer %d %s\n", broken, answer, strerrorname_np(errno));
    errno = error;
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    break_on_socket();
}

static void jump(int signal_number)
{
    siglongjmp(back, signal_number);
}

static void clean_up(void *nothing)
{
    (void)nothing;
    break_on_socket();
}

static void fill_standard_output(void)
{
    static const char data[4096];
    int ends[2];
    require(pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO, "pipe");
    close(ends[1]);
    reader = ends[0];
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    while (write(STDOUT_FILENO, data, sizeof data) > 0)
        ;
    fcntl(STDOUT_FILENO, F_SETFL, 0);
}

static pid_t writer;
static pthread_t thread;

static void *write_until_left(void *nothing)
{
    static const char data[4096];
    pthread_cleanup_push(clean_up, NULL);
    __atomic_store_n(&writer, gettid(), __ATOMIC_RELEASE);
    if (write(STDOUT_FILENO, data, sizeof data) != sizeof data)
        _exit(98);
    pthread_cleanup_pop(0);
    return nothing;
}

/* Sends the signal, or cancels, when the writer sleeps; then reads, so that it can go on. */
static void *disturb(void *cancels)
{
    static char data[4096];
    while (!__atomic_load_n(&writer, __ATOMIC_ACQUIRE))
        sched_yield();
    await_sleep(writer);
    if (cancels) {
        pthread_cancel(thread);
        return NULL;
    }
    pthread_kill(thread, SIGUSR1);
    while (read(reader, data, sizeof data) > 0)
        ;
    return NULL;
}

int main(int argc, char **argv)
{
    const char *const way = argc > 1 ? argv[1] : "";
    const bool jumps = strcmp(way, "jump") == 0;
    const struct sigaction action = {.sa_handler = jumps ? jump : on_alarm,
                                     .sa_flags = SA_RESTART};
    pthread_t other;
    broken = broken_socket();
    fill_standard_output();
    sigaction(SIGUSR1, &action, NULL);
    if (strcmp(way, "cancel") == 0) {
        pthread_create(&thread, NULL, write_until_left, NULL);
        disturb(&thread);
        pthread_join(thread, NULL);
        return 0;
    }
    thread = pthread_self();
    pthread_create(&other, NULL, disturb, NULL);
    if (sigsetjmp(back, 1) == 0)
        write_until_left(NULL);
    if (jumps)
        break_on_socket();
    return 0;
}
