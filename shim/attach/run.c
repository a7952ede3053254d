/*
 * A static program, guarded from its first instruction: this process becomes the program, and
 * another one traces it and is gone before the program runs. That one is a child of neither: a
 * process between them ends first, so that it is passed to init, and the program's wait(2)
 * never sees it.
 */
#include "attach/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "attach/trace.h"
#include "base/kernel_sigaction.h"
#include "base/sigset.h"
#include "config/options.h"

/* The file may be on a slow server, or wait for a scanner (fanotify(7)): the tracer waits as
   long as the program does, and cannot outlive it. */
enum { LIMIT_MS = INT_MAX };

/* Puts the resident into the program, which has not begun yet: the thread is where execve(2)
   returns to it. If SIGPIPE is ignored, the hook alone: the program may set the default later.
 */
static long put_into(const struct target *target, struct thread *thread)
{
    struct resident resident;
    struct kernel_sigaction old;
    uintptr_t room = 0;
    const bool ignored = proc_field(target->status, "SigIgn", 16, 0) & sigpipe_bit;
    const uintptr_t site = hook_find_site(target, &(struct resident){0}, &room);
    const long answer = visit_install(target, thread, &resident, room, ignored ? NULL : &old);
    if (answer == 0 && site)
        hook_install(target, &resident, thread, site);
    return answer;
}

/* After execve(2) the kernel reports an event within the call, and then its end; before that
   end the registers are not the program's yet (ptrace(2), PTRACE_O_TRACEEXEC). */
static void follow(pid_t pid)
{
    static struct target target;
    static struct thread thread;
    long status = thread_wait(pid, LIMIT_MS);
    while (status > 0 && status >> 16 != PTRACE_EVENT_EXEC) {
        trace(PTRACE_CONT, pid, 0, status >> 16 ? 0 : (uintptr_t)WSTOPSIG(status));
        status = thread_wait(pid, LIMIT_MS);
    }
    if (status < 0 || trace(PTRACE_SYSCALL, pid, 0, 0) != 0 || thread_wait(pid, LIMIT_MS) < 0)
        return;
    thread = (struct thread){.id = pid};
    target.pid = pid;
    proc_status(pid, 0, target.status, sizeof(target.status));
    find_target_name(&target);
    const long memory = proc_open(pid, "mem", O_RDWR);
    long answer = memory;
    target.memory = (int)memory;
    if (memory >= 0)
        answer = thread_find_instruction(&target);
    if (answer == 0 && (answer = thread_take(&target, &thread)) == 0) {
        answer = put_into(&target, &thread);
        thread_release(&target, &thread);
    }
    if (answer < 0)
        print_message("the guard could not be put in place, so the program runs unprotected",
                      NULL, "", answer);
}

/* Only the socket, as standard input, and standard error stay open: the program's pipes must
   not. */
static void keep_socket(int socket)
{
    const int kept[] = {STDIN_FILENO, STDERR_FILENO};
    SYSCALL(SYS_dup3, socket, STDIN_FILENO, 0);
    close_others(kept, 2);
}

/* Whether this process can be taken when it stops (attach/thread.c): PTRACE_GETSIGMASK is of
   Linux 3.11. The read(2) in which it waits goes on afterwards. */
static long try_stop(pid_t pid)
{
    uint64_t mask;
    long answer = trace(PTRACE_INTERRUPT, pid, 0, 0);
    if (answer == 0 && (answer = thread_wait(pid, LIMIT_MS)) > 0)
        answer = trace(PTRACE_GETSIGMASK, pid, KERNEL_SIGSET_SIZE, (uintptr_t)&mask);
    return answer;
}

/* The tracer. */
static _Noreturn void trace_and_exit(pid_t pid)
{
    const int socket = STDIN_FILENO;
    const pid_t self = (pid_t)SYSCALL(SYS_getpid);
    char go = 0;
    SYSCALL(SYS_write, socket, &self, sizeof(self));
    SYSCALL(SYS_read, socket, &go, 1);
    thread_wait_prepare();
    long answer = trace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
    if (answer == 0 && go == 'p')
        answer = try_stop(pid);
    SYSCALL(SYS_write, socket, &answer, sizeof(answer));
    SYSCALL(SYS_close, socket);
    if (answer == 0 && go == 'e')
        follow(pid);
    for (;;)
        SYSCALL(SYS_exit_group, 0);
}

/* Starts the tracer. Its number is not this process's child. Returns the socket to it, or a
   negated errno value. Clone's exit signal is 0: SIGCHLD would reach the program. */
static long start_tracer(void)
{
    int sockets[2] = {0};
    int status;
    const pid_t self = (pid_t)SYSCALL(SYS_getpid);
    const long made = SYSCALL(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets);
    if (made < 0)
        return made;
    const long between = SYSCALL(SYS_clone, 0, 0, 0, 0, 0);
    if (between == 0) {
        keep_socket(sockets[1]);
        if (SYSCALL(SYS_clone, 0, 0, 0, 0, 0) == 0)
            trace_and_exit(self);
        for (;;)
            SYSCALL(SYS_exit_group, 0);
    }
    SYSCALL(SYS_close, sockets[1]);
    if (between > 0)
        SYSCALL(SYS_wait4, between, &status, __WALL, NULL);
    return between < 0 ? between : sockets[0];
}

/* Lets the tracer trace this process: Yama allows that to an ancestor only, or to whom the
   process names (prctl(2), PR_SET_PTRACER). `task` is 'e' if this process then executes the
   program, or 'p' to try it only. */
static long be_traced(char task)
{
    pid_t tracer = 0;
    long answer = -ECHILD;
    const long socket = start_tracer();
    if (socket < 0)
        return socket;
    if (SYSCALL(SYS_read, socket, &tracer, sizeof(tracer)) == sizeof(tracer)) {
        SYSCALL(SYS_prctl, PR_SET_PTRACER, tracer, 0, 0, 0);
        SYSCALL(SYS_write, socket, &task, 1);
        if (SYSCALL(SYS_read, socket, &answer, sizeof(answer)) != sizeof(answer))
            answer = -ECHILD;
    }
    SYSCALL(SYS_close, socket);
    return answer;
}

/* Whether children whose parents have ended come to this process: then the tracer would. */
static bool adopts_children(void)
{
    int subreaper = 0;
    SYSCALL(SYS_prctl, PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
    return SYSCALL(SYS_getpid) == 1 || subreaper;
}

#define ADOPTS                                                                                 \
    "the tracer would become a child of the program (process 1, or a child subreaper)"

/* On i386 the first calls return 16 bits; getuid(2). */
#if defined(SYS_geteuid32)
#define GETEUID SYS_geteuid32
#define GETEGID SYS_getegid32
#else
#define GETEUID SYS_geteuid
#define GETEGID SYS_getegid
#endif

/* Whether the file would give the program rights, which it does not get under a tracer. */
static bool gives_rights(const char *file)
{
    struct file_status status = {0};
    char capabilities[32];
    const uint32_t user = (uint32_t)SYSCALL(GETEUID);
    path_status(file, 0, &status);
    return ((status.mode & S_ISUID) && status.user != user) ||
           ((status.mode & S_ISGID) && status.group != (uint32_t)SYSCALL(GETEGID)) ||
           (user != 0 && SYSCALL(SYS_getxattr, file, "security.capability", capabilities,
                                 sizeof(capabilities)) > 0);
}

/* An ignored signal would be no event, so action=die and the like would do nothing. */
static void ignore_instead(const char *file, const char *reason, long error)
{
    const struct kernel_sigaction ignored = {.handler = (uintptr_t)SIG_IGN};
    const bool helps = options.action == ACTION_EPIPE;
    char space[256];
    struct strbuf after = {space, 0, sizeof(space) - 1};
    strbuf_add(&after,
               helps ? " starts with SIGPIPE ignored, since " : " starts unprotected, since ");
    strbuf_add(&after, reason);
    space[after.size] = '\0';
    print_message("", file, space, error);
    if (helps)
        rt_sigaction(SIGPIPE, &ignored, NULL);
}

/* The tracer inherits it: thread_wait looks for SIGCHLD. */
static const uint64_t all = ~UINT64_C(0);

int run_static(const struct process *process, char **arguments)
{
    uint64_t mask = 0;
    if (!arguments[0] || !arguments[1]) {
        print_message("no program given", NULL, "", 0);
        return STATUS_FAILED;
    }
    const char *const text = environment_value(process->variables, "NOSIGPIPE_OPTIONS=");
    if (!options_read_off(text)) {
        options_read(text);
        options.mode = MODE_CATCH;
        SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, KERNEL_SIGSET_SIZE);
        if (adopts_children()) {
            ignore_instead(arguments[0], ADOPTS, 0);
        } else if (gives_rights(arguments[0])) {
            ignore_instead(arguments[0], "it gains rights, which a traced program does not", 0);
        } else {
            const long answer = be_traced('e');
            if (answer != 0)
                ignore_instead(arguments[0], "ptrace is not permitted", answer);
        }
        SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
    }
    const long error = SYSCALL(SYS_execve, arguments[0], arguments + 1, process->variables);
    print_message("cannot start ", arguments[0], "", error);
    return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

int run_probe(void)
{
    char space[256];
    struct strbuf line = {space, 0, sizeof(space)};
    const bool adopts = adopts_children();
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, KERNEL_SIGSET_SIZE);
    const long answer = adopts ? 0 : be_traced('p');
    if (!adopts && answer == 0)
        return STATUS_DONE;
    strbuf_add(&line, adopts ? ADOPTS : "ptrace is not permitted");
    strbuf_add(&line, "\n");
    SYSCALL(SYS_write, STDOUT_FILENO, space, line.size);
    return STATUS_REFUSED;
}
