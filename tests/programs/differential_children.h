/* Operations: children and other threads. */
#ifndef DIFFERENTIAL_CHILDREN_H
#define DIFFERENTIAL_CHILDREN_H

#include <fcntl.h>
#include <sys/prctl.h>

#include "differential_sends.h"

static void run_all(char **at);

static char **block_of(char **word)
{
    while (!is(*word, "["))
        word++;
    return word + 1;
}

/* What a child needs that is to run on its own: a group for signals to groups, and an alarm,
   which fork does not hand on. */
static inline void become_child(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    alarm(CASE_SECONDS);
    is_beside = others_take = false;
}

static inline void say_end(const char *name, int status)
{
    if (WIFSIGNALED(status))
        say("%s: killed by SIG%s\n", name, sigabbrev_np(WTERMSIG(status)));
    else
        say("%s: exited %d\n", name, WEXITSTATUS(status));
}

static inline void await_end(const char *name, pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            say_result(name, -1);
            return;
        }
    }
    say_end(name, status);
}

/* fork [ ... ], _Fork [ ... ], clone [ ... ], vfork [ ... ] */
static void op_child(char **word)
{
    const struct kernel_action saved = real_default;
    const pid_t child = is(word[0], "fork")    ? fork()
                        : is(word[0], "_Fork") ? _Fork()
                                               : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        become_child();
        run_all(block_of(word));
        _exit(0);
    }
    real_default = saved;
    await_end(word[0], child);
}

static void op_vfork(char **word)
{
    const struct kernel_action saved = real_default;
    sigjmp_buf *const saved_back = back;
    const bool was_beside = is_beside;
    const bool others_took = others_take;
    const pid_t child = vfork();
    if (child == 0) {
        become_child(); // NOLINT(clang-analyzer-unix.Vfork): the case is this
        run_all(block_of(word));
        _exit(0);
    }
    real_default = saved;
    back = saved_back;
    is_beside = was_beside;
    others_take = others_took;
    await_end("vfork", child);
}

/* kill-parent WHEN: a SIGPIPE of another process, which waits until it is a group of its own
   and the parent is out of fork, whence a handler must not jump. */
static void op_kill_parent(char **word)
{
    const pid_t self = getpid();
    int ends[2];
    char byte = 0;
    if (is_left_out(word[1]))
        return;
    require(pipe(ends) == 0, "pipe");
    const pid_t child = fork();
    if (child == 0) {
        become_child();
        _exit(read(ends[0], &byte, 1) == 1 && kill(self, SIGPIPE) == 0 ? 0 : 1);
    }
    setpgid(child, child);
    close(ends[0]);
    const bool is_told = write(ends[1], &byte, 1) == 1;
    close(ends[1]);
    require(is_told, "write");
    await_end("kill-parent", child);
}

/* Waits until a process sleeps in a system call, or has ended: /proc/[pid]/stat, proc(5). */
static void await_sleep(pid_t process)
{
    char path[64];
    char text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    for (;;) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        const ssize_t length = read(fd, text, sizeof text - 1);
        close(fd);
        const char *const state = length > 0 ? strrchr(text, ')') : NULL;
        if (!state || state[2] == 'S' || state[2] == 'Z')
            return;
        usleep(500);
    }
}

/* pause: ended by a SIGUSR1 of another process. */
static void op_pause(char **word)
{
    const pid_t self = getpid();
    struct sigaction action;
    sigset_t mask;
    (void)word;
    sigaction(SIGUSR1, NULL, &action);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (is_beside || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN ||
        sigismember(&mask, SIGUSR1))
        return; /* nothing would end it */
    const pid_t child = fork();
    if (child == 0) {
        become_child();
        await_sleep(self);
        _exit(kill(self, SIGUSR1) == 0 ? 0 : 1);
    }
    errno = NO_ERROR;
    say_result("pause", pause());
    await_end("pause", child);
}

struct start {
    char **words;
    bool others_take;
};

static void *run_in_thread(void *start)
{
    is_beside = true;
    others_take = ((struct start *)start)->others_take;
    run_all(((struct start *)start)->words);
    return NULL;
}

/* thread MASK [ ... ], "-" for the mask that it inherits. */
static void op_thread(char **word)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t mask;
    struct start start = {block_of(word), others_take};
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    start.others_take |= sigismember(&mask, SIGPIPE) == 0;
    pthread_attr_init(&attributes);
    if (!is(word[1], "-")) {
        mask = libc_set(set_of(word[1]));
        pthread_attr_setsigmask_np(&attributes, &mask);
    }
    errno = NO_ERROR;
    const int result = pthread_create(&thread, &attributes, run_in_thread, &start);
    const int error = errno;
    require(result == 0, "pthread_create");
    pthread_join(thread, NULL);
    errno = error;
    say_result("thread", result);
}

#endif
