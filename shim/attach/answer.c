/* What is printed about a process: a line about what was done, or why it is refused. */
#include "attach/attach.h"

#include <errno.h>
#include <fcntl.h>

void print_line(const struct target *target, const char *text, int64_t number,
                const char *after)
{
    char space[512];
    struct strbuf line = {space, 0, sizeof(space)};
    strbuf_add_number(&line, target->pid);
    strbuf_add(&line, " ");
    strbuf_add(&line, target->name);
    strbuf_add(&line, ": ");
    strbuf_add(&line, text);
    if (after) {
        strbuf_add_number(&line, number);
        strbuf_add(&line, after);
    }
    strbuf_add(&line, "\n");
    erase_progress();
    SYSCALL(SYS_write, STDOUT_FILENO, space, line.size);
}

int print_done(const struct target *target, const char *text)
{
    print_line(target, text, 0, NULL);
    return STATUS_DONE;
}

int refuse(const struct target *target, const char *reason, long error)
{
    char space[256];
    struct strbuf start = {space, 0, sizeof(space) - 1};
    strbuf_add_number(&start, target->pid);
    if (*target->name) {
        strbuf_add(&start, " ");
        strbuf_add(&start, target->name);
    }
    strbuf_add(&start, ": ");
    strbuf_add(&start, reason);
    space[start.size] = '\0';
    print_message(space, NULL, "", error);
    return STATUS_REFUSED;
}

int refuse_tracer(const struct target *target, pid_t tracer)
{
    char reason[96];
    struct strbuf text = {reason, 0, sizeof(reason) - 1};
    char name[32];
    strbuf_add(&text, "it is traced by ");
    strbuf_add_number(&text, tracer);
    if (proc_read(tracer, 0, "comm", name, sizeof(name)) > 0) {
        strbuf_add(&text, " (");
        add_name(&text, name);
        strbuf_add(&text, ")");
    }
    strbuf_add(&text, ": end that first");
    reason[text.size] = '\0';
    return refuse(target, reason, 0);
}

int refuse_rights(const struct target *target, long error)
{
    char scope[8] = "";
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope",
                            O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        SYSCALL(SYS_read, fd, scope, sizeof(scope) - 1);
        SYSCALL(SYS_close, fd);
    }
    if (error == -ESRCH)
        return refuse(target, "it has ended", 0);
    if (target->filtered)
        return refuse(
            target, "it has a seccomp filter of its own, which only CAP_SYS_ADMIN may suspend",
            error);
    if (*scope == '3') /* Documentation/admin-guide/LSM/Yama.rst: it cannot be lowered */
        return refuse(target, "kernel.yama.ptrace_scope forbids it until the next boot", error);
    if (*scope > '0')
        return refuse(target, "kernel.yama.ptrace_scope leaves that to root", error);
    return refuse(target, "you may not trace it: that takes its user or CAP_SYS_PTRACE", error);
}
