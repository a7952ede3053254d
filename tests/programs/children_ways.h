/*
 * Every way to start a program, as a table. Each entry gets the argument vector of the program
 * and answers with the error number, where the program did not start, or with its wait status.
 * Those that replace the calling process come back only with an error.
 */
#ifndef CHILDREN_WAYS_H
#define CHILDREN_WAYS_H

#include <sched.h>
#include <sys/syscall.h>
#include <wordexp.h>

#include "children_spawns.h"

/* The members of exec(3), and the system calls behind them. */

static int by_execve(char **a)
{
    execve(a[0], a, own_environment);
    return errno;
}

/* Linux takes a null pointer for an empty environment; execve(2), NOTES. */
static int by_execve_null(char **a)
{
    char **volatile nothing = NULL;
    execve(a[0], a, nothing);
    return errno;
}

static int by_execv(char **a)
{
    execv(a[0], a);
    return errno;
}

static int by_execvp(char **a)
{
    execvp(base_name(a[0]), a);
    return errno;
}

static int by_execvpe(char **a)
{
    execvpe(base_name(a[0]), a, own_environment);
    return errno;
}

static int by_execl(char **a)
{
    execl(a[0], a[0], a[1], (char *)NULL);
    return errno;
}

static int by_execlp(char **a)
{
    execlp(base_name(a[0]), a[0], a[1], (char *)NULL);
    return errno;
}

static int by_execle(char **a)
{
    execle(a[0], a[0], a[1], (char *)NULL, own_environment);
    return errno;
}

static int by_fexecve(char **a)
{
    const int fd = open(a[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    fexecve(fd, a, own_environment);
    return errno;
}

static int by_execveat(char **a)
{
    execveat(AT_FDCWD, a[0], a, own_environment, 0);
    return errno;
}

/* Past every interposer but one of syscall() itself. */
static int by_syscall(char **a)
{
    syscall(SYS_execve, a[0], a, own_environment);
    return errno;
}

static int by_syscall_at(char **a)
{
    syscall(SYS_execveat, AT_FDCWD, a[0], a, own_environment, 0);
    return errno;
}

/* Children that share the memory until they start the program. */

static int by_vfork(char **a)
{
    const pid_t child = vfork();
    if (child == 0) {
        execv(a[0], a);
        _exit(127);
    }
    return status_of(child);
}

static int exec_in_clone(void *arguments)
{
    execvp(((char **)arguments)[0], arguments);
    _exit(127);
}

static int by_clone(char **a)
{
    char stack[65536] __attribute__((aligned(16)));
    return status_of(
        clone(exec_in_clone, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, a));
}

static int by_fork(char **a)
{
    const pid_t child = fork();
    if (child == 0) {
        execve(a[0], a, environ);
        _exit(127);
    }
    return status_of(child);
}

/* The calls that have a shell in between. */

static char *command_of(char **a, char *command, size_t size)
{
    snprintf(command, size, "%s %s", a[0], a[1]);
    return command;
}

static int by_system(char **a)
{
    char command[4096];
    return system(command_of(a, command, sizeof command));
}

static int by_popen_read(char **a)
{
    char text[8192];
    FILE *child = popen(command_of(a, text, sizeof text), "r");
    if (!child)
        return errno;
    while (fgets(text, sizeof text, child))
        fputs(text, stdout);
    fflush(stdout);
    return pclose(child);
}

static int by_popen_write(char **a)
{
    char text[4096];
    FILE *child = popen(command_of(a, text, sizeof text), "we");
    return child ? pclose(child) : errno;
}

static int by_wordexp(char **a)
{
    char text[4096];
    wordexp_t words;
    snprintf(text, sizeof text, "\"$(%s %s)\"", a[0], a[1]);
    const int error = wordexp(text, &words, 0);
    if (error)
        return error;
    puts(words.we_wordv[0]);
    fflush(stdout);
    wordfree(&words);
    return 0;
}

#define REPLACES(call)                                                                         \
    {                                                                                          \
#call, by_##call, true                                                                 \
    }
#define STARTS(call)                                                                           \
    {                                                                                          \
#call, by_##call, false                                                                \
    }

static const struct way {
    const char *name;
    int (*start)(char **arguments);
    bool replaces;
} ways[] = {
    REPLACES(execve),
    REPLACES(execve_null),
    REPLACES(execv),
    REPLACES(execvp),
    REPLACES(execvpe),
    REPLACES(execl),
    REPLACES(execlp),
    REPLACES(execle),
    REPLACES(fexecve),
    REPLACES(execveat),
    REPLACES(syscall),
    REPLACES(syscall_at),
    STARTS(fork),
    STARTS(vfork),
    STARTS(clone),
    STARTS(spawn),
    STARTS(spawnp),
    STARTS(pidfd_spawn),
    STARTS(pidfd_spawnp),
    STARTS(spawn_actions),
    STARTS(spawn_unset),
    STARTS(spawn_default),
    STARTS(spawn_mask),
    STARTS(spawn_default_other),
    STARTS(spawn_mask_none),
    STARTS(spawn_mask_other),
    STARTS(spawn_both),
    STARTS(spawn_vfork),
    STARTS(spawnp_default),
    STARTS(system),
    STARTS(popen_read),
    STARTS(popen_write),
    STARTS(wordexp),
};

enum { WAYS = sizeof ways / sizeof *ways };

#endif
