#include "helper/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"

enum { ANSWER_SIZE = 4096, LIMIT_MS = 2000 };

struct identity identity;

/* Writes a text and a NUL, as much as fits. A line break would end the field of a header. */
static void set(char *to, size_t capacity, const char *text, size_t size)
{
    size_t i = 0;
    for (; i < size && i < capacity - 1 && text[i] && text[i] != '\n'; i++)
        to[i] = text[i];
    to[i] = '\0';
}

static void set_last_part(const char *path, size_t size)
{
    size_t start = size;
    while (start && path[start - 1] != '/')
        start--;
    set(identity.identifier, sizeof(identity.identifier), path + start, size - start);
}

void identity_begin(const char *command, long process, char **variables)
{
    struct strbuf number = {0};
    number.start = identity.process; /* an initializer would have to be relocated */
    number.capacity = sizeof(identity.process) - 1;
    strbuf_add_number(&number, process);
    set_last_part(command, strlen(command));
    set(identity.priority, sizeof(identity.priority), "6", 1);
    set(identity.has_levels, sizeof(identity.has_levels), "1", 1);
    identity.variables = variables;
}

static size_t part_size(const char *text, char end)
{
    size_t size = 0;
    while (text[size] && text[size] != end)
        size++;
    return size;
}

static bool ends_in(const char *text, size_t size, const char *end)
{
    const size_t end_size = strlen(end);
    size_t i = 0;
    while (i < end_size && size >= end_size && text[size - end_size + i] == end[i])
        i++;
    return i == end_size;
}

/* Finds the last part of a cgroup's path that is a service or a scope. Returns whether it is
   below a user's manager. */
static bool find_unit_in(const char *at)
{
    bool of_user = false;
    while (*at && *at != '\n') {
        size_t size = 0;
        while (at[size] && at[size] != '/' && at[size] != '\n')
            size++;
        if (ends_in(at, size, ".service") || ends_in(at, size, ".scope")) {
            of_user = of_user || after_prefix(identity.unit, "user@");
            set(identity.unit, sizeof(identity.unit), at, size);
        }
        at += size + (at[size] == '/');
    }
    return of_user;
}

/* The line of systemd's hierarchy is "0::PATH", before version 2 "N:name=systemd:PATH"
   (cgroups(7)). A machine may have both, of which one is not used. */
static bool find_unit(const char *groups)
{
    bool of_user = false;
    while (*groups && !*identity.unit) {
        const size_t name = part_size(groups, '/');
        if (after_prefix(groups, "0::") || ends_in(groups, name, ":name=systemd:"))
            of_user = find_unit_in(groups);
        groups += part_size(groups, '\n');
        groups += *groups == '\n';
    }
    return of_user;
}

static void read_cgroup(char *space, size_t capacity)
{
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    const long size = fd < 0 ? fd : SYSCALL(SYS_read, fd, space, capacity - 1);
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
    space[size > 0 ? size : 0] = '\0';
}

static _Noreturn void run_systemctl(int output, bool of_user)
{
    char name[] = "systemctl";
    char task[] = "show";
    char properties[] =
        "--property=SyslogIdentifier,SyslogPriority,SyslogLevelPrefix,ExecStart";
    char manager[] = "--system";
    char end[] = "--";
    char unit[sizeof(identity.unit)];
    /* All are on the stack: an address of another place would have to be relocated. */
    char *arguments[] = {name, task, properties, manager, end, unit, NULL};
    const uint64_t none = 0;
    const int kept[] = {STDOUT_FILENO};
    set(unit, sizeof(unit), identity.unit, sizeof(unit));
    if (of_user)
        set(manager, sizeof(manager), "--user", 6);
    if (SYSCALL(SYS_dup3, output, STDOUT_FILENO, 0) < 0) /* it is that one */
        SYSCALL(SYS_fcntl, STDOUT_FILENO, F_SETFD, 0);
    close_others(kept, 1);
    SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGSET_SIZE);
    exec_command(arguments, identity.variables);
    for (;;)
        SYSCALL(SYS_exit_group, STATUS_NOT_FOUND);
}

/* Reads until the end, or for 2 seconds. */
static size_t read_answer(int fd, char *answer, size_t capacity)
{
    const int64_t end = clock_now(CLOCK_MONOTONIC).seconds + LIMIT_MS / 1000;
    size_t size = 0;
    while (size < capacity && clock_now(CLOCK_MONOTONIC).seconds <= end) {
        long limit[2] = {1, 0};
        struct pollfd polled = {fd, POLLIN, 0};
        if (SYSCALL(SYS_ppoll, &polled, 1, limit, NULL, 0) != 1)
            continue;
        const long got = SYSCALL(SYS_read, fd, answer + size, capacity - size);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    return size;
}

/* The identifier that no one has set is the name of the file that the unit executes (systemd,
   src/core/exec-invoke.c, connect_logger_as). */
static void take_line(const char *line)
{
    const char *value;
    if ((value = after_prefix(line, "SyslogIdentifier=")) != NULL && *value && *value != '\n') {
        set(identity.identifier, sizeof(identity.identifier), value, SIZE_MAX);
    } else if ((value = after_prefix(line, "SyslogPriority=")) != NULL) {
        set(identity.priority, sizeof(identity.priority), value, SIZE_MAX);
    } else if ((value = after_prefix(line, "SyslogLevelPrefix=")) != NULL) {
        set(identity.has_levels, sizeof(identity.has_levels), *value == 'y' ? "1" : "0", 1);
    } else if ((value = after_prefix(line, "ExecStart={ path=")) != NULL) {
        set_last_part(value, part_size(value, ' '));
    }
}

static void ask_systemd(bool of_user)
{
    static char answer[ANSWER_SIZE + 1];
    int pipe[2] = {-1, -1};
    int status;
    if (SYSCALL(SYS_pipe2, pipe, O_CLOEXEC) != 0)
        return;
    const long asked = fork_process();
    if (asked == 0)
        run_systemctl(pipe[1], of_user);
    SYSCALL(SYS_close, pipe[1]);
    answer[asked < 0 ? 0 : read_answer(pipe[0], answer, ANSWER_SIZE)] = '\0';
    SYSCALL(SYS_close, pipe[0]);
    if (asked > 0) {
        SYSCALL(SYS_kill, asked, SIGKILL);
        SYSCALL(SYS_wait4, asked, &status, 0, NULL);
    }
    /* ExecStart first: what SyslogIdentifier sets wins. */
    for (int round = 0; round < 2; round++) {
        for (const char *line = answer; *line; line += part_size(line, '\n'), line += !!*line) {
            if (!!after_prefix(line, "ExecStart=") == !round)
                take_line(line);
        }
    }
}

void identity_find(void)
{
    char groups[4096];
    if (identity.was_asked)
        return;
    identity.was_asked = true;
    read_cgroup(groups, sizeof(groups));
    const bool of_user = find_unit(groups);
    if (!ends_in(identity.unit, strlen(identity.unit), ".service"))
        return;
    /* daemon.info, what systemd sets (systemd.exec(5), SyslogFacility=). */
    set(identity.priority, sizeof(identity.priority), "30", 2);
    ask_systemd(of_user);
}
