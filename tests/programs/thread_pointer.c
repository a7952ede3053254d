/*
 * A broken write of a thread that libc has not made, with a thread pointer of its own below
 * which no memory is (as a libc's thread-local storage would be), by the bare system call. On
 * other CPUs than x86-64 it is an ordinary thread's.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "broken.h"

static int fd;
static atomic_int answered;
static long answer;

#if defined(__x86_64__)
static long call(long number, long first, const void *second, long third)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

static int body(void *nothing)
{
    answer = call(SYS_write, fd, nothing ? nothing : "x", 1);
    answered = 1;
    call(SYS_exit, 0, NULL, 0);
    return 0;
}

static void start(void)
{
    enum { SIZE = 1 << 16 };
    char *const pages =
        mmap(NULL, (size_t)2 * SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *const stack =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(pages != MAP_FAILED && stack != MAP_FAILED, "mmap");
    must(mprotect(pages + SIZE, SIZE, PROT_READ | PROT_WRITE) == 0, "mprotect");
    must(clone(body, stack + SIZE,
               CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                   CLONE_SYSVSEM | CLONE_SETTLS,
               NULL, NULL, pages + SIZE, NULL) > 0,
         "clone");
}
#else
static void *body(void *nothing)
{
    answer = syscall(SYS_write, fd, "x", 1) == -1 ? -EPIPE : 0;
    answered = 1;
    return nothing;
}

static void start(void)
{
    pthread_t thread;
    must(pthread_create(&thread, NULL, body, NULL) == 0, "pthread_create");
}
#endif

int main(void)
{
    fd = broken_pipe();
    start();
    while (!answered)
        sched_yield();
    printf("%ld\n", answer);
    return 0;
}
