/*
 * A host that defines write and malloc itself: its own write makes the system call, and its
 * malloc makes a broken write and a broken send each time. What they answered is printed.
 */
#include <stdatomic.h>
#include <sys/syscall.h>

#include "early_report.h"

static long answers[2];
static int errors[2];
static int pipe_end = -1;
static int socket_end = -1;
static int wrong;
static char memory[4 << 20];
static atomic_size_t used;

ssize_t write(int fd, const void *data, size_t size)
{
    return syscall(SYS_write, fd, data, size);
}

static void break_something(void)
{
    const int saved = errno;
    if (pipe_end < 0)
        return;
    errno = 0;
    answers[0] = write(pipe_end, "x", 1);
    errors[0] = errno;
    errno = 0;
    answers[1] = send(socket_end, "x", 1, 0);
    errors[1] = errno;
    wrong += answers[0] != -1 || answers[1] != -1 || errors[0] != EPIPE || errors[1] != EPIPE;
    errno = saved;
}

void *malloc(size_t size)
{
    break_something();
    const size_t rounded = (size + 31) & ~(size_t)15;
    const size_t at = atomic_fetch_add(&used, rounded);
    if (at + rounded > sizeof memory)
        return NULL;
    *(size_t *)(void *)&memory[at] = size;
    return &memory[at + 16];
}

void free(void *block)
{
    (void)block;
    break_something();
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size);
}

void *realloc(void *block, size_t size)
{
    char *const larger = malloc(size);
    const size_t old = block ? *(size_t *)(void *)((char *)block - 16) : 0;
    for (size_t i = 0; larger && i < old && i < size; i++)
        larger[i] = ((char *)block)[i];
    return larger;
}

int main(void)
{
    struct early early = {0};
    early_open(&early);
    pipe_end = early.pipe;
    socket_end = early.socket;
    for (int i = 0; i < 100; i++)
        free(malloc(10));
    printf("wrong: %d, last: %ld %ld\n", wrong, answers[0], answers[1]);
    printf("own write on a socket: %zd\n", write(socket_end, "x", 1));
    return fflush(stdout);
}
