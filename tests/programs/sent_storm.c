/*
 * sent_storm CALL SENDER: a child makes broken writes without end, by CALL (write, send or
 * both), and is sent one SIGPIPE meanwhile, by the parent (SENDER outside), by its other thread
 * (thread) or by its main thread while the other one storms (main). Many children, one after
 * the other; says what became of them.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "broken.h"

enum { CHILDREN = 300 };

static bool do_write;
static bool do_send;
static int ready[2];
static atomic_bool storming;

static void *storm(void *data)
{
    const int pipe_end = broken_pipe();
    const int socket = broken_socket();
    (void)data;
    for (;;) {
        if (do_write)
            must(write(pipe_end, "x", 1) == -1, "write");
        if (do_send)
            must(send(socket, "x", 1, 0) == -1, "send");
        if (!storming) {
            must(write(ready[1], "", 1) == 1, "ready");
            storming = true; /* and the process may be at its end */
        }
    }
    return NULL;
}

static void *kill_once(void *data)
{
    (void)data;
    while (!storming)
        sched_yield();
    kill(getpid(), SIGPIPE);
    for (;;)
        pause();
    return NULL;
}

static void be_child(const char *sender)
{
    pthread_t thread;
    alarm(20); /* seen as the wrong signal */
    if (strcmp(sender, "thread") == 0)
        pthread_create(&thread, NULL, kill_once, NULL);
    if (strcmp(sender, "main") == 0) {
        pthread_create(&thread, NULL, storm, NULL);
        kill_once(NULL);
    }
    storm(NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    do_write = strcmp(argv[1], "send") != 0;
    do_send = strcmp(argv[1], "write") != 0;
    for (int i = 0; i < CHILDREN; i++) {
        char byte;
        int status = 0;
        must(pipe(ready) == 0, "pipe");
        const pid_t child = fork();
        if (child == 0)
            be_child(argv[2]);
        close(ready[1]);
        must(read(ready[0], &byte, 1) == 1, "the child never stormed");
        if (strcmp(argv[2], "outside") == 0)
            kill(child, SIGPIPE);
        must(waitpid(child, &status, 0) == child, "waitpid");
        close(ready[0]);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGPIPE) {
            printf("child %d: wait status %d\n", i, status);
            return 1;
        }
    }
    printf("%d children died of SIGPIPE\n", CHILDREN);
    return 0;
}
