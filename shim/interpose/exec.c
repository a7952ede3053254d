/*
 * The calls that start a program. It must inherit what it would have without the shim: a
 * handler, which the guard is, becomes the default by itself (execve(2)), but what the modes
 * ignore and mask have in the kernel would be inherited (guard_window.h).
 *
 * libc's own posix_spawn, system, popen and wordexp reach the kernel past the interposer of
 * execve, and execl and its like past that of execv, so each name is here.
 */
#include <errno.h>
#include <stdarg.h>

#include "interpose/fallback.h"
#include "link/next.h"
#include "signal/guard_window.h"

/* Without libc there is execve alone, by which a program can do what the others do. */
#define EXEC(name, parameters, arguments, early)                                               \
    static int run_##name parameters                                                           \
    {                                                                                          \
        const struct guard_window guard_window = guard_window_begin_exec();                    \
        const int result = NEXT(name) ? next.name arguments : (int)(early);                    \
        guard_window_end_exec(guard_window);                                                   \
        return result;                                                                         \
    }                                                                                          \
                                                                                               \
    EXPORT int name parameters                                                                 \
    {                                                                                          \
        return run_##name arguments;                                                           \
    }

EXEC(execve, (const char *path, char *const arguments[], char *const variables[]),
     (path, arguments, variables), FALLBACK_SYSCALL(SYS_execve, path, arguments, variables))
EXEC(execv, (const char *path, char *const arguments[]), (path, arguments),
     libc_result(-ENOSYS))
EXEC(execvp, (const char *file, char *const arguments[]), (file, arguments),
     libc_result(-ENOSYS))
EXEC(execvpe, (const char *file, char *const arguments[], char *const variables[]),
     (file, arguments, variables), libc_result(-ENOSYS))
EXEC(fexecve, (int fd, char *const arguments[], char *const variables[]),
     (fd, arguments, variables), libc_result(-ENOSYS))
EXEC(execveat,
     (int folder, const char *path, char *const arguments[], char *const variables[],
      int flags),
     (folder, path, arguments, variables, flags),
     FALLBACK_SYSCALL(SYS_execveat, folder, path, arguments, variables, flags))

/* How many arguments a list has behind the first, and the NULL that ends it. */
static __attribute__((noinline)) size_t count_list(va_list *list)
{
    size_t count = 1;
    while (va_arg(*list, char *))
        count++;
    return count;
}

static __attribute__((noinline)) void fill_vector(char **vector, const char *first,
                                                  size_t count, va_list *list)
{
    vector[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i <= count; i++)
        vector[i] = va_arg(*list, char *);
}

/* The variable arguments of execl's kind as the vector of execv's kind, on the stack, since a
   vfork child may be the caller; `list` is left behind the NULL. */
#define VECTOR_OF(vector, first, list)                                                         \
    va_list counted;                                                                           \
    va_copy(counted, list);                                                                    \
    const size_t count = count_list(&counted);                                                 \
    va_end(counted);                                                                           \
    char *vector[count + 1];                                                                   \
    fill_vector(vector, first, count, &(list))

EXPORT int execl(const char *path, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    VECTOR_OF(vector, first, list);
    va_end(list);
    return run_execv(path, vector);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    VECTOR_OF(vector, first, list);
    va_end(list);
    return run_execvp(file, vector);
}

EXPORT int execle(const char *path, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    VECTOR_OF(vector, first, list);
    char *const *variables = va_arg(list, char *const *);
    va_end(list);
    return run_execve(path, vector, variables);
}

/* Answers with an errno value; posix_spawn(3). */
#define SPAWN(name, pid_type)                                                                  \
    EXPORT int name(                                                                           \
        pid_type *pid, const char *path, const posix_spawn_file_actions_t *actions,            \
        const posix_spawnattr_t *attributes, char *const arguments[], char *const variables[]) \
    {                                                                                          \
        if (!NEXT(name))                                                                       \
            return ENOSYS;                                                                     \
        const struct guard_window guard_window = guard_window_begin();                         \
        const int result = next.name(pid, path, actions, attributes, arguments, variables);    \
        guard_window_end(guard_window);                                                        \
        return result;                                                                         \
    }

SPAWN(posix_spawn, pid_t)
SPAWN(posix_spawnp, pid_t)

/* With a descriptor of the child in its id's place: glibc since 2.39. */
SPAWN(pidfd_spawn, int)
SPAWN(pidfd_spawnp, int)

/* They have a shell run a script that names none; glibc, posix/spawn.c. */
#ifdef OLD_POSIX_SPAWN
SPAWN(old_posix_spawn, pid_t)
EXPORT_OLD(posix_spawn, OLD_POSIX_SPAWN)
SPAWN(old_posix_spawnp, pid_t)
EXPORT_OLD(posix_spawnp, OLD_POSIX_SPAWN)
#endif

EXPORT int system(const char *command)
{
    if (!NEXT(system))
        return (int)libc_result(-ENOSYS);
    const struct guard_window guard_window = guard_window_begin();
    const int result = next.system(command);
    guard_window_end(guard_window);
    return result;
}

/* Runs a shell for $(command). */
EXPORT int wordexp(const char *words, wordexp_t *expansion, int flags)
{
    if (!NEXT(wordexp))
        return WRDE_NOSPACE;
    const struct guard_window guard_window = guard_window_begin();
    const int result = next.wordexp(words, expansion, flags);
    guard_window_end(guard_window);
    return result;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
    if (!NEXT(popen)) {
        libc_result(-ENOSYS);
        return NULL;
    }
    const struct guard_window guard_window = guard_window_begin();
    FILE *const result = next.popen(command, mode);
    guard_window_end(guard_window);
    return result;
}
