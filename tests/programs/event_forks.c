/*
 * event_forks: broken writes in a process and in its children: 3 here, 2 in a child of fork(2),
 * one in that one's child, 4 in a child that shares the memory as vfork(2)'s does, 1 more here.
 */
#include <sched.h>
#include <signal.h>
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

static int in_shared_memory(void *data)
{
    break_writes(*(const int *)data, 4);
    return 0;
}

int main(void)
{
    static _Alignas(16) char stack[64 * 1024];
    int fd = broken_pipe();
    break_writes(fd, 3);
    if (fork() == 0)
        in_child(fd);
    wait(NULL);
    must(clone(in_shared_memory, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &fd) >
             0,
         "clone");
    wait(NULL);
    break_writes(fd, 1);
    return 0;
}
