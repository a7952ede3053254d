/*
 * --keep-output, the start: which streams there are to keep, and the keeper beside this
 * process, which then becomes the command. The keeper is no child of it: as in attach/run.c, a
 * process between the two ends first. As process 1 this process is the keeper itself, since
 * when process 1 ends, the kernel ends all others at once (pid_namespaces(7)).
 */
#include "helper/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "base/kernel_sigaction.h"

#define KEEPER_NAME "nosigpipe-keep"

struct pipes {
    struct kept kept;
    int out[2]; /* for the command */
};

long fork_process(void)
{
#if defined(SYS_fork)
    return SYSCALL(SYS_fork);
#else
    return SYSCALL(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

/* Makes the pipe of a stream. Only the keeper's end does not block. */
static long add_pipe(struct pipes *pipes, int fd)
{
    int ends[2] = {-1, -1};
    const long result = SYSCALL(SYS_pipe2, ends, O_CLOEXEC);
    if (result != 0)
        return result;
    SYSCALL(SYS_fcntl, ends[0], F_SETFL, O_NONBLOCK);
    pipes->kept.in[pipes->kept.count] = ends[0];
    pipes->kept.fd[pipes->kept.count] = fd;
    pipes->out[pipes->kept.count] = ends[1];
    pipes->kept.count++;
    return 0;
}

static bool is_same(const struct file_status *one, const struct file_status *other)
{
    return one->device == other->device && one->inode == other->inode;
}

/* Makes a pipe for each stream that can be kept, one if both are the same. `joined` is whether
   that one is also for standard error. */
static long make_pipes(struct pipes *pipes, bool *joined)
{
    struct file_status output = {0};
    struct file_status error = {0};
    long result = 0;
    const bool keeps_output = place_is_keepable(STDOUT_FILENO, &output);
    const bool keeps_error = place_is_keepable(STDERR_FILENO, &error);
    *joined = keeps_output && keeps_error && is_same(&output, &error);
    if (keeps_output)
        result = add_pipe(pipes, STDOUT_FILENO);
    if (keeps_error && !*joined && result == 0)
        result = add_pipe(pipes, STDERR_FILENO);
    return result;
}

static void become_writer(const struct pipes *pipes, bool joined)
{
    for (size_t i = 0; i < pipes->kept.count; i++)
        SYSCALL(SYS_dup3, pipes->out[i], pipes->kept.fd[i], 0);
    if (joined)
        SYSCALL(SYS_dup3, pipes->out[0], STDERR_FILENO, 0);
}

static void close_pipes(const struct pipes *pipes)
{
    for (size_t i = 0; i < pipes->kept.count; i++) {
        SYSCALL(SYS_close, pipes->kept.in[i]);
        SYSCALL(SYS_close, pipes->out[i]);
    }
}

/* Replaces the name and the arguments that others see (proc_pid_cmdline(5)): `pgrep -f COMMAND`
   is not to find the keeper. The arguments are one after the other. */
static void rename_process(char **arguments)
{
    static const char name[] = KEEPER_NAME;
    SYSCALL(SYS_prctl, PR_SET_NAME, name, 0, 0, 0);
    if (!*arguments)
        return;
    char *const start = *arguments;
    while (arguments[1])
        arguments++;
    const size_t size = (size_t)(*arguments - start) + strlen(*arguments);
    for (size_t i = 0; i < size; i++)
        start[i] = '\0';
    for (size_t i = 0; i < size && name[i]; i++)
        start[i] = name[i];
}

static _Noreturn void run_keeper(const struct process *process, const struct pipes *pipes)
{
    SYSCALL(SYS_setsid);
    SYSCALL(SYS_chdir, "/");
    rename_process(process->arguments);
    const int status = keeper(&pipes->kept, 0);
    for (;;)
        SYSCALL(SYS_exit_group, status);
}

/* A process that adopts orphans (PR_SET_CHILD_SUBREAPER) does not for this moment: the keeper
   would become its child. Clone's exit signal is 0: SIGCHLD would reach the command. */
static long start_keeper(const struct process *process, const struct pipes *pipes)
{
    int adopts = 0;
    int status = 0;
    SYSCALL(SYS_prctl, PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0);
    if (adopts)
        SYSCALL(SYS_prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    const long between = SYSCALL(SYS_clone, 0, 0, 0, 0, 0);
    if (between == 0) {
        const long keeper = SYSCALL(SYS_clone, 0, 0, 0, 0, 0);
        if (keeper == 0)
            run_keeper(process, pipes);
        for (;;)
            SYSCALL(SYS_exit_group, keeper < 0 ? -keeper : 0);
    }
    if (between > 0) {
        SYSCALL(SYS_wait4, between, &status, __WALL, NULL);
        status = -WEXITSTATUS(status);
    }
    if (adopts)
        SYSCALL(SYS_prctl, PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0);
    return between < 0 ? between : status;
}

/* As process 1: the command is a child. Returns in that, with 0, or a negated errno value. */
static long be_keeper(const struct process *process, const struct pipes *pipes,
                      const char *name)
{
    /* Were SIGCHLD ignored, children would leave no status. Set later, the default would drop
       one that is there (POSIX, 2.4.3). */
    const struct kernel_sigaction usual = {0};
    struct kernel_sigaction inherited = {0};
    SYSCALL(SYS_rt_sigaction, SIGCHLD, &usual, &inherited, KERNEL_SIGSET_SIZE);
    const long command = fork_process();
    if (command <= 0) {
        SYSCALL(SYS_rt_sigaction, SIGCHLD, &inherited, NULL, KERNEL_SIGSET_SIZE);
        return command;
    }
    identity_begin(name, command, process->variables);
    SYSCALL(SYS_chdir, "/");
    rename_process(process->arguments);
    const int status = keeper(&pipes->kept, command);
    for (;;)
        SYSCALL(SYS_exit_group, status);
}

static void warn(long error)
{
    print_message("there is no keeper, so the output is not kept", NULL, "", error);
}

void keep_output(const struct process *process, const char *file, const char *command)
{
    static const uint64_t all = ~UINT64_C(0);
    static struct pipes pipes;
    uint64_t mask = 0;
    bool joined;
    long result = make_pipes(&pipes, &joined);
    const long self = SYSCALL(SYS_getpid);
    pipes.kept.file = file;
    identity_begin(command, self, process->variables);
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, KERNEL_SIGSET_SIZE);
    if (result == 0 && pipes.kept.count && self != 1)
        result = start_keeper(process, &pipes);
    else if (result == 0 && pipes.kept.count)
        result = be_keeper(process, &pipes, command);
    if (result == 0)
        become_writer(&pipes, joined);
    else
        warn(result);
    close_pipes(&pipes);
    SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
}
