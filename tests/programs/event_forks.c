/*
 * event_forks: broken writes in a process and in its children: 3 here, 2 in a child of fork(2),
 * one in that one's child, 4 in a child of vfork(2), 1 more here.
 */
#include <sys/wait.h>

#include "broken.h"

static void break_writes(int fd, int count)
{
    for (int i = 0; i < count; i++)
        (void)!write(fd, "x", 1);
}

static void in_child(int fd)
{
    break_writes(fd, 2);
    if (fork() == 0) {
        break_writes(fd, 1);
        exit(0);
    }
    wait(NULL);
    exit(0);
}

int main(void)
{
    const int fd = broken_pipe();
    break_writes(fd, 3);
    if (fork() == 0)
        in_child(fd);
    wait(NULL);
    if (vfork() == 0) {
        break_writes(fd, 4);
        _exit(0);
    }
    wait(NULL);
    break_writes(fd, 1);
    return 0;
}
