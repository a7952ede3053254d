/* The entrypoint without a system around it: the kernel of its units. A unit sets what the
   kernel returns, and finds here what was requested. entrypoint.bats tests the real system. */
#ifndef UNITS_HELPER_H
#define UNITS_HELPER_H

#include "../../shim/helper/helper.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../../shim/base/kernel_sigaction.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

_Noreturn void helper_start(uintptr_t *stack);

enum { MOST = 16, SIZE = 1000 };

/* The state of the system, and what the kernel answers. */
static struct kernel {
    const char *link;        /* of /proc/self/exe, or NULL */
    const char *folder;      /* the current one, or NULL */
    const char *there[MOST]; /* files that may be read, written or searched */
    const char *started; /* the only file that can be executed; others fail with `refused` */
    long refused;
    long status; /* of an open(2) with O_PATH */
    unsigned short type;
    long descriptor;
    long connected;
    uintptr_t handler;
    uint64_t blocked;
    long taken[4]; /* by writes to descriptor 1, one after the other */
} kernel;

/* What the entrypoint has done. */
static struct done {
    char tried[SIZE]; /* paths, one a line */
    char printed[2 * PATH_MAX];
    char shown[2000];
    unsigned writes;
    bool open;
    char *arguments[MOST]; /* of the command, copied */
    char *variables[MOST];
    char copies[8000];
    size_t copied;
} done;

static jmp_buf end;
enum { STARTED = 1000 }; /* or the status, and 1 */

static inline void append(char *to, size_t capacity, const char *bytes, size_t size)
{
    const size_t before = strlen(to);
    CHECK(before + size < capacity);
    memcpy(to + before, bytes, size);
    to[before + size] = '\0';
}

static inline long look(const char *path)
{
    for (size_t i = 0; i < MOST && kernel.there[i]; i++) {
        if (strcmp(path, kernel.there[i]) == 0)
            return 0;
    }
    return -EACCES;
}

/* Copies the strings, since longjmp(3) leaves the stack that they are on. */
static inline void keep(char **copies, char *const *strings)
{
    for (size_t i = 0; strings[i]; i++) {
        const size_t size = strlen(strings[i]) + 1;
        CHECK(i < MOST - 1 && done.copied + size <= sizeof(done.copies));
        copies[i] = memcpy(done.copies + done.copied, strings[i], size);
        done.copied += size;
    }
}

static inline long execute(const char *path, char **arguments, char **variables)
{
    append(done.tried, sizeof(done.tried), path, strlen(path));
    append(done.tried, sizeof(done.tried), "\n", 1);
    if (!kernel.started || strcmp(path, kernel.started) != 0)
        return kernel.refused;
    keep(done.arguments, arguments);
    keep(done.variables, variables);
    longjmp(end, STARTED);
}

static inline long write_to(long fd, const char *bytes, size_t size)
{
    if (fd == STDERR_FILENO) {
        append(done.printed, sizeof(done.printed), bytes, size);
        return (long)size;
    }
    CHECK(fd == STDOUT_FILENO && done.writes < 4);
    const long taken = kernel.taken[done.writes++];
    const long size_taken = taken > (long)size ? (long)size : taken;
    if (size_taken > 0)
        append(done.shown, sizeof(done.shown), bytes, (size_t)size_taken);
    return size_taken;
}

static inline long copy(char *to, const char *from, size_t size, size_t end_too)
{
    CHECK(from && strlen(from) < size);
    memcpy(to, from, strlen(from) + 1);
    return (long)(strlen(from) + end_too);
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    switch (number) {
    case SYS_readlinkat:
        CHECK(a == AT_FDCWD && strcmp((const char *)b, "/proc/self/exe") == 0);
        return kernel.link ? copy((char *)c, kernel.link, (size_t)d, 0) : -ENOENT;
    case SYS_getcwd:
        return kernel.folder ? copy((char *)a, kernel.folder, (size_t)b, 1) : -ENOENT;
    case SYS_faccessat:
        CHECK(a == AT_FDCWD);
        return look((const char *)b);
    case SYS_execve:
        return execute((const char *)a, (char **)b, (char **)c);
    case SYS_openat:
        CHECK(a == AT_FDCWD && c == (O_PATH | O_CLOEXEC | O_NOFOLLOW) && !done.open);
        done.open = kernel.status == 0;
        return kernel.status == 0 ? kernel.descriptor : kernel.status;
    case SYS_fstat:
        CHECK(a == kernel.descriptor && done.open);
        ((struct stat *)b)->st_mode = kernel.type;
        return 0;
    case SYS_socket:
        CHECK(a == AF_UNIX && b == (SOCK_DGRAM | SOCK_CLOEXEC) && !c && !done.open);
        done.open = kernel.descriptor >= 0;
        return kernel.descriptor;
    case SYS_connect:
        CHECK(a == kernel.descriptor && c == sizeof(struct sockaddr_un));
        return kernel.connected;
    case SYS_close:
        CHECK(a == kernel.descriptor && done.open);
        done.open = false;
        return 0;
    case SYS_rt_sigaction:
        CHECK(a == SIGPIPE && !b);
        ((struct kernel_sigaction *)c)->handler = kernel.handler;
        return 0;
    case SYS_rt_sigprocmask:
        CHECK(!b);
        *(uint64_t *)c = kernel.blocked;
        return 0;
    case SYS_write:
        return write_to(a, (const char *)b, (size_t)c);
    case SYS_exit_group:
        longjmp(end, (int)a + 1);
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

/* Sets up a system in which the command /bin/true can be executed. */
static inline void begin(void)
{
    static const struct kernel usual = {.link = "/opt/entrypoint",
                                        .folder = "/home",
                                        .there = {"/opt/libnosigpipe.so"},
                                        .started = "/bin/true",
                                        .refused = -ENOENT,
                                        .descriptor = 9,
                                        .taken = {SIZE, SIZE, SIZE, SIZE}};
    kernel = usual;
}

/* Starts with a stack as the kernel makes it, with AT_EXECFN unless `executed` is NULL. */
static inline int start_as(const char *executed, const char *const *arguments,
                           const char *const *variables)
{
    static uintptr_t stack[4 * MOST];
    size_t at = 1;
    while (*arguments) {
        stack[at++] = (uintptr_t)*arguments++;
        stack[0] = at - 1;
    }
    stack[at++] = 0;
    while (*variables)
        stack[at++] = (uintptr_t)*variables++;
    stack[at++] = 0;
    const uintptr_t vector[] = {AT_SECURE, 0, executed ? AT_EXECFN : AT_SECURE,
                                (uintptr_t)executed, AT_NULL};
    memcpy(&stack[at], vector, sizeof(vector));
    done = (struct done){.writes = 0};
    const int how = setjmp(end);
    if (how == 0)
        helper_start(stack);
    CHECK(!done.open);
    return how == STARTED ? STARTED : how - 1;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define START(...)                                                                             \
    start_as("/opt/entrypoint", WORDS("entrypoint", __VA_ARGS__), WORDS("PATH=/bin"))

/* Checks the only line, without what all lines begin with. */
static inline void check_printed(const char *line)
{
    char expected[sizeof(done.printed)];
    snprintf(expected, sizeof(expected), "nosigpipe-entrypoint: %s\n", line);
    if (strcmp(expected, done.printed) != 0)
        fprintf(stderr, "expected: %sprinted: %s\n", expected, done.printed);
    CHECK(strcmp(expected, done.printed) == 0);
}

#endif
