/* The identity of this process. */
#ifndef NOSIGPIPE_PROCESS_H
#define NOSIGPIPE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* This process's id, from getpid(2). In a sandbox, which may forbid that call, it is the id
   noted when the sandbox began; 0 in a child made since then past libc's fork. */
pid_t process_id(void);

/* Notes the id, as the last moment to ask the kernel; 0 if it is not known whose memory this
   is: the parent must not take a vfork child's id for its own. */
void process_prepare_for_sandbox(bool is_known);

/* In a sandbox: notes that this is a child of libc's fork, whose id libc knows. */
void process_note_fork(void);

/* The id of this thread, from gettid(2), if it is a child of vfork(2), which runs in its
   creator's memory, or of another clone(2) that libc did not make; 0 if not, or if unknown. */
pid_t vfork_child_id(void);

/* Whose memory this process runs in, as far as libc and kcmp(2) show, which a container's
   filter may forbid. */
enum memory { MEMORY_OWN, MEMORY_OF_PARENT, MEMORY_UNKNOWN };
enum memory process_memory(void);

#endif
