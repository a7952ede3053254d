/*
 * Broken writes of processes and threads whose id is hard to know: of one that has restricted
 * itself, after which the kernel may not be asked, or that libc has not made. Without the shim
 * they are the end; the oracle is as in transcript_survival.c.
 */
#include <linux/sched.h>
#include <pty.h>
#include <sched.h>

#include "transcript_calls.h"

static void restrict_itself(void)
{
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
}

static void protected_default(void)
{
    signal(SIGPIPE, is_oracle ? SIG_IGN : SIG_DFL);
}

static void partial_write(void)
{
    static char data[1 << 20];
    const int fd = leaving_pipe();
    errno = 0;
    say_result("partial write", write(fd, data, sizeof data));
    say_result("next write", write(fd, data, sizeof data));
}

static int break_at_once(void *nothing)
{
    (void)nothing;
    broken_write();
    broken_send();
    return 0;
}

static int break_all(void *nothing)
{
    break_at_once(nothing);
    partial_write();
    return 0;
}

static void *break_in_thread(void *nothing)
{
    break_all(nothing);
    return nothing;
}

static void break_everywhere(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, break_in_thread, NULL);
    pthread_join(thread, NULL);
    break_all(NULL);
}

static void in_process(void)
{
    protected_default();
    restrict_itself();
    break_everywhere();
}

/* daemon(3) and forkpty(3) fork within libc. The daemon is no child: it is waited for by taking
   in all that is orphaned. */
static void in_daemon(void)
{
    int status;
    int ended[2] = {0};
    protected_default();
    require(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "subreaper");
    if (fork() == 0) {
        restrict_itself();
        require(daemon(1, 1) == 0, "daemon");
        break_everywhere();
        _exit(0);
    }
    while (wait(&status) > 0)
        ended[WIFEXITED(status)]++;
    say("  exited: %d, killed: %d\n", ended[1], ended[0]);
}

__attribute__((weak)) pid_t forkpty(int *, char *, const struct termios *,
                                    const struct winsize *);

static void in_terminal(void)
{
    int terminal;
    char byte;
    if (!forkpty) /* glibc before 2.34 has it in another library */
        return;
    protected_default();
    restrict_itself();
    const pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child == 0) {
        break_everywhere();
        _exit(0);
    }
    while (read(terminal, &byte, 1) == 1)
        require(write(STDOUT_FILENO, &byte, 1) == 1, "write");
    say_end("child", end_of(child));
}

/* Not in part: nothing may be forked there. */
static void in_vfork_child(void)
{
    const int fd = broken_pipe();
    protected_default();
    restrict_itself();
    const pid_t child = vfork();
    if (child == 0)
        _exit(write(fd, "x", 1) != -1); // NOLINT(clang-analyzer-unix.Vfork): the case is this
    say_end("child", end_of(child));
}

static void in_clone(int flags, bool restricted)
{
    static char stack[1 << 18] __attribute__((aligned(16)));
    protected_default();
    if (restricted)
        restrict_itself();
    /* Of a write that goes out in part, a child in its parent's memory is no longer known
     * there. */
    const pid_t child = clone(flags & CLONE_VM ? break_at_once : break_all,
                              stack + sizeof stack, flags | SIGCHLD, NULL);
    require(child > 0, "clone");
    say_end("child", end_of(child));
}

static void in_clone_child(void)
{
    in_clone(0, true);
    in_clone(CLONE_VM | CLONE_VFORK, true);
}

static void in_unrestricted_clone_child(void)
{
    in_clone(0, false);
    in_clone(CLONE_VM | CLONE_VFORK, false);
}

static void in_raw_clone(bool restricted)
{
    protected_default();
    if (restricted)
        restrict_itself();
    const pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(break_all(NULL));
    say_end("child", end_of(child));
}

static void in_raw_clone_child(void)
{
    in_raw_clone(true);
}

static void in_unrestricted_raw_clone_child(void)
{
    in_raw_clone(false);
}

/* The kernel takes the handlers from it, the guard among them. */
static void in_child_without_handlers(void)
{
    struct clone_args arguments = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
    protected_default();
    errno = 0;
    const pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    require(child >= 0, "clone3");
    if (child == 0)
        _exit(break_all(NULL));
    say_end("child", end_of(child));
}

/* One that it sent itself before, and the kernel discarded. */
static void after_ignored_kill(void)
{
    restrict_itself();
    signal(SIGPIPE, SIG_IGN);
    kill(getpid(), SIGPIPE);
    protected_default();
    break_everywhere();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(in_process),
        CASE(in_daemon),
        CASE(in_terminal),
        CASE(in_vfork_child),
        CASE(in_clone_child),
        CASE(in_unrestricted_clone_child),
        CASE(in_raw_clone_child),
        CASE(in_unrestricted_raw_clone_child),
        CASE(in_child_without_handlers),
        CASE(after_ignored_kill),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
