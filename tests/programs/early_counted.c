/* Makes each call of the write family once and tells how often preload_counter.c saw it. */
#include <string.h>

#include "matrix_calls.h"

int main(void)
{
    int (*const counted)(const char *) = NAMED("counted", int(const char *));
    const int pipe_end = broken_pipe();
    const int socket = broken_socket();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (!calls[i].interposed)
            continue;
        /* On the other one each of them fails, but is called all the same. */
        const bool sends = strstr(calls[i].name, "send") && !strstr(calls[i].name, "file");
        const int before = counted(calls[i].name);
        const ssize_t result = calls[i].make(sends ? socket : pipe_end, 5);
        const int error = errno;
        printf("%s: seen %d, %zd %s\n", calls[i].name, counted(calls[i].name) - before, result,
               strerror(error));
    }
    return 0;
}
