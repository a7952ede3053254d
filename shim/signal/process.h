/* The identity of this process. */
#ifndef NOSIGPIPE_PROCESS_H
#define NOSIGPIPE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* This process's id, from getpid(2). In a sandbox, which may forbid that call, it is the id
   noted when the sandbox began; 0 in a child made since then past libc's fork. */
pid_t process_id(void);

/* Notes the id, as the last moment to ask the kernel. Not for a vfork child. */
void process_prepare_for_sandbox(void);

/* In a sandbox: notes that this is a child of libc's fork, whose id libc knows. */
void process_note_fork(void);

/* The id of this thread, from gettid(2), if it is a child of vfork(2), which runs in its
   creator's memory, or of another clone(2) that libc did not make; 0 if not, or if unknown. */
pid_t vfork_child_id(void);

/* Whether this process runs in its parent's memory, as far as kcmp(2) shows. */
bool process_shares_memory(void);

#endif
