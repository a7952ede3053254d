/*
 * backtrace_calls WAY PLACE [sandbox]: makes one broken write, three exported functions deep.
 *
 *   WAY    write, stdio (a stream that is flushed), raw (syscall(2)), send
 *   PLACE  main; thread (whose stack has 16 KiB); handler (of a
 *          signal that interrupts `interrupted`); sort (in a comparison that qsort(3) makes)
 *
 * With `sandbox` it asks for no new privileges first. Prints the result of the write.
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "broken.h"

/* What the compiler may not fold: a function that stands by itself, is called as one, and is
   not left by a jump. */
#define FRAME  __attribute__((noinline, visibility("default")))
#define STAY() __asm__ volatile("" ::: "memory")

long innermost(void);
long middle(int depth);
long outermost(int depth);
int compare(const void *a, const void *b);
void handle(int signal_number);
void interrupted(void);

static int fd;
static FILE *stream;
static const char *way;
static volatile long result;

static void prepare(void)
{
    fd = strcmp(way, "send") == 0 ? broken_socket() : broken_pipe();
    stream = strcmp(way, "stdio") == 0 ? fdopen(fd, "w") : NULL;
    if (stream)
        fputs("some text", stream);
}

FRAME long innermost(void)
{
    long answer = -2;
    if (strcmp(way, "write") == 0)
        answer = write(fd, "x", 1);
    else if (strcmp(way, "stdio") == 0)
        answer = fflush(stream);
    else if (strcmp(way, "raw") == 0)
        answer = syscall(SYS_write, fd, "x", 1);
    else if (strcmp(way, "send") == 0)
        answer = send(fd, "x", 1, 0);
    STAY();
    return answer;
}

/* A frame whose size the compiler does not know, and which it finds by a register. */
FRAME long middle(int depth)
{
    char space[depth + 1];
    memset(space, depth, sizeof space);
    __asm__ volatile("" ::"r"(space) : "memory");
    const long answer = innermost();
    STAY();
    return answer;
}

FRAME long outermost(int depth)
{
    const long answer = middle(depth);
    STAY();
    return answer;
}

FRAME int compare(const void *a, const void *b)
{
    if (result == 0)
        result = outermost(7);
    STAY();
    return *(const int *)a - *(const int *)b;
}

FRAME void handle(int signal_number)
{
    result = outermost(signal_number);
    STAY();
}

FRAME void interrupted(void)
{
    raise(SIGUSR1);
    STAY();
}

static void *run_thread(void *unused)
{
    result = outermost(7);
    STAY();
    return unused;
}

static void run_in_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    must(pthread_attr_setstacksize(&attributes, 16384) == 0, "stack size");
    must(pthread_create(&thread, &attributes, run_thread, NULL) == 0, "thread");
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    int numbers[] = {3, 1, 2};
    const char *const place = argc > 2 ? argv[2] : "";
    way = argc > 2 ? argv[1] : "";
    prepare();
    if (argc > 3 && strcmp(argv[3], "sandbox") == 0)
        must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "prctl");
    if (strcmp(place, "main") == 0) {
        result = outermost(7);
    } else if (strcmp(place, "thread") == 0) {
        run_in_thread();
    } else if (strcmp(place, "handler") == 0) {
        signal(SIGUSR1, handle);
        interrupted();
    } else if (strcmp(place, "sort") == 0) {
        qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, compare);
    } else {
        fputs("usage: backtrace_calls write|stdio|raw|send main|thread|handler|sort\n", stderr);
        return 99;
    }
    printf("%ld\n", result);
    return 0;
}
