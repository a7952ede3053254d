/* One process: whether it needs a visit, and whether it can be visited safely. */
#include "attach/attach.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/sigset.h"

/* A program of another ABI is visited by the nosigpipe-attach for that. */
static int hand_over(const struct target *target, unsigned abi)
{
    for (const char *const *other = invocation.others; *other; other++) {
        if (abi_of(SYSCALL(SYS_openat, AT_FDCWD, *other, O_RDONLY | O_CLOEXEC)) != abi)
            continue;
        char digits[16];
        struct strbuf pid = {digits, 0, sizeof(digits) - 1};
        strbuf_add_number(&pid, target->pid);
        digits[pid.size] = '\0';
        const char *const words[] = {*other, "one", invocation.task_name, invocation.options,
                                     digits, NULL};
        const long error = SYSCALL(SYS_execve, *other, words, invocation.variables);
        print_message("cannot start ", *other, "", error);
        return STATUS_REFUSED;
    }
    return refuse(target,
                  abi >> 16 == ELFCLASS32
                      ? "it is a 32-bit program, and no library for those is "
                        "installed"
                      : "it is a program of another machine or class, and no "
                        "library for those is installed",
                  0);
}

/* What the kernel and the maps show, without a stop. */
static int visit_known(struct target *target, enum task task)
{
    const bool ignored = proc_field(target->status, "SigIgn", 16, 0) & sigpipe_bit;
    const bool caught = proc_field(target->status, "SigCgt", 16, 0) & sigpipe_bit;
    struct resident found = {0};
    resident_find(target, &found);
    /* Where the library is off, a visit puts the guard beside it. */
    if ((ignored || caught) && !found.size && target_has_library(target))
        return print_done(target, "has the library preloaded");
    if (ignored && task != TASK_RELEASE)
        return print_done(target, task == TASK_STATUS ? "ignores SIGPIPE"
                                                      : "ignores SIGPIPE, so nothing was done");
    if (caught && !found.size && task != TASK_RELEASE)
        return print_done(target, task == TASK_STATUS
                                      ? "handles SIGPIPE itself"
                                      : "handles SIGPIPE itself, so nothing was done");
    if (!found.size && task == TASK_RELEASE)
        return print_done(target, "not guarded");
    if (found.size && !found.known && task != TASK_VISIT)
        return refuse(target, "its guard is of another version: 'nosigpipe --pid' renews it",
                      0);
    if (task == TASK_STATUS && !(found.size && caught)) {
        print_line(target, "not guarded", 0, NULL);
        return STATUS_REFUSED;
    }
    return visit_by_thread(target, task, &found);
}

#define CHANGES "it executes one program after another; try again"

/* What is known of the process is the `target`, which is of one program alone: so that is
   looked at first. */
static int try_to_visit(enum task task, pid_t pid, bool last)
{
    static struct target target;
    target = (struct target){.pid = pid};
    const long memory = proc_open(pid, "mem", O_RDWR);
    target_read_vector(&target);
    if (proc_status(pid, 0, target.status, sizeof(target.status)) <= 0)
        return refuse(&target, "no such process", 0);
    find_target_name(&target);
    const pid_t group = (pid_t)proc_field(target.status, "Tgid", 10, 0);
    const pid_t tracer = (pid_t)proc_field(target.status, "TracerPid", 10, 0);
    const uint64_t seccomp = proc_field(target.status, "Seccomp", 10, 0);
    char program[64];
    if (group != pid)
        return refuse(&target, "it is a thread, not a process", 0);
    if (proc_field(target.status, "VmSize", 10, 0) == 0 &&
        proc_field(target.status, "Threads", 10, 1) > 1)
        return refuse(&target, "its first thread has ended, and the others cannot be reached",
                      0);
    if (proc_field(target.status, "VmSize", 10, 0) == 0)
        return refuse(&target,
                      proc_link(pid, "exe", program, sizeof(program)) == -ENOENT &&
                              proc_field(target.status, "Kthread", 10, 1)
                          ? "it is a thread of the kernel, or has ended"
                          : "it has ended",
                      0);
    if (tracer)
        return refuse_tracer(&target, tracer);
    target.filtered = seccomp == 2 && !target_has_filters_of_all(&target);
    if (seccomp == 1)
        return refuse(&target, "seccomp allows it no call but read, write and exit", 0);
    const long exe = proc_open(pid, "exe", O_RDONLY);
    if (exe == -EACCES || exe == -EPERM)
        return refuse_rights(&target, -EPERM);
    const unsigned abi = abi_of(exe);
    if (abi != own_abi())
        return hand_over(&target, abi);
    if (target_is_secure(&target))
        return refuse(&target, "its program is set-user-ID or has capabilities of its own", 0);
    if (target_is_frozen(&target))
        return refuse(&target, "it is frozen (cgroup freezer): thaw it first", 0);
    if (memory < 0)
        return memory == -EACCES || memory == -EPERM
                   ? refuse_rights(&target, -EPERM)
                   : refuse(&target, "its memory cannot be opened", memory);
    target.memory = (int)memory;
    const int status = visit_known(&target, task);
    SYSCALL(SYS_close, memory);
    return status == STATUS_CHANGED && last ? refuse(&target, CHANGES, 0) : status;
}

/* Two visits at once would each put a resident there. The lock is on the folder of the process,
   which nothing else locks. Anyone may, so that it is not waited for without end. */
static void take_turn(pid_t pid)
{
    enum { LIMIT = 1000 };
    static const long pause[] = {0, 1000000};
    const long fd = proc_open(pid, "", O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < LIMIT; i++) {
        if (SYSCALL(SYS_flock, fd, LOCK_EX | LOCK_NB) != -EAGAIN)
            return;
        SYSCALL(SYS_nanosleep, pause, NULL);
    }
}

int visit_process(enum task task, pid_t pid)
{
    enum { LIMIT = 20 };
    int status = STATUS_CHANGED;
    take_turn(pid);
    for (int i = 1; status == STATUS_CHANGED; i++)
        status = try_to_visit(task, pid, i == LIMIT);
    return status;
}
