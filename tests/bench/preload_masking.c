/*
 * The other way to be rid of SIGPIPE in a program that one cannot change: each call with the
 * signal blocked, as libpq does it around its own sends. The best of its kind that is still
 * right: a pending signal is asked for only where it was blocked before, and taken only where
 * the call may have raised one, so that a call that succeeds has two system calls more.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { SIGSET_SIZE = 8 };
static const unsigned long sigpipe_bit = 1UL << (SIGPIPE - 1);

static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_writev)(int, const struct iovec *, int);
static ssize_t (*next_send)(int, const void *, size_t, int);
static ssize_t (*next_sendto)(int, const void *, size_t, int, __CONST_SOCKADDR_ARG, socklen_t);
static ssize_t (*next_sendmsg)(int, const struct msghdr *, int);
static int (*next_sendmmsg)(int, struct mmsghdr *, unsigned, int);

__attribute__((constructor)) static void find_next(void)
{
    *(void **)&next_write = dlsym(RTLD_NEXT, "write");
    *(void **)&next_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&next_send = dlsym(RTLD_NEXT, "send");
    *(void **)&next_sendto = dlsym(RTLD_NEXT, "sendto");
    *(void **)&next_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    *(void **)&next_sendmmsg = dlsym(RTLD_NEXT, "sendmmsg");
}

struct masked {
    unsigned long mask;
    bool was_pending;
};

static inline struct masked begin(void)
{
    struct masked before = {0, false};
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &sigpipe_bit, &before.mask, SIGSET_SIZE);
    if (before.mask & sigpipe_bit) {
        unsigned long pending = 0;
        syscall(SYS_rt_sigpending, &pending, SIGSET_SIZE);
        before.was_pending = pending & sigpipe_bit;
    }
    return before;
}

static inline void end(const struct masked *before, bool may_have_raised)
{
    if (may_have_raised && !before->was_pending) {
        static const struct timespec at_once;
        const int kept = errno;
        syscall(SYS_rt_sigtimedwait, &sigpipe_bit, NULL, &at_once, SIGSET_SIZE);
        errno = kept;
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before->mask, NULL, SIGSET_SIZE);
}

/* A vector's or message's bytes are not counted: their partial success is left out. */
#define MASKED(result, expected, call)                                                         \
    const struct masked before = begin();                                                      \
    const result answer = call;                                                                \
    end(&before, answer < (result)(expected));                                                 \
    return answer

ssize_t write(int fd, const void *data, size_t size)
{
    MASKED(ssize_t, size, next_write(fd, data, size));
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    MASKED(ssize_t, 0, next_writev(fd, parts, count));
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    MASKED(ssize_t, size, next_send(fd, data, size, flags));
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, __CONST_SOCKADDR_ARG to,
               socklen_t to_size)
{
    MASKED(ssize_t, size, next_sendto(fd, data, size, flags, to, to_size));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    MASKED(ssize_t, 0, next_sendmsg(fd, message, flags));
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    MASKED(int, count, next_sendmmsg(fd, messages, count, flags));
}
