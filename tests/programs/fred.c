/*
 * fred COMMAND...: runs it as on a CPU with FRED, where the instruction `syscall` leaves rcx
 * and r11 as they were (Intel's "Flexible Return and Event Delivery Specification", SYSCALL):
 * by ptrace(2), which changes rcx at each call's return. On other CPUs it just runs the
 * command.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "broken.h"

#if defined(__x86_64__)
static void hide_the_call(pid_t thread)
{
    struct user_regs_struct registers;
    must(ptrace(PTRACE_GETREGS, thread, 0, &registers) == 0, "PTRACE_GETREGS");
    if (registers.rcx != registers.rip || registers.orig_rax == SYS_rt_sigreturn)
        return;
    registers.rcx = 0x1234567;
    must(ptrace(PTRACE_SETREGS, thread, 0, &registers) == 0, "PTRACE_SETREGS");
}

/* The signal to go on with. */
static int after_stop(pid_t thread, int status)
{
    const int signal_number = WSTOPSIG(status);
    if (signal_number == (SIGTRAP | 0x80))
        hide_the_call(thread);
    return (signal_number & 0x7f) == SIGTRAP || signal_number == SIGSTOP ? 0 : signal_number;
}

static int run(char **command)
{
    const pid_t first = fork();
    int status;
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(command[0], command);
        _exit(127);
    }
    must(waitpid(first, &status, 0) == first, "waitpid");
    must(ptrace(PTRACE_SETOPTIONS, first, 0,
                PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                    PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) == 0,
         "PTRACE_SETOPTIONS");
    ptrace(PTRACE_SYSCALL, first, 0, 0);
    for (;;) {
        const pid_t thread = waitpid(-1, &status, __WALL);
        must(thread > 0, "waitpid");
        if (WIFSTOPPED(status))
            ptrace(PTRACE_SYSCALL, thread, 0, after_stop(thread, status));
        else if (thread == first)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}
#else
static int run(char **command)
{
    execvp(command[0], command);
    return 127;
}
#endif

int main(int argc, char **argv)
{
    must(argc > 1, "usage");
    return run(argv + 1);
}
