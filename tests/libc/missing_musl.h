/* The part of missing.h that every glibc has and musl has not. */
#ifndef MISSING_MUSL_H
#define MISSING_MUSL_H

#include <limits.h>
#include <sys/prctl.h>
#include <ucontext.h>

/* Its own, 2048, has no room for a signal frame. */
#undef PTHREAD_STACK_MIN
#define PTHREAD_STACK_MIN 16384

/* Their systems calls' other names, for files of any size: sources say these for musl 1.2.3. */
#undef sendfile64
#undef off64_t
typedef off_t off64_t;

#define SA_INTERRUPT 0x20000000

/* The thread that a timer signals, as glibc names it. musl 1.1 has no place for it, and refuses
   such a timer. */
#ifdef SIGEV_THREAD_ID
#undef sigev_notify_thread_id
#define _sigev_un __sev_fields
#define _tid      sigev_notify_thread_id
#else
#define SIGEV_THREAD_ID        4
#define EPOLL_IS_NOT_CANCELLED /* before 1.2.3 (src/linux/epoll.c) */
#define _sigev_un              sigev_value
#define _tid                   sival_int
#endif

/* musl 1.1 lacks it. Those who call it ask for the name of the thread that they are in. */
#define pthread_getname_np(thread, name, size) prctl(PR_GET_NAME, name)

static inline void *dlvsym(void *object, const char *name, const char *version)
{
    (void)object, (void)name, (void)version;
    return NULL;
}

/* There is the other kind alone, by this name too, which no header declares. */
sighandler_t __sysv_signal(int signal_number, sighandler_t handler);

static inline sighandler_t sysv_signal(int signal_number, sighandler_t handler)
{
    const struct sigaction action = {.sa_handler = handler,
                                     .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    struct sigaction old;
    return sigaction(signal_number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

static inline sighandler_t ssignal(int signal_number, sighandler_t handler)
{
    return signal(signal_number, handler);
}

static inline int gsignal(int signal_number)
{
    return raise(signal_number);
}

/* The masks of 32 signals. */
static inline int change_first_signals(int how, int mask)
{
    union {
        sigset_t set;
        unsigned long first;
    } wanted = {.first = (unsigned)mask}, old;
    return sigprocmask(how, &wanted.set, &old.set) == 0 ? (int)old.first : -1;
}

static inline int sigblock(int mask)
{
    return change_first_signals(SIG_BLOCK, mask);
}

static inline int sigsetmask(int mask)
{
    return change_first_signals(SIG_SETMASK, mask);
}

static inline int siggetmask(void)
{
    return change_first_signals(SIG_BLOCK, 0);
}

static inline int pthread_sigqueue(pthread_t thread, int signal_number,
                                   const union sigval value)
{
    (void)value;
    return pthread_kill(thread, signal_number);
}

/* The header has these, the library has not. */
int getcontext(ucontext_t *context)
{
    memset(context, 0, sizeof(*context));
    return -1;
}

int setcontext(const ucontext_t *context)
{
    (void)context;
    return -1;
}

int swapcontext(ucontext_t *old, const ucontext_t *context)
{
    (void)context;
    return getcontext(old);
}

void makecontext(ucontext_t *context, void (*start)(void), int count, ...)
{
    (void)context, (void)start, (void)count;
}

#endif
