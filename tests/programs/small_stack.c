/*
 * Writes by unbuffered stdio, which takes a buffer of 8 KiB from the stack, to
 * a broken pipe in a thread with as little stack as there may be, and prints the answer.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "broken.h"

static void *write_unbuffered(void *data)
{
    FILE *stream = data;
    const int result = fprintf(stream, "%s", "text");
    const int error = errno;
    dprintf(STDOUT_FILENO, "%d %s\n", result, strerror(error));
    return NULL;
}

int main(void)
{
    FILE *stream = fdopen(broken_pipe(), "w");
    pthread_attr_t attributes;
    pthread_t thread;
    must(stream != NULL, "fdopen");
    setvbuf(stream, NULL, _IONBF, 0);
    pthread_attr_init(&attributes);
    must(pthread_attr_setstacksize(&attributes, 16384) == 0, "stack size");
    must(pthread_create(&thread, &attributes, write_unbuffered, stream) == 0, "pthread_create");
    pthread_join(thread, NULL);
    return 0;
}
