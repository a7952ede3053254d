/* Who this process is. */
#ifndef NOSIGPIPE_PROCESS_H
#define NOSIGPIPE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* This process's id. Asks the kernel, getpid(2), but in a sandbox, where it says what was known
   when that began: 0 in a child that was made since, past libc's fork. */
pid_t process_id(void);

/* The last moment to ask the kernel. Not for a vfork child. */
void process_prepare_for_sandbox(void);

/* In a sandbox: this is a child that libc's fork has made, whose id libc knows. */
void process_note_fork(void);

/* The id of this thread if it is the child of a vfork(2), which runs in the memory of the
   thread that made it, or of another clone(2) that libc did not make; else, or where it cannot
   be told, 0. Asks the kernel: gettid(2). */
pid_t vfork_child_id(void);

/* Whether this process runs in its parent's memory, as far as kcmp(2) tells. */
bool process_shares_memory(void);

#endif
