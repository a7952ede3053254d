/*
 * Every interposed call, made where the shim has no libc to pass it on to. Linked with no libc,
 * the program has the shim alone to make them; linked with libc (ORACLE) it shows what they
 * are to answer. Calls that cannot be made without libc are told as "refused".
 */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* old programs make these calls */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>

#include "absent.h"

/* A pipe (socket == 0) or a pair of sockets whose other end is closed. */
static int broken(int socket)
{
    int ends[2] = {0};
    if (socket)
        SYSCALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
    else
        SYSCALL(SYS_pipe2, ends, 0);
    SYSCALL(SYS_close, ends[0]);
    return ends[1];
}

static void broken_writes(void)
{
    const int fd = broken(0);
    const struct iovec part = {(char[]){'x'}, 1};
    const int in = (int)SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY);
    int full[2] = {0};
    SYSCALL(SYS_pipe2, full, 0);
    SAY(write(full[1], "xxx", 3));
    SAY(write(fd, "x", 1));
    SAY(__write(fd, "x", 1));
    SAY(writev(fd, &part, 1));
    SAY(pwritev2(fd, &part, 1, -1, 0));
    SAY(pwritev64v2(fd, &part, 1, -1, 0));
    SAY(sendfile(fd, in, NULL, 1));
    SAY(sendfile64(fd, in, NULL, 1));
    SAY(splice(full[0], NULL, fd, NULL, 1, 0));
    SAY(tee(full[0], fd, 1, 0));
    SAY(vmsplice(fd, &part, 1, 0));
}

static void broken_sends(void)
{
    int pair[2];
    const int fd = broken(1);
    struct iovec part = {(char[]){'x'}, 1};
    struct mmsghdr messages[1] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};
    SAY(socket(AF_UNIX, SOCK_STREAM, 0) > fd);
    SAY(socket(AF_UNIX, 77, 0));
    SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SAY(socketpair(AF_UNIX, 77, 0, pair));
    SAY(send(fd, "x", 1, 0));
    SAY(__send(fd, "x", 1, 0));
    SAY(sendto(fd, "x", 1, 0, NULL, 0));
    SAY(sendmsg(fd, &messages[0].msg_hdr, 0));
    SAY(sendmmsg(fd, messages, 1, 0));
#ifndef ORACLE /* libc keeps it for itself */
    say("alone: ");
    SAY(__sendmmsg(fd, messages, 1, 0));
#endif
}

static void dispositions(int signal_number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER | SA_ONSTACK};
    struct sigaction old;
    action.sa_mask.__val[0] = 1UL << (SIGUSR2 - 1);
    SAY(sigaction(signal_number, &action, NULL));
    SAY(__sigaction(signal_number, NULL, &old));
    say_handler("  old", old.sa_handler);
    say_disposition(signal_number);
    SAY_HANDLER(signal(signal_number, SIG_IGN));
    SAY_HANDLER(bsd_signal(signal_number, SIG_DFL));
    SAY_HANDLER(ssignal(signal_number, on_signal));
    SAY_HANDLER(sysv_signal(signal_number, SIG_IGN));
    SAY_HANDLER(__sysv_signal(signal_number, SIG_DFL));
    SAY_HANDLER(sigset(signal_number, on_signal));
    say_disposition(signal_number);
    SAY(sigignore(signal_number));
    say_disposition(signal_number);
    SAY_HANDLER(sigset(signal_number, on_signal));
    SAY(siginterrupt(signal_number, 0));
    say_disposition(signal_number);
    SAY(siginterrupt(signal_number, 1));
    say_disposition(signal_number);
    SAY(sigaction(SIGKILL, &action, NULL));
    SAY_HANDLER(signal(SIGKILL, on_signal));
    SAY_HANDLER(signal(signal_number, SIG_DFL));
}

/* Those that no new program can be linked with. */
static void old_names(void)
{
#ifndef ORACLE
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigvec vector = {on_signal, 1 << (SIGUSR2 - 1), 7};
    struct sigvec old;
    const int set = __libc_sigaction(SIGPIPE, &ignored, NULL);
    say_number("alone: __libc_sigaction", set);
    say_number("alone: sigvec", sigvec(SIGPIPE, &vector, &old));
    say_handler("alone: old", old.sv_handler);
    say_number("alone: sigvec", sigvec(SIGPIPE, NULL, &old));
    say_number("alone: mask", old.sv_mask);
    say_number("alone: flags", old.sv_flags);
    vector = (struct sigvec){SIG_DFL, 0, 0};
    say_number("alone: sigvec", sigvec(SIGPIPE, &vector, NULL));
    say_number("alone: sigvec of SIGKILL", sigvec(SIGKILL, &vector, NULL));
#endif
}

static sigset_t set_of(int signal_number)
{
    sigset_t set = {{0}};
    if (signal_number)
        set.__val[0] = 1UL << (signal_number - 1);
    return set;
}

static void masks(int signal_number)
{
    const sigset_t set = set_of(signal_number);
    sigset_t old = set_of(0);
    SAY(sigprocmask(SIG_BLOCK, &set, NULL));
    SAY(pthread_sigmask(SIG_UNBLOCK, &set, &old));
    SAY(old.__val[0]);
    SAY(sigprocmask(77, &set, NULL));
    SAY(pthread_sigmask(77, &set, NULL));
    SAY(sigblock((int)set.__val[0]));
    SAY(sigsetmask(0));
    SAY(siggetmask());
    SAY(sighold(signal_number));
    SAY(siggetmask());
    SAY(kill((pid_t)SYSCALL(SYS_getpid), signal_number));
    old = set_of(0);
    SAY(sigpending(&old));
    SAY(old.__val[0]);
    SAY(syscall(SYS_rt_sigtimedwait, &set, (void *)0, &(struct timespec){0}, 8));
    SAY(syscall(SYS_rt_sigtimedwait, &set, (void *)0, &(struct timespec){0}, 8));
    SAY(raise(signal_number));
    SAY(syscall(SYS_rt_sigtimedwait, &set, (void *)0, (void *)0, 8));
    SAY(sigrelse(signal_number));
    SAY(siggetmask());
}

/* Each is ended by a signal that only its own mask lets through. */
static void waits(int signal_number)
{
    const sigset_t set = set_of(signal_number);
    const sigset_t none = set_of(0);
    const struct timespec timeout = {60, 0};
    struct epoll_event event;
    const int epoll = (int)SYSCALL(SYS_epoll_create1, 0);
    signal(signal_number, on_signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
#define WAIT(call)                                                                             \
    raise(signal_number);                                                                      \
    SAY(call);                                                                                 \
    SAY(handled)
    WAIT(sigsuspend(&none));
    WAIT(__sigsuspend(&none));
    WAIT(ppoll(NULL, 0, &timeout, &none));
    WAIT(ppoll(NULL, 0, NULL, &none));
    WAIT(__ppoll_chk(NULL, 0, &timeout, &none, 0));
    WAIT(pselect(0, NULL, NULL, NULL, &timeout, &none));
    WAIT(pselect(0, NULL, NULL, NULL, NULL, &none));
    WAIT(epoll_pwait(epoll, &event, 1, -1, &none));
    WAIT(epoll_pwait2(epoll, &event, 1, &timeout, &none));
    SAY(timeout.tv_sec);
    signal(signal_number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    REFUSED("pause", pause() == -1);
}

static void sent(int signal_number)
{
    const pid_t self = (pid_t)SYSCALL(SYS_getpid);
    handled = 0;
    signal(signal_number, on_signal);
    SAY(kill(self, signal_number));
    SAY(handled);
    SAY(killpg((pid_t)SYSCALL(SYS_getpgid, 0), 0));
    SAY(raise(signal_number));
    SAY(gsignal(signal_number));
    SAY(tgkill(self, (pid_t)SYSCALL(SYS_gettid), signal_number));
    SAY(syscall(SYS_kill, self, signal_number));
    SAY(syscall(SYS_tkill, self, signal_number));
    SAY(syscall(SYS_tgkill, self, self, signal_number));
    SAY(pidfd_send_signal((int)SYSCALL(SYS_pidfd_open, self, 0), signal_number, NULL, 0));
    SAY(pidfd_send_signal(-1, signal_number, NULL, 0));
    SAY(handled);
    SAY(kill(self, 77));
    SAY(raise(77));
    SAY(syscall(SYS_kill, self, 77));
    signal(signal_number, SIG_DFL);
    REFUSED("pthread_kill", pthread_kill((pthread_t)0, signal_number) == ENOSYS);
    REFUSED("pthread_sigqueue",
            pthread_sigqueue((pthread_t)0, signal_number, (union sigval){0}) == ENOSYS);
    REFUSED("sigqueue", sigqueue(self, signal_number, (union sigval){0}) == -1);
}

static void *start(void *argument)
{
    return argument;
}

static int start_c11(void *argument)
{
    return argument != NULL;
}

static void programs(void)
{
    char *const arguments[] = {(char[]){"nothing"}, NULL};
    wordexp_t words;
    pthread_t thread;
    pthread_attr_t attributes;
    SAY(execve("/nonexistent/program", arguments, arguments));
    SAY(execveat(AT_FDCWD, "/nonexistent/program", arguments, arguments, 0));
    SAY(execle("/nonexistent/program", "nothing", (char *)NULL, arguments));
    REFUSED("execv", execv("/bin/true", arguments) == -1);
    REFUSED("execvp", execvp("true", arguments) == -1);
    REFUSED("execvpe", execvpe("true", arguments, arguments) == -1);
    REFUSED("execl", execl("/bin/true", "true", (char *)NULL) == -1);
    REFUSED("execlp", execlp("true", "true", (char *)NULL) == -1);
    REFUSED("fexecve", fexecve(0, arguments, arguments) == -1);
    REFUSED("posix_spawn",
            posix_spawn(NULL, "/bin/true", NULL, NULL, arguments, arguments) == ENOSYS);
    REFUSED("posix_spawnp",
            posix_spawnp(NULL, "true", NULL, NULL, arguments, arguments) == ENOSYS);
    REFUSED("pidfd_spawn",
            pidfd_spawn(NULL, "/bin/true", NULL, NULL, arguments, arguments) == ENOSYS);
    REFUSED("pidfd_spawnp",
            pidfd_spawnp(NULL, "true", NULL, NULL, arguments, arguments) == ENOSYS);
    REFUSED("system", system("true") == -1);
    REFUSED("popen", popen("true", "r") == NULL);
    REFUSED("wordexp", wordexp("*", &words, 0) == WRDE_NOSPACE);
    REFUSED("pthread_create", pthread_create(&thread, NULL, start, NULL) == ENOSYS);
    REFUSED("thrd_create", thrd_create(&thread, start_c11, NULL) == thrd_error);
    REFUSED("pthread_attr_setsigmask_np",
            pthread_attr_setsigmask_np(&attributes, NULL) == ENOSYS);
    REFUSED("fork", fork() == -1);
    REFUSED("_Fork", _Fork() == -1);
    SAY(prctl(PR_GET_DUMPABLE));
}

int main(void)
{
    broken_writes();
    broken_sends();
    dispositions(SIGPIPE);
    dispositions(SIGUSR1);
    old_names();
    masks(SIGPIPE);
    masks(SIGUSR1);
    waits(SIGPIPE);
    waits(SIGUSR1);
    sent(SIGPIPE);
    sent(SIGUSR1);
    programs();
#ifdef ORACLE
    signal(SIGPIPE, SIG_IGN);
#endif
    broken_writes();
    return 0;
}

#ifndef ORACLE
void _start(void);
__attribute__((force_align_arg_pointer)) void _start(void)
{
    SYSCALL(SYS_exit_group, main());
}
#endif
