/* Who this process is, as far as possible without a system call that a sandbox may forbid. */
#ifndef NOSIGPIPE_SELF_H
#define NOSIGPIPE_SELF_H

#include <stdbool.h>
#include <sys/types.h>

/* Remembers this process's id where libc already knows it. For the constructor, and for the
   child of a fork. */
void self_remember(void);

/* The last moment to ask the kernel, where libc does not know. */
void self_prepare_for_sandbox(void);

/* Whether `pid` is this process as far as it is known without a system call. True may be wrong
   in a child that was made past libc's fork, for the id of its parent. */
bool self_is_known(pid_t pid);

/* Whether `pid` is this process. Asks the kernel where it must: getpid(2). */
bool self_is(pid_t pid);

/* This process's id. */
pid_t self_pid(void);

/* The id of this thread if it is the child of a vfork(2), which runs in the memory of the
   thread that made it; else, or where it cannot be told, 0. Asks the kernel: gettid(2). */
pid_t self_vfork_child(void);

#endif
