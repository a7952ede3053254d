/*
 * The calls that start a program, which must inherit what it would inherit without the shim.
 * The guard is a handler, and execve(2) resets a handler to the default. But the SIG_IGN of
 * mode=ignore and the blocked SIGPIPE of mode=mask would be inherited, so a guard window is
 * open during each call (guard_window.h).
 *
 * Every name is interposed, since libc's functions do not call each other by exported names:
 * posix_spawn, system, popen and wordexp bypass the interposer of execve, and execl and its
 * like that of execv.
 */
#include <errno.h>
#include <stdarg.h>

#include "interpose/fallback.h"
#include "link/next.h"
#include "signal/guard_window.h"

/* run_NAME is for the shim's own calls. Without libc only the system calls work: a program can
   do by execve what the others do, so they fail with ENOSYS. */
#define EXEC(name, parameters, arguments, fallback)                                            \
    static int run_##name parameters                                                           \
    {                                                                                          \
        const struct guard_window guard_window = guard_window_begin_exec();                    \
        const int result = NEXT(name) ? next.name arguments : (int)(fallback);                 \
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

/* The number of arguments with the first, which is not in the list, and without the NULL that
   ends it. */
static __attribute__((noinline)) size_t count_list(va_list *list)
{
    size_t count = 1;
    while (va_arg(*list, char *))
        count++;
    return count;
}

/* Writes the arguments and the NULL that ends them. */
static __attribute__((noinline)) void fill_vector(char **vector, const char *first,
                                                  size_t count, va_list *list)
{
    vector[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i <= count; i++)
        vector[i] = va_arg(*list, char *);
}

/* execl(3) and its like. `call` passes the arguments on as `vector`, which is on the stack,
   since the caller may be a vfork child; from `list` it gets what follows the NULL. */
#define EXECL(name, call)                                                                      \
    EXPORT int name(const char *path, const char *first, ...)                                  \
    {                                                                                          \
        va_list list;                                                                          \
        va_start(list, first);                                                                 \
        const size_t count = count_list(&list);                                                \
        va_end(list);                                                                          \
        char *vector[count + 1];                                                               \
        va_start(list, first);                                                                 \
        fill_vector(vector, first, count, &list);                                              \
        const int result = call;                                                               \
        va_end(list);                                                                          \
        return result;                                                                         \
    }

EXECL(execl, run_execv(path, vector))
EXECL(execlp, run_execvp(path, vector))
EXECL(execle, run_execve(path, vector, va_arg(list, char *const *)))

/* A call that returns when the program has been started or has ended. */
#define SPAWN(result, name, parameters, arguments, fallback)                                   \
    EXPORT result name parameters                                                              \
    {                                                                                          \
        if (!NEXT(name))                                                                       \
            return fallback;                                                                   \
        const struct guard_window guard_window = guard_window_begin();                         \
        result const answer = next.name arguments;                                             \
        guard_window_end(guard_window);                                                        \
        return answer;                                                                         \
    }

SPAWN(int, system, (const char *command), (command), (int)libc_result(-ENOSYS))
SPAWN(FILE *, popen, (const char *command, const char *mode), (command, mode),
      (libc_result(-ENOSYS), NULL))

/* Runs a shell for $(command); wordexp(3). */
SPAWN(int, wordexp, (const char *words, wordexp_t *expansion, int flags),
      (words, expansion, flags), WRDE_NOSPACE)

/* Returns an errno value; posix_spawn(3). */
#define POSIX_SPAWN(name, id)                                                                  \
    SPAWN(int, name,                                                                           \
          (id * child, const char *path, const posix_spawn_file_actions_t *actions,            \
           const posix_spawnattr_t *attributes, char *const arguments[],                       \
           char *const variables[]),                                                           \
          (child, path, actions, attributes, arguments, variables), ENOSYS)

POSIX_SPAWN(posix_spawn, pid_t)
POSIX_SPAWN(posix_spawnp, pid_t)

/* These store a pidfd in place of the child's id: glibc since 2.39. */
POSIX_SPAWN(pidfd_spawn, int)
POSIX_SPAWN(pidfd_spawnp, int)

/* The older versions have a shell run a script without an interpreter; glibc, posix/spawn.c. */
#ifdef OLD_POSIX_SPAWN
POSIX_SPAWN(old_posix_spawn, pid_t)
EXPORT_OLD(posix_spawn, OLD_POSIX_SPAWN)
POSIX_SPAWN(old_posix_spawnp, pid_t)
EXPORT_OLD(posix_spawnp, OLD_POSIX_SPAWN)
#endif
