/*
 * sent_default NAME: sets SIGPIPE's default again and again by that name, in turn with SIG_IGN
 * and a handler, while two other threads make broken writes and sends all the time: one
 * instant of the real default would end the process. Then the same from another thread.
 * sent_default --list tells the names that libc has.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "sent_setters.h"

enum { BROKEN_WRITES = 10000, LEAST_SETS = 2000 };

static atomic_int storming;

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

static void *storm(void *data)
{
    const int fd = data ? broken_socket() : broken_pipe();
    for (int i = 0; i < BROKEN_WRITES; i++) {
        const ssize_t result = data ? send(fd, "x", 1, 0) : write(fd, "x", 1);
        must(result == -1 && errno == EPIPE, "not EPIPE");
    }
    storming--;
    return NULL;
}

static void *set_all_the_time(void *data)
{
    const struct setter *setter = data;
    for (int i = 0; i < LEAST_SETS || storming > 0; i++) {
        setter->set(setter->name, i % 2 ? SIG_IGN : do_nothing);
        setter->set(setter->name, SIG_DFL);
        setter->set(setter->name, SIG_DFL);
    }
    return NULL;
}

static void set_while_storming(const struct setter *setter, int in_thread)
{
    pthread_t threads[3];
    int other = 1;
    storming = 2;
    pthread_create(&threads[0], NULL, storm, NULL);
    pthread_create(&threads[1], NULL, storm, &other);
    if (in_thread) {
        pthread_create(&threads[2], NULL, set_all_the_time, (void *)(size_t)setter);
        pthread_join(threads[2], NULL);
    } else {
        set_all_the_time((void *)(size_t)setter);
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

int main(int argc, char **argv)
{
    for (int i = 0; argc > 1 && i < SETTERS; i++) {
        if (strcmp(argv[1], "--list") == 0 && named(setters[i].name))
            puts(setters[i].name);
        if (strcmp(argv[1], setters[i].name) != 0)
            continue;
        set_while_storming(&setters[i], 0);
        set_while_storming(&setters[i], 1);
        must(write(broken_pipe(), "x", 1) == -1, "write");
        must(send(broken_socket(), "x", 1, 0) == -1, "send");
        puts("still here");
    }
    return 0;
}
