/*
 * A child that tells what it was given, in the way that its argument names:
 *
 *   status       the kernel's own record of its signals, /proc/self/status
 *   query        what sigaction(2), sigprocmask(2) and sigpending(2) answer
 *   environment  its environment as it lies in memory, and whether the shim is mapped
 *   exit         an exit status of one bit for each way in which SIGPIPE is not as in a fresh
 *                process: ignored 1, blocked 2, pending 4, caught 8
 *
 * Linked statically it is beyond any preload's reach.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sigpipe_state.h"

static const struct {
    const char *name;
    int bit;
} fields[] = {{"SigIgn:", 1}, {"SigBlk:", 2}, {"SigPnd:", 4}, {"ShdPnd:", 4}, {"SigCgt:", 8}};

enum { FIELDS = sizeof fields / sizeof *fields };

/* Prints the signal sets, or only returns which of them hold SIGPIPE; -1 where a set is
   missing. */
static int read_status(int print)
{
    char line[256];
    int bits = 0;
    int found = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (!status)
        return -1;
    while (fgets(line, sizeof line, status)) {
        for (int i = 0; i < FIELDS; i++) {
            if (strncmp(line, fields[i].name, strlen(fields[i].name)) != 0)
                continue;
            found++;
            if (strtoul(line + strlen(fields[i].name), NULL, 16) & (1ul << (SIGPIPE - 1)))
                bits |= fields[i].bit;
            if (print)
                fputs(line, stdout);
        }
    }
    fclose(status);
    return found == FIELDS ? bits : -1;
}

static int print_environment(void)
{
    char line[4096];
    int mapped = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps)
        return 125;
    while (fgets(line, sizeof line, maps))
        mapped |= strstr(line, "nosigpipe.so") != NULL;
    fclose(maps);
    for (char **entry = environ; *entry; entry++)
        puts(*entry);
    printf("shim mapped: %s\n", mapped ? "yes" : "no");
    return 0;
}

int main(int count, char **arguments)
{
    const char *what = count == 2 ? arguments[1] : "";
    if (strcmp(what, "status") == 0)
        return read_status(1) < 0 ? 125 : 0;
    if (strcmp(what, "exit") == 0)
        return read_status(0) & 0xff;
    if (strcmp(what, "environment") == 0)
        return print_environment();
    if (strcmp(what, "query") == 0) {
        print_state("child");
        return 0;
    }
    fputs("usage: inherit status|query|environment|exit\n", stderr);
    return 125;
}
