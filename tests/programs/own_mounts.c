/*
 * own_mounts COMMAND [ARGUMENT]...: starts the command in a mount namespace of its own, of
 * which nothing is seen elsewhere. unshare(1) has the same, but not below chroot(2) to a folder
 * that is no mount point: there mount(2) cannot name the mount that the folder is part of.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool done, const char *what)
{
    if (!done) {
        perror(what);
        exit(125);
    }
}

static bool make_private(const char *path)
{
    return mount("none", path, NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* With its root in a folder below, a process whose current folder is above it gets by ".." to
   the root of the namespace (path_resolution(7), chroot(2)). */
static void leave_root(int root)
{
    must(chroot("/usr") == 0 && fchdir(root) == 0, "chroot");
    struct stat here;
    struct stat above;
    do {
        must(stat(".", &here) == 0 && stat("..", &above) == 0 && chdir("..") == 0, "..");
    } while (here.st_ino != above.st_ino || here.st_dev != above.st_dev);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 125;
    must(unshare(CLONE_NEWNS) == 0, "unshare");
    if (!make_private("/")) {
        must(errno == EINVAL, "mount");
        const int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        const int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        must(root >= 0 && folder >= 0, "open");
        leave_root(root);
        must(make_private("."), "mount");
        must(fchdir(root) == 0 && chroot(".") == 0 && fchdir(folder) == 0, "chroot");
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
