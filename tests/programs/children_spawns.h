/* The ways to start a program by posix_spawn(3), and what all ways need. */
#ifndef CHILDREN_SPAWNS_H
#define CHILDREN_SPAWNS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The environment for the calls that take one: made in children.c. */
static char *own_environment[16];

static int status_of(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return errno;
    }
    return status;
}

static char *base_name(char *path)
{
    char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int spawn(char **a, const posix_spawnattr_t *attributes,
                 const posix_spawn_file_actions_t *actions)
{
    pid_t child;
    const int error = posix_spawn(&child, a[0], actions, attributes, a, own_environment);
    return error ? error : status_of(child);
}

static int by_spawn(char **a)
{
    return spawn(a, NULL, NULL);
}

static int by_spawnp(char **a)
{
    pid_t child;
    const int error = posix_spawnp(&child, base_name(a[0]), NULL, NULL, a, environ);
    return error ? error : status_of(child);
}

/* With a descriptor of the child: glibc since 2.39. */
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 39)
static int by_pidfd_spawn(char **a)
{
    int child;
    const int error = pidfd_spawn(&child, a[0], NULL, NULL, a, environ);
    return error ? error : status_of(-1);
}

static int by_pidfd_spawnp(char **a)
{
    int child;
    const int error = pidfd_spawnp(&child, base_name(a[0]), NULL, NULL, a, environ);
    return error ? error : status_of(-1);
}
#else
#define by_pidfd_spawn  by_spawn
#define by_pidfd_spawnp by_spawnp
#endif

static int by_spawn_actions(char **a)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    const int result = spawn(a, NULL, &actions);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* One of the two calls with these flags, and these signals in the two sets. 0: in none. */
static int spawn_with(char **a, int flags, int defaulted, int blocked, bool search)
{
    posix_spawnattr_t attributes;
    sigset_t set;
    pid_t child;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)flags);
    sigemptyset(&set);
    if (defaulted)
        sigaddset(&set, defaulted);
    posix_spawnattr_setsigdefault(&attributes, &set);
    sigemptyset(&set);
    if (blocked)
        sigaddset(&set, blocked);
    posix_spawnattr_setsigmask(&attributes, &set);
    const int error = search
                          ? posix_spawnp(&child, base_name(a[0]), NULL, &attributes, a, environ)
                          : posix_spawn(&child, a[0], NULL, &attributes, a, own_environment);
    posix_spawnattr_destroy(&attributes);
    return error ? error : status_of(child);
}

#define SPAWN(name, flags, defaulted, blocked, search)                                         \
    static int name(char **a)                                                                  \
    {                                                                                          \
        return spawn_with(a, flags, defaulted, blocked, search);                               \
    }

SPAWN(by_spawn_unset, 0, SIGPIPE, SIGPIPE, false)
SPAWN(by_spawn_default, POSIX_SPAWN_SETSIGDEF, SIGPIPE, 0, false)
SPAWN(by_spawn_default_other, POSIX_SPAWN_SETSIGDEF, SIGUSR1, 0, false)
SPAWN(by_spawn_mask_none, POSIX_SPAWN_SETSIGMASK, 0, 0, false)
SPAWN(by_spawn_mask, POSIX_SPAWN_SETSIGMASK, 0, SIGPIPE, false)
SPAWN(by_spawn_mask_other, POSIX_SPAWN_SETSIGMASK, 0, SIGUSR1, true)
SPAWN(by_spawn_both, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, SIGPIPE, SIGPIPE, true)
SPAWN(by_spawn_vfork, POSIX_SPAWN_USEVFORK, 0, 0, false)
SPAWN(by_spawnp_default, POSIX_SPAWN_USEVFORK | POSIX_SPAWN_SETSIGDEF, SIGPIPE, 0, true)

#endif
