/*
 * Sends SIGPIPE in every way there is, from every kind of thread, under every disposition, each
 * in a child of its own. One line a case: its name and what became of the child.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "broken.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Shared with the child. */
static struct record {
    atomic_int handled;
    int code;
} * record;

static pthread_t main_thread;
static int ask[2];    /* the child asks the sender outside for a SIGPIPE */
static int answer[2]; /* and hears when it is sent */
static timer_t timer;

static void kill_self(void)
{
    kill(getpid(), SIGPIPE);
}

static void kill_0(void)
{
    kill(0, SIGPIPE);
}

static void kill_group(void)
{
    kill(-getpgrp(), SIGPIPE);
}

static void killpg_own(void)
{
    killpg(getpgrp(), SIGPIPE);
}

static void killpg_0(void)
{
    killpg(0, SIGPIPE);
}

static void raise_it(void)
{
    raise(SIGPIPE);
}

static void kill_thread(void)
{
    pthread_kill(pthread_self(), SIGPIPE);
}

static void kill_main_thread(void)
{
    pthread_kill(main_thread, SIGPIPE);
}

static void queue(void)
{
    sigqueue(getpid(), SIGPIPE, (union sigval){.sival_int = 1});
}

static void queue_to_thread(void)
{
    pthread_sigqueue(pthread_self(), SIGPIPE, (union sigval){.sival_int = 1});
}

static void expire_timer(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPIPE};
    const struct itimerspec soon = {.it_value.tv_nsec = 1};
    struct itimerspec left = soon;
    must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    must(timer_settime(timer, 0, &soon, NULL) == 0, "timer_settime");
    while (left.it_value.tv_sec || left.it_value.tv_nsec)
        must(timer_gettime(timer, &left) == 0, "timer_gettime");
}

static void raw_kill(void)
{
    syscall(SYS_kill, getpid(), SIGPIPE);
}

static void raw_tgkill(void)
{
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGPIPE);
}

static void raw_tkill(void)
{
    syscall(SYS_tkill, syscall(SYS_gettid), SIGPIPE);
}

static void from_outside(void)
{
    char byte = 0;
    must(write(ask[1], &byte, 1) == 1, "ask");
    while (read(answer[0], &byte, 1) != 1) /* a handler interrupts it */
        ;
}

/* The sender outside: until the child has no more end of the pipe. */
static void serve(pid_t child)
{
    char byte;
    while (read(ask[0], &byte, 1) == 1) {
        kill(child, SIGPIPE);
        if (write(answer[1], &byte, 1) != 1)
            break;
    }
}

static const struct way {
    const char *name;
    void (*send)(void);
    enum { SELF, PARENT, OTHER_PROCESS } sender;
} ways[] = {
    {"kill-self", kill_self, SELF},
    {"kill-0", kill_0, SELF},
    {"kill-group", kill_group, SELF},
    {"killpg", killpg_own, SELF},
    {"killpg-0", killpg_0, SELF},
    {"raise", raise_it, SELF},
    {"pthread_kill", kill_thread, SELF},
    {"pthread_kill-main", kill_main_thread, SELF},
    {"sigqueue", queue, SELF},
    {"pthread_sigqueue", queue_to_thread, SELF},
    {"timer", expire_timer, SELF},
    {"syscall-kill", raw_kill, SELF},
    {"syscall-tgkill", raw_tgkill, SELF},
    {"syscall-tkill", raw_tkill, SELF},
    {"from-parent", from_outside, PARENT},
    {"from-other", from_outside, OTHER_PROCESS},
};

static void handle(int signal_number)
{
    (void)signal_number;
    record->handled++;
}

static void handle_with_info(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)context;
    record->code = info->si_code;
    record->handled++;
}

enum choice { DEFAULT, DEFAULT_AGAIN, BROKEN_BEFORE, IGNORE, HANDLE, HANDLE_INFO, ONE_SHOT };
static const char *const choice_names[] = {"default", "default-again", "broken-before",
                                           "ignore",  "handler",       "siginfo-handler",
                                           "one-shot"};

static void choose(enum choice choice)
{
    struct sigaction action = {.sa_handler = handle};
    if (choice == IGNORE)
        action.sa_handler = SIG_IGN;
    if (choice == ONE_SHOT)
        action.sa_flags = (int)SA_RESETHAND;
    if (choice == HANDLE_INFO) {
        action.sa_sigaction = handle_with_info;
        action.sa_flags = SA_SIGINFO;
    }
    if (choice >= IGNORE || choice == DEFAULT_AGAIN)
        sigaction(SIGPIPE, &action, NULL);
    if (choice == DEFAULT_AGAIN)
        signal(SIGPIPE, SIG_DFL);
    if (choice == BROKEN_BEFORE) { /* what was absorbed before must not count as sent */
        must(send(broken_socket(), "x", 1, 0) == -1, "send");
        must(write(broken_pipe(), "x", 1) == -1, "write");
    }
}

struct work {
    const struct way *way;
    enum choice choice;
};

/* Comes back where the signal should not end the process. */
static void *send_and_wait(void *data)
{
    const struct work *work = data;
    work->way->send();
    if (work->choice == IGNORE)
        return NULL;
    while (work->choice >= HANDLE && record->handled == 0)
        sched_yield();
    if (work->choice == HANDLE || work->choice == HANDLE_INFO)
        return NULL;
    if (work->choice == ONE_SHOT)
        work->way->send();
    for (;;)
        pause();
    return NULL;
}

static void *idle(void *data)
{
    (void)data;
    for (;;)
        pause();
    return NULL;
}

enum threads { SINGLE, MAIN, THREAD };
static const char *const thread_names[] = {"single", "main", "thread"};

static void be_child(struct work *work, enum threads threads)
{
    pthread_t thread;
    setpgid(0, 0);
    alarm(10); /* seen as the wrong signal */
    close(ask[0]);
    close(answer[1]);
    main_thread = pthread_self();
    choose(work->choice);
    if (threads == THREAD) {
        pthread_create(&thread, NULL, send_and_wait, work);
        pthread_join(thread, NULL);
    } else {
        if (threads == MAIN)
            pthread_create(&thread, NULL, idle, NULL);
        send_and_wait(work);
    }
    _exit(0);
}

static int run(struct work *work, enum threads threads)
{
    pid_t sender = 0;
    int status = 0;
    memset(record, 0, sizeof(*record));
    must(pipe(ask) == 0 && pipe(answer) == 0, "pipe");
    const pid_t child = fork();
    if (child == 0)
        be_child(work, threads);
    close(ask[1]);
    close(answer[0]);
    if (work->way->sender == OTHER_PROCESS)
        sender = fork();
    if (work->way->sender != SELF && sender == 0) {
        signal(SIGPIPE, SIG_IGN); /* the child's end may be gone when it is answered */
        serve(child);
        signal(SIGPIPE, SIG_DFL);
        if (work->way->sender == OTHER_PROCESS)
            _exit(0);
    }
    close(ask[0]);
    close(answer[1]);
    must(waitpid(child, &status, 0) == child, "waitpid");
    if (sender)
        waitpid(sender, NULL, 0);
    return status;
}

int main(void)
{
    record =
        mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(record != MAP_FAILED, "mmap");
    for (enum choice choice = DEFAULT; choice <= ONE_SHOT; choice++) {
        for (enum threads threads = SINGLE; threads <= THREAD; threads++) {
            for (size_t i = 0; i < COUNT(ways); i++) {
                struct work work = {&ways[i], choice};
                printf("%s,%s,%s: ", choice_names[choice], thread_names[threads], ways[i].name);
                fflush(stdout);
                const int status = run(&work, threads);
                printf("wait status %d, handled %d, code %d\n", status, record->handled,
                       record->code);
                if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
                    return 1;
            }
        }
    }
    return 0;
}
