/* A thread of the target: stopped, used for a system call, and put back. */
#include "attach/attach.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "attach/trace.h"
#include "base/clock.h"
#include "base/sigset.h"

static const uint64_t all_signals = ~UINT64_C(0);

/* How long a system call of ours may take until something else must hold the thread. */
enum { CALL_MS = 1000, LOOK_MS = 50 };

int64_t now_ms(void)
{
    const struct kernel_time now = clock_now(CLOCK_MONOTONIC);
    return now.seconds * 1000 + (long)now.nanoseconds / 1000000;
}

void thread_wait_prepare(void)
{
    const struct kernel_sigaction none = {.handler = (uintptr_t)SIG_DFL};
    rt_sigaction(SIGCHLD, &none, NULL);
}

/* SIGCHLD, which is blocked here, comes with each stop. That a first thread has ended is not
   reported while other threads that are traced have not been waited for, so that is looked at.
 */
long thread_wait(pid_t id, int64_t limit_ms)
{
    static const uint64_t child_signal = SIGNAL_BIT(SIGCHLD);
    const int64_t end = now_ms() + limit_ms;
    for (;;) {
        int status = 0;
        const long got = SYSCALL(SYS_wait4, id, &status, __WALL | WNOHANG, NULL);
        if (got == id)
            return WIFSTOPPED(status) ? status : -ESRCH;
        const long left = (long)(end - now_ms());
        if (got < 0 || thread_is_dead(id))
            return -ESRCH;
        if (left <= 0)
            return -ETIMEDOUT;
        const long longest[] = {0, (left < LOOK_MS ? left : LOOK_MS) * 1000000};
        SYSCALL(SYS_rt_sigtimedwait, &child_signal, NULL, longest, KERNEL_SIGSET_SIZE);
    }
}

#if defined(R_RESTARTED)

/* Calls that return EINTR after any stop, where others are restarted (signal(7)). The kernel
   never closes a descriptor twice, so close(2) must not be here. */
static bool is_to_be_restarted(const struct user_regs_struct *registers)
{
    if ((long)registers->R_RESULT != -EINTR)
        return false;
    switch ((long)registers->R_RESTARTED) {
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_io_uring_enter:
    case SYS_io_getevents:
    case SYS_rt_sigtimedwait:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_accept4:
    case SYS_connect:
    case SYS_read:
    case SYS_readv:
    case SYS_write:
    case SYS_writev:
#if defined(SYS_accept)
    case SYS_accept:
    case SYS_semop:
    case SYS_semtimedop:
#endif
#if defined(SYS_socketcall)
    case SYS_socketcall:
    case SYS_ipc:
#endif
#if defined(SYS_rt_sigtimedwait_time64)
    case SYS_rt_sigtimedwait_time64:
    case SYS_semtimedop_time64:
#endif
        return true;
    default:
        return false;
    }
}

static bool is_in_call(const struct user_regs_struct *registers)
{
    return (long)registers->R_RESTARTED >= 0;
}

#else

/* Only a program that has not begun is traced. */
static bool is_to_be_restarted(const struct user_regs_struct *registers)
{
    (void)registers;
    return false;
}

static bool is_in_call(const struct user_regs_struct *registers)
{
    (void)registers;
    return false;
}

#endif

/* A thread that is stopped in a restartable sequence goes on in it. But while it makes a system
   call of ours the kernel takes that for the sequence's end, and clears this pointer
   (kernel/rseq.c, rseq_ip_fixup). Linux 5.13 has the request. */
static void note_rseq(const struct target *target, struct thread *thread)
{
    struct {
        uint64_t pointer;
        uint32_t size, signature, flags, padding;
    } rseq = {0};
    enum { GET_RSEQ_CONFIGURATION = 0x420f, RSEQ_CS = 8 };
    if (is_in_call(&thread->registers) ||
        trace(GET_RSEQ_CONFIGURATION, thread->id, sizeof(rseq), (uintptr_t)&rseq) <
            (long)sizeof(rseq) ||
        !rseq.pointer)
        return;
    thread->rseq_cs_at = (uintptr_t)rseq.pointer + RSEQ_CS;
    if (!read_memory(target, &thread->rseq_cs, thread->rseq_cs_at, sizeof(thread->rseq_cs)) ||
        !thread->rseq_cs)
        thread->rseq_cs_at = 0;
}

/* Where instructions may begin. */
#if defined(__aarch64__)
enum { INSTRUCTION_STEP = 4 };
#elif defined(__riscv)
enum { INSTRUCTION_STEP = 2 };
#else
enum { INSTRUCTION_STEP = 1 };
#endif

struct search {
    const struct target *target;
    uintptr_t found;
};

static const unsigned char wanted[] = SYSCALL_INSTRUCTION;

static bool is_instruction(const unsigned char *code)
{
    for (size_t i = 0; i < sizeof(wanted); i++) {
        if (code[i] != wanted[i])
            return false;
    }
    return true;
}

static bool find_in(const struct mapping *mapping, void *data)
{
    static unsigned char code[16384];
    struct search *const search = data;
    size_t size = mapping->end - mapping->start;
    if (!mapping->executable || !mapping->readable || strcmp(mapping->name, "[vdso]") != 0)
        return false;
    size = size < sizeof(code) ? size : sizeof(code);
    if (!read_memory(search->target, code, mapping->start, size))
        return false;
    for (size_t i = 0; i + sizeof(wanted) <= size && !search->found; i += INSTRUCTION_STEP) {
        if (is_instruction(&code[i]))
            search->found = mapping->start + i;
    }
    return search->found != 0;
}

/* The one of the vDSO, which never changes: a heap may be executable as well, and has what the
   program writes there. That of the call that was interrupted would do as well; but if this
   process were killed midway, the program would take our result for that call's, where here it
   ends. */
long thread_find_instruction(struct target *target)
{
    struct search search = {target, 0};
    proc_maps(target->pid, find_in, &search);
    target->instruction = search.found;
    return search.found ? 0 : -ENOEXEC;
}

#if defined(PTRACE_GETREGS)

static long get_registers(pid_t id, struct user_regs_struct *registers)
{
    return trace(PTRACE_GETREGS, id, 0, (uintptr_t)registers);
}

static long set_registers(pid_t id, struct user_regs_struct *registers)
{
    return trace(PTRACE_SETREGS, id, 0, (uintptr_t)registers);
}

#else

static long get_registers(pid_t id, struct user_regs_struct *registers)
{
    struct iovec place = {registers, sizeof(*registers)};
    return trace(PTRACE_GETREGSET, id, NT_PRSTATUS, (uintptr_t)&place);
}

static long set_registers(pid_t id, struct user_regs_struct *registers)
{
    struct iovec place = {registers, sizeof(*registers)};
    return trace(PTRACE_SETREGSET, id, NT_PRSTATUS, (uintptr_t)&place);
}

#endif

long thread_take(const struct target *target, struct thread *thread)
{
    long answer = get_registers(thread->id, &thread->registers);
    if (answer == 0)
        answer =
            trace(PTRACE_GETSIGMASK, thread->id, KERNEL_SIGSET_SIZE, (uintptr_t)&thread->mask);
    if (answer == 0)
        answer =
            trace(PTRACE_SETSIGMASK, thread->id, KERNEL_SIGSET_SIZE, (uintptr_t)&all_signals);
    if (answer != 0)
        return answer;
    if (!thread->was_stopped && is_to_be_restarted(&thread->registers))
        thread->registers.R_RESULT = (register_word)-KERNEL_ERESTARTNOHAND;
    note_rseq(target, thread);
    thread->instruction = target->instruction;
    return 0;
}

/* Resumes the thread up to where it enters or leaves a system call. A call that takes too long,
   a write for one, is interrupted. Errors: ETIMEDOUT, EHOSTUNREACH (it is not even stopped). */
static long run_to_syscall_stop(pid_t id)
{
    const int64_t end = now_ms() + CALL_MS;
    uintptr_t passed_on = 0;
    for (;;) {
        long status = trace(PTRACE_SYSCALL, id, 0, passed_on);
        if (status == 0)
            status = thread_wait(id, end - now_ms());
        if (status == -ETIMEDOUT) {
            trace(PTRACE_INTERRUPT, id, 0, 0);
            status = thread_wait(id, CALL_MS);
            if (status == -ETIMEDOUT)
                return -EHOSTUNREACH;
            if (status > 0 && is_event_stop(status))
                return -ETIMEDOUT;
        }
        if (status < 0 || is_syscall_stop(status))
            return status < 0 ? status : 0;
        passed_on = signal_of(status);
    }
}

/* A thread of a 64-bit program may be in 32-bit code when it is stopped (Wine's are). */
static void set_code_segment(struct user_regs_struct *registers)
{
#if defined(__x86_64__)
    enum { USER_CS = 0x33 }; /* arch/x86/include/asm/segment.h */
    registers->cs = USER_CS;
#else
    (void)registers;
#endif
}

long thread_call(struct thread *thread, long number, long a, long b, long c, long d, long e,
                 long f)
{
    struct user_regs_struct registers = thread->registers;
    if (thread->runs)
        return -EHOSTUNREACH;
    registers.R_PC = (register_word)thread->instruction;
    registers.R_NUMBER = (register_word)number;
#if defined(R_RESTARTED)
    registers.R_RESTARTED = (register_word)-1; /* nothing is to be restarted */
#endif
    registers.R_ARG1 = (register_word)a;
    registers.R_ARG2 = (register_word)b;
    registers.R_ARG3 = (register_word)c;
    registers.R_ARG4 = (register_word)d;
    registers.R_ARG5 = (register_word)e;
    registers.R_ARG6 = (register_word)f;
    set_code_segment(&registers);
    thread->moved = true;
    long answer = set_registers(thread->id, &registers);
    if (answer == 0)
        answer = run_to_syscall_stop(thread->id);
    if (answer == 0)
        answer = run_to_syscall_stop(thread->id);
    thread->runs = answer == -EHOSTUNREACH;
    if (answer == -ETIMEDOUT)
        answer = -EHOSTUNREACH;
    if (answer == 0)
        answer = get_registers(thread->id, &registers);
    return answer != 0 ? answer : (long)registers.R_RESULT;
}

/* Waits for a thread that is not stopped: it runs or is held. It must not be resumed unless it
   stops again before the program's code does. Until then nothing can be put back, so there is
   no limit here. */
static void regain(const struct thread *thread)
{
    for (;;) {
        const long status = thread_wait(thread->id, CALL_MS);
        if (status == -ESRCH || (status >= 0 && is_event_stop(status)))
            return;
        trace(PTRACE_INTERRUPT, thread->id, 0, 0);
        if (status >= 0)
            trace(PTRACE_SYSCALL, thread->id, 0, signal_of(status));
    }
}

/* Where the thread leaves our call, the kernel would not restart the program's: that happens at
   the stop which follows. */
void thread_release(const struct target *target, struct thread *thread)
{
    if (thread->runs)
        regain(thread);
    if (thread->moved) {
        set_registers(thread->id, &thread->registers);
        long answer = trace(PTRACE_INTERRUPT, thread->id, 0, 0);
        trace(PTRACE_CONT, thread->id, 0, 0);
        while (answer >= 0 && (answer = thread_wait(thread->id, CALL_MS)) != -ESRCH) {
            if (answer >= 0 && is_event_stop(answer))
                break;
            if (answer >= 0)
                trace(PTRACE_CONT, thread->id, 0, signal_of(answer));
            answer = 0;
        }
    }
    if (thread->rseq_cs_at)
        write_memory(target, thread->rseq_cs_at, &thread->rseq_cs, sizeof(thread->rseq_cs));
    set_registers(thread->id, &thread->registers);
    trace(PTRACE_SETSIGMASK, thread->id, KERNEL_SIGSET_SIZE, (uintptr_t)&thread->mask);
    trace(PTRACE_DETACH, thread->id, 0, 0);
}
