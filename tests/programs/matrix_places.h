/* Where the calls of the matrix are made from. */
#ifndef MATRIX_PLACES_H
#define MATRIX_PLACES_H

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "broken.h"

typedef void task(void *);

/* A child that was killed has its parent end the same way, for all to see. */
static void end_like(pid_t child)
{
    int status = 0;
    must(child > 0 && waitpid(child, &status, 0) == child, "child");
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    if (status != 0)
        _exit(WEXITSTATUS(status));
}

static void in_main(task *what, void *with)
{
    what(with);
}

struct start {
    task *what;
    void *with;
};

static void *run_start(void *data)
{
    const struct start *start = data;
    start->what(start->with);
    return NULL;
}

static void in_thread_of(size_t stack_size, task *what, void *with)
{
    struct start start = {what, with};
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (stack_size)
        must(pthread_attr_setstacksize(&attributes, stack_size) == 0, "stack size");
    must(pthread_create(&thread, &attributes, run_start, &start) == 0, "pthread_create");
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

static void in_thread(task *what, void *with)
{
    in_thread_of(0, what, with);
}

static void in_small_stack(task *what, void *with)
{
    in_thread_of((size_t)PTHREAD_STACK_MIN, what, with);
}

static void in_fork(task *what, void *with)
{
    const pid_t child = fork();
    if (child == 0) {
        what(with);
        _exit(0);
    }
    end_like(child);
}

static void in_vfork(task *what, void *with)
{
    const pid_t child = vfork();
    if (child == 0) {
        what(with);
        _exit(0);
    }
    end_like(child);
}

static const struct place {
    const char *name;
    void (*run)(task *what, void *with);
} places[] = {
    {"main", in_main}, {"thread", in_thread}, {"small-stack", in_small_stack},
    {"fork", in_fork}, {"vfork", in_vfork},
};

#endif
