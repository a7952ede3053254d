/* What goes on beside the writers: each of these is run again and again by a thread of its own.
 */
#ifndef STORM_DISTURBERS_H
#define STORM_DISTURBERS_H

#include <spawn.h>
#include <sys/wait.h>
#include <threads.h>

#include "storm_signals.h"

enum { FEW = 4, SOME = 16, CHILD_WRITES = 4 };

static char own_path[4096]; /* of the program, for the children that run it anew */
static atomic_long programs_started;
extern char **environ;

static void make_some(unsigned count, const int fds[KINDS])
{
    for (unsigned i = 0; i < count; i++)
        make_plain_attempt(i * 5, fds);
}

static void await_child(pid_t child, const char *what)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    expect(what, status, 0);
}

static void fork_child(unsigned number, const int fds[KINDS])
{
    (void)number;
    const pid_t child = fork();
    if (child == 0) {
        wrong = 0;
        make_some(SOME, fds);
        end_thread(fds[PIPE]);
        _exit(wrong != 0);
    }
    await_child(child, "status of a forked child");
}

static void run_program(void)
{
    execl(own_path, own_path, "--child", (char *)NULL);
    _exit(127);
}

static void fork_and_exec(unsigned number, const int fds[KINDS])
{
    (void)number;
    make_some(FEW, fds);
    const pid_t child = fork();
    if (child == 0)
        run_program();
    await_child(child, "status of a program after fork");
    programs_started++;
}

/* What it counted is true if nothing else was chosen from before its beginning to its end. */
static void add_child(const struct tally *child, const struct moment *then)
{
    const bool changed = is_over(then->changes, changes);
    const bool chosen = is_over(then->choices, choices);
    mine->answers += child->answers;
    for (int kind = 0; kind < KINDS; kind++) {
        mine->maybe[kind] += child->maybe[kind];
        mine->sure[kind] += changed ? 0 : child->sure[kind];
    }
    mine->maybe[PIPE] += changed ? child->answers : 0;
    mine->handler_sure += chosen ? 0 : child->handler_sure;
    mine->handler_maybe += chosen ? child->answers : child->handler_maybe;
}

/* The child has the disposition that stood when it began, and counts in this memory. */
static void vfork_child(unsigned number, const int fds[KINDS])
{
    static struct tally of_child;
    struct tally *const of_parent = mine;
    const struct moment then = this_moment();
    memset(&of_child, 0, sizeof(of_child));
    mine = &of_child;
    const pid_t child = vfork();
    if (child == 0) {
        make_some(FEW, fds);
        make_attempt(simple[PIPE], fds[PIPE]);
        if (number % 2)
            run_program();
        _exit(0); // NOLINT(clang-analyzer-unix.Vfork): the case is this
    }
    mine = of_parent;
    add_child(&of_child, &then);
    await_child(child, "status of a vfork child");
    programs_started += number % 2;
}

static void spawn_program(unsigned number, const int fds[KINDS])
{
    char *const arguments[] = {own_path, "--child", NULL};
    char command[4200];
    pid_t child;
    snprintf(command, sizeof(command), "exec '%s' --child", own_path);
    make_some(FEW, fds);
    if (number % 3 == 0) {
        expect("posix_spawn", posix_spawn(&child, own_path, NULL, NULL, arguments, environ), 0);
        await_child(child, "status of a spawned program");
    } else if (number % 3 == 1) {
        expect("status of system", system(command), 0);
    } else {
        FILE *const stream = popen(command, "r");
        must(stream != NULL, "popen");
        expect("status of popen", pclose(stream), 0);
    }
    programs_started++;
}

/* Threads that begin, write a little and end. */
struct beginner {
    struct tally *tally;
    const int *fds;
    atomic_bool done;
};

static void begin_and_end(struct beginner *beginner)
{
    mine = beginner->tally;
    make_some(SOME, beginner->fds);
    end_thread(beginner->fds[PIPE]);
    beginner->done = true;
}

static void *begin(void *data)
{
    begin_and_end(data);
    return NULL;
}

static int begin_c11(void *data)
{
    begin_and_end(data);
    return 0;
}

static void make_thread(unsigned number, const int fds[KINDS])
{
    static struct beginner beginner; /* it outlives a detached thread */
    pthread_attr_t attributes;
    pthread_t thread;
    thrd_t c11_thread;
    beginner.tally = mine;
    beginner.fds = fds;
    beginner.done = false;
    pthread_attr_init(&attributes);
    if (number % 4 == 1)
        pthread_attr_setstacksize(&attributes, 32768);
    if (number % 4 == 2)
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (number % 4 == 3) {
        must(thrd_create(&c11_thread, begin_c11, &beginner) == thrd_success, "thrd_create");
        thrd_join(c11_thread, NULL);
    } else {
        must(pthread_create(&thread, &attributes, begin, &beginner) == 0, "pthread_create");
        if (number % 4 != 2)
            pthread_join(thread, NULL);
    }
    while (!beginner.done)
        sched_yield();
    pthread_attr_destroy(&attributes);
}

/* Threads that are cancelled, mostly in the midst of a broken write. */
struct victim {
    struct tally *tally;
    int fds[KINDS];
};

static void end_cancelled(void *data)
{
    const struct victim *const victim = data;
    const struct attempt *const within = mine->now;
    if (within)
        count_unknown(within);
    if (with_choices)
        unblock_sigpipe(); /* who is cancelled within an own handler leaves it so */
    make_attempt(simple[FIFO], victim->fds[FIFO]);
    expect("SIGPIPE pends in the kernel", kernel_has_pending(), false);
}

static void *write_until_cancelled(void *data)
{
    const struct victim *const victim = data;
    mine = victim->tally;
    pthread_cleanup_push(end_cancelled, data);
    for (unsigned i = 0;; i++)
        make_plain_attempt(i, victim->fds);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel_thread(unsigned number, const int fds[KINDS])
{
    struct victim victim = {.tally = mine};
    pthread_t thread;
    void *result;
    (void)fds;
    const long before = mine->answers;
    open_all(victim.fds, KINDS_OF_WRITERS, KINDS);
    must(pthread_create(&thread, NULL, write_until_cancelled, &victim) == 0, "pthread_create");
    while (mine->answers < before + (long)(number % 64))
        sched_yield();
    pthread_cancel(thread);
    pthread_join(thread, &result);
    expect("the thread was cancelled", result == PTHREAD_CANCELED, true);
    close_all(victim.fds);
}

#endif
