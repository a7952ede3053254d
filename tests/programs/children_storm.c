/*
 * children_storm WRITERS COMMAND ARGUMENT: 4 threads start 200 children in turn with
 * posix_spawn, system, popen and vfork while WRITERS threads make broken writes. Prints how
 * many children ended with which status.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "children_settings.h"
#include "children_ways.h"

enum { STARTERS = 4, CHILDREN_EACH = 50, MOST_WRITERS = 8 };

static char **program;
static atomic_bool over;
static atomic_int counts[256];
static atomic_int others;

static void *write_on(void *unused)
{
    for (bool raw = false; !over; raw = !raw)
        broken_write(raw);
    return unused;
}

static void *start_on(void *unused)
{
    static const char *const names[] = {"spawn", "system",          "popen_read", "popen_write",
                                        "vfork", "spawn_mask_none", "fork"};
    enum { NAMES = sizeof names / sizeof *names };
    for (int i = 0; i < CHILDREN_EACH; i++) {
        const struct way *way = ways;
        while (strcmp(way->name, names[i % NAMES]) != 0)
            way++;
        const int status = way->start(program);
        if (WIFEXITED(status))
            counts[WEXITSTATUS(status)]++;
        else
            others++;
    }
    return unused;
}

int main(int count, char **arguments)
{
    pthread_t threads[MOST_WRITERS + STARTERS];
    const int writers = count == 4 ? atoi(arguments[1]) : -1;
    if (writers < 0 || writers > MOST_WRITERS) {
        fputs("usage: children_storm WRITERS(0-8) COMMAND ARGUMENT\n", stderr);
        return 125;
    }
    program = arguments + 2;
    for (int i = 0; i < writers + STARTERS; i++) {
        if (pthread_create(&threads[i], NULL, i < writers ? write_on : start_on, NULL) != 0)
            return 125;
    }
    for (int i = writers; i < writers + STARTERS; i++)
        pthread_join(threads[i], NULL);
    over = true;
    for (int i = 0; i < writers; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 256; i++) {
        if (counts[i])
            printf("children with status %d: %d\n", i, counts[i]);
    }
    printf("children ended otherwise: %d\n", others);
    return 0;
}
