/*
 * SIGPIPEs between a process and its children, threads and successor, by ways in which a sent
 * one could pass for a broken write's: to a child that libc has not made, to the id of a
 * thread, by a descriptor of the process, at a parent's death, to be found by a new program.
 */
#include <sched.h>
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 36)
#include <sys/pidfd.h>
#endif

#include "transcript_calls.h"

static char program[4096];
static char *successor_arguments[] = {program, (char[]){"successor"}, NULL};

static int wait_for_it(void *nothing)
{
    (void)nothing;
    while (pause() == -1)
        ;
    return 0;
}

static void kill_child(pid_t child)
{
    require(child > 0, "child");
    await_sleep(child);
    errno = 0;
    say_result("kill", kill(child, SIGPIPE));
    say_end("child", end_of(child));
}

static pid_t fork_waiting(void)
{
    const pid_t child = fork_bound();
    if (child == 0)
        wait_for_it(NULL);
    return child;
}

static pid_t clone_waiting(void)
{
    static char stack[1 << 16] __attribute__((aligned(16)));
    return clone(wait_for_it, stack + sizeof stack, SIGCHLD, NULL);
}

static pid_t raw_clone_waiting(void)
{
    const pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        wait_for_it(NULL);
    return child;
}

static pid_t (*const makers[])(void) = {fork_waiting, clone_waiting, raw_clone_waiting};

static void kill_children(void)
{
    signal(SIGPIPE, SIG_DFL);
    unblock_sigpipe();
    for (size_t i = 0; i < COUNT(makers); i++)
        kill_child(makers[i]());
}

/* The child of a child: PR_SET_PDEATHSIG, prctl(2). Orphaned, it is this process's. */
static void at_death_of_parent(void)
{
    int status;
    signal(SIGPIPE, SIG_DFL);
    unblock_sigpipe();
    require(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "subreaper");
    for (int raw = 0; raw < 2; raw++) {
        const pid_t parent = fork();
        if (parent == 0) {
            const pid_t child =
                raw ? (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) : fork();
            if (child == 0) {
                prctl(PR_SET_PDEATHSIG, SIGPIPE);
                wait_for_it(NULL);
            }
            await_sleep(child);
            _exit(0);
        }
        end_of(parent);
        require(wait(&status) > 0, "wait");
        say_end("child", status);
    }
}

/* How the process stands that sends one to itself. */
static void stand_default(void)
{
    signal(SIGPIPE, SIG_DFL);
    unblock_sigpipe();
}

static void stand_blocked(void)
{
    signal(SIGPIPE, SIG_DFL);
    block_sigpipe();
}

static void stand_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
    unblock_sigpipe();
}

static void stand_handled(void)
{
    set_info_action(0, SIGUSR2);
    unblock_sigpipe();
}

static void stand_handled_blocked(void)
{
    set_info_action(0, SIGUSR2);
    block_sigpipe();
}

static const struct test_case stands[] = {CASE(stand_default), CASE(stand_blocked),
                                          CASE(stand_ignored), CASE(stand_handled),
                                          CASE(stand_handled_blocked)};

static pid_t thread_id;
static int to_main[2];
static int to_thread[2];

static void *be_killed(void *nothing)
{
    char byte;
    thread_id = gettid();
    require(write(to_main[1], "t", 1) == 1, "write");
    while (read(to_thread[0], &byte, 1) < 0 && errno == EINTR)
        ;
    return nothing;
}

/* The id of another thread: kill(2) takes it for that of the process. */
static void kill_id_of_thread(void)
{
    pthread_t thread;
    char byte;
    require(pipe(to_main) == 0 && pipe(to_thread) == 0, "pipe");
    pthread_create(&thread, NULL, be_killed, NULL);
    require(read(to_main[0], &byte, 1) == 1, "read");
    const int result = kill(thread_id, SIGPIPE);
    close(to_thread[1]);
    pthread_join(thread, NULL); /* which may be the one that has the signal */
    say("  kill: %d\n", result);
}

static void send_by_pidfd(void)
{
    const int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    say_result("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGPIPE, NULL, 0));
    say_result("of another kind",
               syscall(SYS_pidfd_send_signal, STDIN_FILENO, SIGPIPE, NULL, 0));
    close(pidfd);
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 36)
static void send_by_name_of_pidfd(void)
{
    const int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    say_result("pidfd_send_signal", pidfd_send_signal(pidfd, SIGPIPE, NULL, 0));
    close(pidfd);
}
#else
#define send_by_name_of_pidfd send_by_pidfd
#endif

static const struct test_case senders[] = {CASE(kill_id_of_thread), CASE(send_by_pidfd),
                                           CASE(send_by_name_of_pidfd)};
static const struct test_case *stand;
static const struct test_case *sender;

static void stand_and_send(void)
{
    stand->run();
    errno = 0;
    sender->run();
    say_pending();
    unblock_sigpipe();
    say_disposition();
}

static void to_itself(void)
{
    for (size_t n = 0; n < COUNT(senders); n++) {
        for (size_t i = 0; i < COUNT(stands); i++) {
            sender = &senders[n];
            stand = &stands[i];
            say("  %s\n", sender->name);
            run_case(&(struct test_case){stand->name, stand_and_send});
        }
    }
}

/* A signal that pends is still there in the program that takes this one's place. */
static void kill_then_execute(void)
{
    stand_blocked();
    kill(getpid(), SIGPIPE);
    execv(program, successor_arguments);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(kill_children), CASE(at_death_of_parent),
                                             CASE(to_itself), CASE(kill_then_execute)};
    require(readlink("/proc/self/exe", program, sizeof program - 1) > 0, "readlink");
    if (argc > 1 && strcmp(argv[1], "successor") == 0) {
        say_pending();
        unblock_sigpipe();
        say("  lives\n");
        return 0;
    }
    return run_cases(argc, argv, cases, COUNT(cases));
}
