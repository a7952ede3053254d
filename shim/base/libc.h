/*
 * The libc headers that declare the interposed calls, what some libc's headers lack, and the
 * visibility of symbols.
 */
#ifndef NOSIGPIPE_LIBC_H
#define NOSIGPIPE_LIBC_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <threads.h>
#include <unistd.h>
#include <wordexp.h>

#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100 /* Linux 6.18, include/uapi/linux/fs.h */
#endif

/* All other symbols are hidden: -fvisibility=hidden. */
#define EXPORT __attribute__((visibility("default")))

/* A libc symbol that an app may lack (C6: no undefined symbol is strong). */
#define WEAK_IMPORT extern __attribute__((weak, visibility("default")))

/*
 * Storage of each thread that is read without a call: initial-exec, which is there because the
 * shim is loaded when the process starts. Code that is put into a running process (resident/)
 * has none, so there such a variable is one for all threads; what needs it is unused there.
 */
#if defined(NOSIGPIPE_RESIDENT)
#define THREAD_LOCAL
#else
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#endif

/* With _GNU_SOURCE glibc declares sendto's address as a union of pointers to address types. */
#ifdef __GLIBC__
typedef __CONST_SOCKADDR_ARG socket_address;
#define SOCKET_ADDRESS(to) ((to).__sockaddr__)
#else
typedef const struct sockaddr *socket_address;
#define SOCKET_ADDRESS(to) (to)
#endif

/* glibc 2.21 dropped the declaration, but keeps the symbol for old programs (sigvec(3)). */
#ifndef sv_onstack
struct sigvec {
    void (*sv_handler)(int);
    int sv_mask;
    int sv_flags;
};
#endif

/* glibc declares the first in <sys/pidfd.h> since 2.36, the others in <spawn.h> since 2.39. */
int pidfd_send_signal(int pidfd, int signal_number, siginfo_t *info, unsigned flags);
int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const variables[]);
int pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const variables[]);

/* From here on a declaration is hidden too, so that calls within the shim need no GOT. Tests
   that include this file need the default. */
#if defined(NOSIGPIPE_OBJECT)
#pragma GCC visibility push(hidden)
#endif

#endif
