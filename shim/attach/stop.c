/* A thread of a process that runs is stopped. */
#include "attach/attach.h"

#include <errno.h>

#include "attach/trace.h"

/* How long the threads that did not stop in time are waited for at the end. */
enum { LATE_MS = 10000 };

/* Brings a traced thread to the stop from which the kernel handles signals and restarts. If a
   signal such as SIGSTOP has stopped the process already, the event has that signal (ptrace(2),
   "Group-stop"). */
static long stop_by_event(struct thread *thread, int64_t limit_ms)
{
    const int64_t end = now_ms() + limit_ms;
    long status = trace(PTRACE_INTERRUPT, thread->id, 0, 0);
    while (status >= 0) {
        status = thread_wait(thread->id, end - now_ms());
        if (status < 0 || is_event_stop(status))
            break;
        trace(PTRACE_CONT, thread->id, 0, signal_of(status));
    }
    thread->was_stopped = status >= 0 && WSTOPSIG(status) != SIGTRAP;
    return status < 0 ? status : 0;
}

/* Threads that did not stop in time: one in an uninterruptible call, or without its share of
   the CPU. The kernel tells them to all the same, which may interrupt a call, so that one more
   stop has to put that right. */
static pid_t late[16];
static size_t late_count;

static bool forget_late(pid_t id)
{
    for (size_t i = 0; i < late_count; i++) {
        if (late[i] == id) {
            late[i] = late[--late_count];
            return true;
        }
    }
    return false;
}

long thread_stop(const struct target *target, pid_t id, int64_t limit_ms, struct thread *thread)
{
    const uintptr_t options =
        PTRACE_O_TRACESYSGOOD | (target->filtered ? PTRACE_O_SUSPEND_SECCOMP : 0);
    *thread = (struct thread){.id = id};
    long answer = forget_late(id) ? 0 : trace(PTRACE_SEIZE, id, 0, options);
    if (answer == 0)
        answer = stop_by_event(thread, limit_ms);
    if (answer == -ETIMEDOUT && late_count < sizeof(late) / sizeof(late[0]))
        late[late_count++] = id;
    return answer;
}

void thread_release_late(const struct target *target)
{
    const int64_t end = now_ms() + LATE_MS;
    for (; late_count; late_count--) {
        struct thread thread = {.id = late[late_count - 1]};
        if (stop_by_event(&thread, end - now_ms()) == 0 && thread_take(target, &thread) == 0) {
            thread_complete(target, &thread);
            thread_release(target, &thread);
        }
    }
}
