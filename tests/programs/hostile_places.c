/*
 * Broken writes of a host that has gone where little is: without /proc, in a root that is not
 * there any more, in namespaces of its own, in memory shared with a child. Then a SIGPIPE that
 * it sends itself, which must still be the end. The oracle is the run without the shim under an
 * inherited SIG_IGN, with the argument `oracle`: there the default is set before that.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "broken.h"
#include "transcript.h"

static void say_writes(void)
{
    const int ends[2] = {broken_pipe(), broken_socket()};
    errno = 0;
    for (int i = 0; i < 2; i++) {
        say_result("write", write(ends[i], "x", 1));
        say_result("dprintf", dprintf(ends[i], "x"));
    }
    say_result("send", send(ends[1], "x", 1, 0));
}

static void end_by_sending(void)
{
    if (is_oracle)
        signal(SIGPIPE, SIG_DFL);
    kill(getpid(), SIGPIPE);
    say("  kill is not the end\n");
    raise(SIGPIPE);
    say("  raise is not the end\n");
}

/* As root of a user namespace of its own where it is no root. */
static void unshare_with(int flags)
{
    require(unshare(flags | (geteuid() ? CLONE_NEWUSER : 0)) == 0, "unshare");
}

static void user_namespace(void)
{
    require(unshare(CLONE_NEWUSER) == 0, "unshare");
    say_writes();
    end_by_sending();
}

static void without_proc(void)
{
    unshare_with(CLONE_NEWNS);
    require(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
    require(umount2("/proc", MNT_DETACH) == 0, "umount");
    require(access("/proc/self", F_OK) != 0, "/proc is there");
    say_writes();
    end_by_sending();
}

static void in_a_root_that_is_gone(void)
{
    char folder[] = "/tmp/hostile.XXXXXX";
    unshare_with(CLONE_NEWNS);
    require(mkdtemp(folder) != NULL && chdir(folder) == 0 && rmdir(folder) == 0, "folder");
    require(chroot(".") == 0 && access("/", F_OK) == 0, "chroot");
    require(open("/x", O_CREAT | O_WRONLY, 0600) < 0, "a file there");
    say_writes();
    end_by_sending();
}

static void with_other_ids(void)
{
    require(geteuid() ||
                (setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0),
            "setresuid");
    say_writes();
    end_by_sending();
}

/* Pid 1 of a namespace: the kernel keeps a signal with the default action from it, and no other
   one (kernel/signal.c, sig_task_ignored). */
static int first_process(void *nothing)
{
    (void)nothing;
    say("  pid %ld\n", syscall(SYS_getpid));
    say_writes();
    end_by_sending();
    const pid_t child = fork();
    if (child == 0) {
        if (is_oracle)
            signal(SIGPIPE, SIG_IGN);
        say_writes();
        end_by_sending();
        _exit(0);
    }
    say_end("  child", end_of(child));
    _exit(7);
}

static void pid_one_by_fork(void)
{
    unshare_with(CLONE_NEWPID);
    const pid_t child = fork();
    if (child == 0)
        first_process(NULL);
    say_end("  pid 1", end_of(child));
}

static char stack[256 << 10];

static void pid_one_by_clone(void)
{
    unshare_with(0);
    const pid_t child =
        clone(first_process, stack + sizeof stack, CLONE_NEWPID | SIGCHLD, NULL);
    require(child > 0, "clone");
    say_end("  pid 1", end_of(child));
}

/* Shares the memory, errno included, and not the dispositions; both go on at once. */
static int writes_of_both(void)
{
    const int broken = broken_pipe();
    const int broken_end = broken_socket();
    int failed = 0;
    for (int i = 0; i < 500; i++) {
        failed += write(broken, "x", 1) == -1;
        failed += syscall(SYS_write, broken_end, "x", 1) == -1;
        failed += send(broken_end, "x", 1, 0) == -1;
    }
    return failed;
}

static int in_shared_memory(void *handled)
{
    if (handled)
        signal(SIGPIPE, on_nothing);
    _exit(writes_of_both() == 1500 ? 5 : 6);
}

static void beside_a_child(void *handled)
{
    const pid_t child =
        clone(in_shared_memory, stack + sizeof stack, CLONE_VM | SIGCHLD, handled);
    require(child > 0, "clone");
    say("  failed: %d\n", writes_of_both());
    say_end("  child", end_of(child));
    say_writes();
}

static void shared_memory(void)
{
    beside_a_child(NULL);
    beside_a_child(stack);
    end_by_sending();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(user_namespace), CASE(without_proc),    CASE(in_a_root_that_is_gone),
        CASE(with_other_ids), CASE(pid_one_by_fork), CASE(pid_one_by_clone),
        CASE(shared_memory),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
