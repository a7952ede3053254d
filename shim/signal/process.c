#include "signal/process.h"

#include <linux/kcmp.h>

#include "base/seccomp.h"
#include "base/syscall.h"
#include "link/next.h"
#include "report/counters.h"

/*
 * The calling thread's id as libc keeps it, or 0. Makes no system call: libc computes a
 * thread's clock id from it (glibc and musl: pthread_getcpuclockid.c), inverted and above three
 * bits of other use, as the kernel does (include/linux/posix-timers.h, CPUCLOCK_PID). In the
 * first thread, also of a forked child, it is the process id too. Before glibc 2.34 it is 0 in
 * a process without libpthread.
 */
static pid_t thread_id(void)
{
    clockid_t clock;
    if (!next_own.pthread_self || !next_own.pthread_getcpuclockid ||
        next_own.pthread_getcpuclockid(next_own.pthread_self(), &clock) != 0)
        return 0;
    return ~(clock >> 3);
}

pid_t process_id(void)
{
    return sandboxed ? counters_noted_process() : (pid_t)SYSCALL(SYS_getpid);
}

void process_prepare_for_sandbox(bool is_known)
{
    if (!sandboxed)
        counters_note_process(is_known ? (pid_t)SYSCALL(SYS_getpid) : 0);
}

pid_t vfork_child_id(void)
{
    const pid_t kept = thread_id();
    const pid_t own = kept ? (pid_t)SYSCALL(SYS_gettid) : 0;
    return own == kept ? 0 : own;
}

enum memory process_memory(void)
{
    if (!vfork_child_id())
        return MEMORY_OWN;
    const long order =
        SYSCALL(SYS_kcmp, SYSCALL(SYS_getpid), SYSCALL(SYS_getppid), KCMP_VM, 0, 0);
    return order == 0 ? MEMORY_OF_PARENT : order > 0 ? MEMORY_OWN : MEMORY_UNKNOWN;
}

void process_note_fork(void)
{
    if (sandboxed)
        counters_note_process(thread_id());
}
