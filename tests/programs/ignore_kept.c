/*
 * Says whether the kernel ignores SIGPIPE (what mode=ignore is there for): at the start, and
 * when a program has been started after a wait was left by a jump, or a thread was cancelled in
 * it.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "transcript_calls.h"

static void say_whether_ignored(const char *when)
{
    unsigned long ignored = 0;
    char line[256];
    FILE *const status = fopen("/proc/self/status", "re");
    require(status != NULL, "status");
    while (fgets(line, sizeof line, status)) {
        if (strncmp(line, "SigIgn:", 7) == 0)
            ignored = strtoul(line + 7, NULL, 16);
    }
    fclose(status);
    say("%s: %s\n", when, ignored >> (SIGPIPE - 1) & 1 ? "ignored" : "not ignored");
}

static sigjmp_buf back;

static void jump(int signal_number)
{
    siglongjmp(back, signal_number);
}

static void *send_when_asleep(void *waiter)
{
    await_sleep(*(pid_t *)waiter);
    kill(getpid(), SIGUSR1);
    return NULL;
}

/* The signal must not be the sender's. */
static void jump_out_of_pause(void)
{
    pid_t self = gettid();
    pthread_t sender;
    const sigset_t set = set_of(SIGUSR1);
    sigset_t old;
    signal(SIGUSR1, jump);
    sigprocmask(SIG_BLOCK, &set, &old);
    pthread_create(&sender, NULL, send_when_asleep, &self);
    sigprocmask(SIG_SETMASK, &old, NULL);
    if (sigsetjmp(back, 1) == 0)
        pause();
    pthread_join(sender, NULL);
}

static pid_t waiting;

static void *wait_in_pause(void *nothing)
{
    __atomic_store_n(&waiting, gettid(), __ATOMIC_RELEASE);
    pause();
    return nothing;
}

static void *wait_in_system(void *nothing)
{
    __atomic_store_n(&waiting, gettid(), __ATOMIC_RELEASE);
    (void)!system("exec cat"); /* until standard input ends: with this process */
    return nothing;
}

static void cancel_in(void *(*body)(void *))
{
    pthread_t thread;
    waiting = 0;
    pthread_create(&thread, NULL, body, NULL);
    while (!__atomic_load_n(&waiting, __ATOMIC_ACQUIRE))
        sched_yield();
    await_sleep(waiting);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}

static void say_after(const char *what)
{
    (void)!system("true");
    say_whether_ignored(what);
}

int main(void)
{
    int held[2];
    require(pipe2(held, O_CLOEXEC) == 0 && dup2(held[0], STDIN_FILENO) == STDIN_FILENO, "pipe");
    say_whether_ignored("at the start");
    jump_out_of_pause();
    say_after("after a jump out of pause");
    cancel_in(wait_in_pause);
    say_after("after a cancelled pause");
    cancel_in(wait_in_system);
    say_after("after a cancelled system");
    return 0;
}
