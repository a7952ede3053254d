/*
 * What the test programs use of C11's threads, for a libc that has none: glibc before 2.28,
 * musl before 1.1.5. Such a thread is one of pthread_create(3).
 */
#ifndef OLDER_THREADS_H
#define OLDER_THREADS_H

#include <pthread.h>
#include <stdint.h>

typedef pthread_t thrd_t;
typedef int (*thrd_start_t)(void *);
enum { thrd_success, thrd_error = 2 };

/* Made of both by the creator, in whose block it lives until the thread is joined. */
struct older_thread {
    thrd_start_t start;
    void *argument;
};

static inline void *older_thread_begin(void *of_creator)
{
    const struct older_thread thread = *(struct older_thread *)of_creator;
    return (void *)(intptr_t)thread.start(thread.argument);
}

#define thrd_create(thread, start, argument)                                                   \
    (pthread_create(thread, NULL, older_thread_begin, &(struct older_thread){start, argument}) \
         ? thrd_error                                                                          \
         : thrd_success)
#define thrd_join(thread, result) pthread_join(thread, NULL)

#endif
