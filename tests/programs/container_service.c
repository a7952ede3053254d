/*
 * container_service: a service whose peer dies, for containers with no other program in them.
 *
 * The service is a child, as pid 1 of a container survives every signal that it has no handler
 * for (pid_namespaces(7)). It has a socket to a peer, its own child, which is killed. Then it
 * writes to that socket. What became of it is printed, and its status is the status here, 128
 * and the signal's number where a signal ended it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void require(int condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(2);
}

static pid_t start(void (*run)(void))
{
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0)
        run();
    return child;
}

static void peer(void)
{
    for (;;)
        pause();
}

static void serve(void)
{
    int ends[2];
    int status;
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    const pid_t child = start(peer);
    close(ends[1]);
    require(write(ends[0], "hello", 5) == 5, "write to a living peer");
    require(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child, "kill");
    require(write(ends[0], "hello", 5) == -1 && errno == EPIPE, "write to a dead peer");
    puts("write: -1 EPIPE, and the service lives");
    exit(0);
}

int main(void)
{
    int status;
    setvbuf(stdout, NULL, _IOLBF, 0);
    const pid_t child = start(serve);
    require(waitpid(child, &status, 0) == child, "waitpid");
    if (WIFSIGNALED(status)) {
        printf("the service was ended by signal %d\n", WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    return WEXITSTATUS(status);
}
