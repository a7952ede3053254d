/*
 * Which thread to stop, and when. A stop interrupts a blocking call as a signal would, and the
 * kernel restarts most calls afterwards. It cannot restart those that have done a part of their
 * work: a write that has partly gone out returns what it has (pipe(7), send(2)).
 */
#include "attach/attach.h"

#include <errno.h>
#include <limits.h>
#include <linux/net.h>

/* How long to wait for a good moment, for one that may be, and for the least of them. */
enum { GOOD_MS = 20, FAIR_MS = 1000, LIMIT_MS = 2000, STOP_MS = 200 };

/* i386 has it with 64-bit seconds alone; before that it was one of ipc(2). */
#if defined(SYS_semtimedop)
#define SEMTIMEDOP SYS_semtimedop
#else
#define SEMTIMEDOP SYS_semtimedop_time64
#endif

struct call {
    bool known;
    long number;
    unsigned long argument[6];
};

/* "NUMBER ARGUMENT*6 SP PC", "running", or "-1 SP PC" outside a system call;
 * proc_pid_syscall(5).
 */
static struct call current_call_of(pid_t pid, pid_t thread)
{
    char text[256];
    struct call call = {0};
    if (proc_read(pid, thread, "syscall", text, sizeof(text)) <= 0 || *text < '0' ||
        *text > '9')
        return call;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++)
        call.number = call.number * 10 + (*at - '0');
    for (int i = 0; i < 6 && at[0] == ' '; i++) {
        for (at += 3; *at && *at != ' ' && *at != '\n'; at++)
            call.argument[i] = call.argument[i] * 16 +
                               (unsigned long)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
    }
    call.known = true;
    return call;
}

bool is_kind(pid_t pid, unsigned long fd, const char *kind)
{
    char file[32];
    char link[16];
    struct strbuf text = {file, 0, sizeof(file) - 1};
    strbuf_add(&text, "fd/");
    strbuf_add_number(&text, (int)fd);
    file[text.size] = '\0';
    proc_link(pid, file, link, sizeof(link));
    return after_prefix(link, kind) != NULL;
}

/* A pipe takes so much at once or not at all (pipe(7), PIPE_BUF), and a single byte has no
   parts. So a program whose log no one reads can be visited. */
static bool is_whole_write(pid_t pid, const struct call *call)
{
    return call->number == SYS_write &&
           (call->argument[2] <= 1 ||
            (call->argument[2] <= PIPE_BUF && is_kind(pid, call->argument[0], "pipe:")));
}

/* Calls that may have done a part, and those in which no stop is possible: the parent of a
   vfork child, and a thread that ends. */
static bool is_bad(const struct call *call)
{
    static const short bad[] = {
        SYS_write,
        SYS_writev,
        SYS_pwrite64,
        SYS_pwritev,
        SYS_pwritev2,
        SYS_sendmsg,
        SYS_sendmmsg,
        SYS_sendto,
        SYS_recvmmsg,
        SYS_sendfile,
        SYS_splice,
        SYS_tee,
        SYS_vmsplice,
        SYS_copy_file_range,
        SYS_getrandom,
        SYS_vfork,
        SYS_clone,
        SYS_clone3,
        SYS_execve,
        SYS_execveat,
        SYS_exit,
        SYS_exit_group,
        SYS_close,
        SYS_ptrace,
#if defined(SYS_sendfile64)
        SYS_sendfile64,
#endif
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (bad[i] == call->number)
            return true;
    }
#if defined(SYS_socketcall)
    if (call->number == SYS_socketcall)
        return call->argument[0] != SYS_ACCEPT && call->argument[0] != SYS_ACCEPT4 &&
               call->argument[0] != SYS_CONNECT && call->argument[0] != SYS_RECV &&
               call->argument[0] != SYS_RECVFROM;
#endif
    return (call->number == SYS_recvfrom && (call->argument[3] & MSG_WAITALL)) ||
           (call->number == SYS_recvmsg && (call->argument[2] & MSG_WAITALL)) ||
           (call->number == SYS_io_uring_enter && call->argument[1] != 0);
}

/* Whether it waits for a time that begins anew when the call is restarted. */
static bool waits_anew(const struct call *call)
{
    switch (call->number) {
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
        return (int)call->argument[3] > 0;
    case SYS_epoll_pwait2:
    case SEMTIMEDOP:
        return call->argument[3] != 0;
    case SYS_rt_sigtimedwait:
        return call->argument[2] != 0;
    case SYS_io_uring_enter:
    case SYS_io_getevents:
        return call->argument[4] != 0;
    default:
        return false;
    }
}

/* A socket may have SO_RCVTIMEO or SO_SNDTIMEO, which does the same. */
static bool may_wait_anew(pid_t pid, const struct call *call)
{
    switch (call->number) {
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_accept4:
    case SYS_connect:
#if defined(SYS_accept)
    case SYS_accept:
#endif
#if defined(SYS_socketcall)
    case SYS_socketcall:
#endif
        return true;
    case SYS_read:
    case SYS_readv:
        return is_kind(pid, call->argument[0], "socket:");
    default:
        return false;
    }
}

/* A thread that a signal has stopped is behind the work of its call, whichever that is. */
static bool is_stopped(pid_t pid, pid_t thread)
{
    char text[512];
    return after_prefix(proc_state(pid, thread, text, sizeof(text)), ") T") != NULL;
}

/* The flags are the seventh field behind the name. Before Linux 6.4 PF_USER_WORKER's bit meant
   something else, which only a first thread had. */
bool thread_is_worker(pid_t pid, pid_t thread)
{
    enum { PF_IO_WORKER = 0x10, PF_USER_WORKER = 0x4000 }; /* include/linux/sched.h */
    char text[512];
    unsigned long flags = 0;
    const char *at = proc_state(pid, thread, text, sizeof(text));
    for (int blanks = 0; *at && blanks < 7; at++)
        blanks += *at == ' ';
    for (; *at >= '0' && *at <= '9'; at++)
        flags = flags * 10 + (unsigned long)(*at - '0');
    return thread != pid && (flags & (PF_IO_WORKER | PF_USER_WORKER));
}

enum moment thread_moment(pid_t pid, pid_t thread)
{
    const struct call call = current_call_of(pid, thread);
    if (!call.known)
        return MOMENT_RUNS;
    if ((is_bad(&call) || waits_anew(&call)) && is_stopped(pid, thread))
        return MOMENT_GOOD;
    if (is_bad(&call) && !is_whole_write(pid, &call))
        return MOMENT_BAD;
    if (waits_anew(&call))
        return MOMENT_WAITS_ANEW;
    return may_wait_anew(pid, &call) ? MOMENT_MAY_WAIT_ANEW : MOMENT_GOOD;
}

struct choice {
    pid_t thread;
    enum moment moment;
    uint64_t switches;
};

static struct choice best_thread(const struct target *target)
{
    static pid_t ids[MOST_THREADS];
    struct choice best = {0, MOMENT_BAD, 0};
    const size_t count = proc_threads(target->pid, ids);
    for (size_t i = 0; i < count && i < MOST_THREADS && best.moment != MOMENT_GOOD; i++) {
        const enum moment moment = thread_moment(target->pid, ids[i]);
        if (moment < best.moment && !thread_is_worker(target->pid, ids[i]))
            best = (struct choice){ids[i], moment, 0};
    }
    if (best.moment == MOMENT_WAITS_ANEW) {
        static char status[4096];
        proc_status(target->pid, best.thread, status, sizeof(status));
        best.switches = proc_field(status, "voluntary_ctxt_switches", 10, 0);
    }
    return best;
}

static enum moment acceptable(int64_t passed)
{
    return passed < GOOD_MS   ? MOMENT_GOOD
           : passed < FAIR_MS ? MOMENT_MAY_WAIT_ANEW
                              : MOMENT_WAITS_ANEW;
}

/* A thread that is just ending is refused as well (kernel/ptrace.c, ptrace_attach). And each
   thread that has not stopped in time is one more to wait for. */
enum { MOST_REFUSALS = 4 };

/* Stops the thread for which that is best. A thread that has just begun to wait loses least if
   its time begins anew: its count of switches has moved. */
long thread_stop_best(const struct target *target, struct thread *thread)
{
    const int64_t start = now_ms();
    struct choice last = {0};
    long answer = -EAGAIN;
    int refusals = 0;
    for (int64_t passed = 0; passed < LIMIT_MS; passed = now_ms() - start) {
        const struct choice best = best_thread(target);
        const bool just_began = best.thread == last.thread && best.switches != last.switches;
        if (best.thread && (best.moment <= acceptable(passed) || just_began)) {
            answer = thread_stop(target, best.thread, STOP_MS, thread);
            refusals += answer == -EPERM || answer == -ETIMEDOUT;
            if (answer == 0 || refusals == MOST_REFUSALS)
                return answer;
        }
        if (thread_is_gone(target->pid, target->pid))
            return -ESRCH;
        last = best;
        static const long pause[] = {0, 300000};
        SYSCALL(SYS_nanosleep, pause, NULL);
    }
    return answer == -ETIMEDOUT ? answer : -EAGAIN;
}
