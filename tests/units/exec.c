/* The calls that start a program: the arguments that the next definition gets, and the guard
   window that is open during each call. */
#include <errno.h>

#include "../../shim/interpose/fallback.h"

#include "../../shim/link/next.h"
#include "../../shim/signal/guard_window.h"
#include "../fuzz/kernel.h"
#include "seen.h"

struct next next;

/* The kind of the open guard window: for an exec (2), for another call (1), or 0. Not static:
   see seen.h. */
int inside;
unsigned ended;
static const struct guard_window given = {true, false};

uintptr_t next_look_up(size_t offset)
{
    return *(uintptr_t *)(void *)((char *)&next + offset);
}

static struct guard_window begin(int kind)
{
    CHECK(inside == 0);
    inside = kind;
    return given;
}

static void end(int kind, struct guard_window guard_window)
{
    CHECK(inside == kind && guard_window.replaced == given.replaced &&
          guard_window.opened == given.opened);
    inside = 0;
    ended++;
}

struct guard_window guard_window_begin(void)
{
    return begin(1);
}

void guard_window_end(struct guard_window guard_window)
{
    end(1, guard_window);
}

struct guard_window guard_window_begin_exec(void)
{
    return begin(2);
}

void guard_window_end_exec(struct guard_window guard_window)
{
    end(2, guard_window);
}

void guard_install(void)
{
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    note("", number, SIX(a, b, c, d, e, f));
    return next_answer;
}

static char *const arguments[] = {(char[]){"first"}, (char[]){"second"}, NULL};
static char *const variables[] = {(char[]){"A=b"}, NULL};

/* The size of the vector that execl(3) and its like make of their arguments; 0: no vector. */
static size_t list_size;

static bool is_list(char *const vector[])
{
    return memcmp(vector, arguments, list_size * sizeof(vector[0])) == 0 && !vector[list_size];
}

/* `arguments`, if the vector is equal, so that notes can be compared. */
static const void *same(char *const vector[])
{
    return vector == arguments || (list_size && is_list(vector)) ? arguments : NULL;
}

/* clang-format off */
DEFINITION(int, execve, (const char *path, char *const vector[], char *const others[]), path, same(vector), others, inside, 0, 0)
DEFINITION(int, execv, (const char *path, char *const vector[]), path, same(vector), inside, 0, 0, 0)
DEFINITION(int, execvp, (const char *path, char *const vector[]), path, same(vector), inside, 0, 0, 0)
DEFINITION(int, execvpe, (const char *path, char *const vector[], char *const others[]), path, same(vector), others, inside, 0, 0)
DEFINITION(int, fexecve, (int fd, char *const vector[], char *const others[]), fd, same(vector), others, inside, 0, 0)
DEFINITION(int, execveat, (int folder, const char *path, char *const vector[], char *const others[], int flags), folder, path, same(vector), others, flags, inside)
DEFINITION(int, system, (const char *command), command, inside, 0, 0, 0, 0)
DEFINITION(int, wordexp, (const char *words, wordexp_t *expansion, int flags), words, expansion, flags, inside, 0, 0)
DEFINITION(FILE *, popen, (const char *command, const char *mode), command, mode, inside, 0, 0, 0)
DEFINITION(int, posix_spawn, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pid, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
DEFINITION(int, pidfd_spawn, (int *pidfd, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pidfd, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
DEFINITION(int, pidfd_spawnp, (int *pidfd, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pidfd, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
DEFINITION(int, posix_spawnp, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pid, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
#ifdef OLD_POSIX_SPAWN
DEFINITION(int, old_posix_spawn, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pid, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
DEFINITION(int, old_posix_spawnp, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const vector[], char *const others[]), pid, path, actions, attributes, same(vector), inside == 1 ? others : NULL)
#endif
/* clang-format on */

static const char path[] = "/a/path";
static pid_t pid;
static int pidfd;
static posix_spawn_file_actions_t actions;
static posix_spawnattr_t attributes;
static wordexp_t words;
enum { FD = 3, ANSWER = 77, EXEC = 2, OTHER = 1 };

/* Checks a call that reaches the definition of its name, or of a related one. */
#define PASSED(call, name, ...)                                                                \
    next.name = next_##name;                                                                   \
    next_answer = ANSWER;                                                                      \
    ended = 0;                                                                                 \
    CHECK((long)call == ANSWER && was_called(#name, 0, SIX(__VA_ARGS__)));                     \
    CHECK(inside == 0 && ended == 1);                                                          \
    next.name = NULL

/* Checks a call without a definition: the result, errno, and the number of guard windows. */
#define REFUSED(call, answer, error, times)                                                    \
    ended = 0;                                                                                 \
    errno = 0;                                                                                 \
    CHECK((call) == (answer) && errno == (error) && seen.calls == 0 && ended == (times))

static void execs(void)
{
    PASSED(execve(path, arguments, variables), execve, path, arguments, variables, EXEC, 0, 0);
    PASSED(execv(path, arguments), execv, path, arguments, EXEC, 0, 0, 0);
    PASSED(execvp(path, arguments), execvp, path, arguments, EXEC, 0, 0, 0);
    PASSED(execvpe(path, arguments, variables), execvpe, path, arguments, variables, EXEC, 0,
           0);
    PASSED(fexecve(FD, arguments, variables), fexecve, FD, arguments, variables, EXEC, 0, 0);
    PASSED(execveat(FD, path, arguments, variables, 9), execveat, FD, path, arguments,
           variables, 9, EXEC);
}

static void lists(void)
{
    list_size = 2;
    PASSED(execl(path, arguments[0], arguments[1], (char *)NULL), execv, path, arguments, EXEC,
           0, 0, 0);
    PASSED(execlp(path, arguments[0], arguments[1], (char *)NULL), execvp, path, arguments,
           EXEC, 0, 0, 0);
    PASSED(execle(path, arguments[0], arguments[1], (char *)NULL, variables), execve, path,
           arguments, variables, EXEC, 0, 0);
    list_size = 1;
    PASSED(execl(path, arguments[0], (char *)NULL), execv, path, arguments, EXEC, 0, 0, 0);
    PASSED(execle(path, arguments[0], (char *)NULL, variables), execve, path, arguments,
           variables, EXEC, 0, 0);
    list_size = 0;
}

static void others(void)
{
    PASSED(posix_spawn(&pid, path, &actions, &attributes, arguments, variables), posix_spawn,
           &pid, path, &actions, &attributes, arguments, variables);
    PASSED(posix_spawnp(&pid, path, &actions, &attributes, arguments, variables), posix_spawnp,
           &pid, path, &actions, &attributes, arguments, variables);
    PASSED(pidfd_spawn(&pidfd, path, &actions, &attributes, arguments, variables), pidfd_spawn,
           &pidfd, path, &actions, &attributes, arguments, variables);
    PASSED(pidfd_spawnp(&pidfd, path, &actions, &attributes, arguments, variables),
           pidfd_spawnp, &pidfd, path, &actions, &attributes, arguments, variables);
#ifdef OLD_POSIX_SPAWN
    PASSED(old_posix_spawn(&pid, path, &actions, &attributes, arguments, variables),
           old_posix_spawn, &pid, path, &actions, &attributes, arguments, variables);
    PASSED(old_posix_spawnp(&pid, path, &actions, &attributes, arguments, variables),
           old_posix_spawnp, &pid, path, &actions, &attributes, arguments, variables);
#endif
    PASSED(system(path), system, path, OTHER, 0, 0, 0, 0);
    PASSED(wordexp(path, &words, 9), wordexp, path, &words, 9, OTHER, 0, 0);
    PASSED(popen(path, "r"), popen, path, "r", OTHER, 0, 0, 0);
}

/* Without libc only execve and execveat work. posix_spawn(3) returns an errno value, and
   wordexp(3) an error code of its own. */
static void without_libc(void)
{
    next_answer = -ENOENT;
    ended = 0;
    CHECK(execve(path, arguments, variables) == -1 && errno == ENOENT && ended == 1);
    CHECK(was_called("", SYS_execve, SIX(path, arguments, variables, 0, 0, 0)));
    CHECK(execveat(FD, path, arguments, variables, 9) == -1 && errno == ENOENT && ended == 2);
    CHECK(was_called("", SYS_execveat, SIX(FD, path, arguments, variables, 9, 0)));
    REFUSED(execv(path, arguments), -1, ENOSYS, 1);
    REFUSED(execvp(path, arguments), -1, ENOSYS, 1);
    REFUSED(execvpe(path, arguments, variables), -1, ENOSYS, 1);
    REFUSED(fexecve(FD, arguments, variables), -1, ENOSYS, 1);
    REFUSED(execl(path, arguments[0], (char *)NULL), -1, ENOSYS, 1);
    REFUSED(system(path), -1, ENOSYS, 0);
    REFUSED(popen(path, "r"), NULL, ENOSYS, 0);
    REFUSED(posix_spawn(&pid, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
    REFUSED(posix_spawnp(&pid, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
    REFUSED(pidfd_spawn(&pidfd, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
    REFUSED(pidfd_spawnp(&pidfd, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
#ifdef OLD_POSIX_SPAWN
    REFUSED(old_posix_spawn(&pid, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
    REFUSED(old_posix_spawnp(&pid, path, NULL, NULL, arguments, variables), ENOSYS, 0, 0);
#endif
    REFUSED(wordexp(path, &words, 0), WRDE_NOSPACE, 0, 0);
}

int main(void)
{
    execs();
    lists();
    others();
    without_libc();
    return 0;
}
