/*
 * A broken write under the strictest filter there is, where a process may read, write, return
 * from a handler and end (seccomp(2), SECCOMP_MODE_STRICT). With an argument: in a forked
 * child.
 */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int ends[2];
    int status = 0;
    (void)argv;
    if (pipe(ends) != 0)
        return 2;
    close(ends[0]);
    if (argc > 1 && fork() != 0)
        return wait(&status) > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        return 2;
    const ssize_t result = write(ends[1], "x", 1);
    const char *const said = result == -1 ? "survived\n" : "written\n";
    syscall(SYS_exit, write(1, said, result == -1 ? 9 : 8) < 0 ? 4 : 0);
    return 0;
}
