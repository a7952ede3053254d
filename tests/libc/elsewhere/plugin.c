/* An object that program.c loads: a broken call by stdio in its constructor, others in its
   function, and thread-local storage of its own. */
#include <stdio.h>
#include <unistd.h>

#ifndef TLS_SIZE
#define TLS_SIZE 64
#endif
static __thread unsigned char thread_local[TLS_SIZE];

static int constructed;

__attribute__((constructor)) static void construct(void)
{
    int ends[2];
    FILE *file;
    if (pipe(ends) != 0 || !(file = fdopen(ends[1], "w")))
        return;
    close(ends[0]);
    fputs("text", file);
    constructed = fflush(file);
}

void plugin_run(void (*write_everything)(const char *));

void plugin_run(void (*write_everything)(const char *))
{
    for (size_t i = 0; i < sizeof(thread_local); i++)
        thread_local[i]++;
    printf("plugin's constructor: fflush %d\n", constructed);
    write_everything("plugin");
    printf("plugin: thread-local %d\n", thread_local[sizeof(thread_local) - 1]);
    fflush(stdout);
}
