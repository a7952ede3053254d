/*
 * What the test programs use and a smaller or older libc than glibc 2.36 lacks; included before
 * all else in a program that is built for another libc. A call that such a libc does not have
 * is made by its system call, past the shim, or answers that it is not there: the same with the
 * shim and without. What the shim itself makes of such names, absent.c shows.
 */
#ifndef MISSING_H
#define MISSING_H

#include <asm/unistd.h>
#include <errno.h>
#include <features.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) 0
#endif

/* Numbers that are newer than the libc: the kernel's headers have them. */
#ifndef SYS_clone3
#define SYS_clone3 __NR_clone3
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup __NR_io_uring_setup
#define SYS_io_uring_enter __NR_io_uring_enter
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal __NR_pidfd_send_signal
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open __NR_pidfd_open
#endif

#if !__GLIBC_PREREQ(2, 29)

/* Since 2.26; but 2.27 and 2.28 make writev as well after any error, and so a second broken
   write (sysdeps/unix/sysv/linux/pwritev64v2.c). As the tests call it it is writev, and a
   cancellation point like that. */
static inline ssize_t missing_pwritev2(int fd, const struct iovec *parts, int count,
                                       off_t offset, int flags)
{
    if (offset != -1 || flags != 0) {
        errno = ENOSYS;
        return -1;
    }
    return writev(fd, parts, count);
}
#define pwritev2 missing_pwritev2

#endif

#if !__GLIBC_PREREQ(2, 30)

/* A macro, since musl has had the function since 1.2.0, and no sign of it. */
#define gettid() ((pid_t)syscall(SYS_gettid))

static inline int tgkill(pid_t group, pid_t thread, int signal_number)
{
    return (int)syscall(SYS_tgkill, group, thread, signal_number);
}

#endif

#if !__GLIBC_PREREQ(2, 32)

/* By number where it is none of these: the two runs that are compared name it alike. */
static inline const char *strerrorname_np(int error)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{EPIPE, "EPIPE"},   {EINTR, "EINTR"},   {EINVAL, "EINVAL"}, {EAGAIN, "EAGAIN"},
                 {ENOSYS, "ENOSYS"}, {EFAULT, "EFAULT"}, {ESRCH, "ESRCH"},   {ENOENT, "ENOENT"},
                 {EACCES, "EACCES"}, {EBADF, "EBADF"},   {EPERM, "EPERM"},   {0, "0"}};
    static char other[32];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].number == error)
            return names[i].name;
    }
    snprintf(other, sizeof(other), "error %d", error);
    return other;
}

static inline const char *sigabbrev_np(int signal_number)
{
    static char other[32];
    if (signal_number == SIGPIPE)
        return "PIPE";
    if (signal_number == SIGALRM)
        return "ALRM";
    if (signal_number == SIGSYS)
        return "SYS";
    snprintf(other, sizeof(other), "%d", signal_number);
    return other;
}

#ifndef PTHREAD_ATTR_NO_SIGMASK_NP
#define PTHREAD_ATTR_NO_SIGMASK_NP (-1)
#endif

static inline int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *mask)
{
    (void)attributes, (void)mask;
    return ENOSYS;
}

static inline int pthread_attr_getsigmask_np(const pthread_attr_t *attributes, sigset_t *mask)
{
    (void)attributes, (void)mask;
    return PTHREAD_ATTR_NO_SIGMASK_NP;
}

#endif

#if !__GLIBC_PREREQ(2, 34)

/* As the tests call it it is execve. */
static inline int execveat(int folder, const char *path, char *const arguments[],
                           char *const variables[], int flags)
{
    (void)folder, (void)flags;
    return execve(path, arguments, variables);
}

#endif

#if !__GLIBC_PREREQ(2, 35)

/* In whole milliseconds, and a cancellation point as the real one. */
static inline int epoll_pwait2(int fd, struct epoll_event *events, int count,
                               const struct timespec *timeout, const sigset_t *mask)
{
    const int milliseconds =
        timeout ? (int)(timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000) : -1;
    return epoll_pwait(fd, events, count, milliseconds, mask);
}

#endif

#ifndef __GLIBC__
#include "missing_musl.h"
#endif

#endif
