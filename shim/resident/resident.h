/*
 * The resident: the guard without the interposers, in an object that has no relocation, no
 * thread-local storage and no libc. It serves where a preload cannot: as the interpreter of a
 * static program (resident/interpreter.c), and mapped into a process that runs already
 * (attach/). Who maps it reads what follows, out of its ELF note, and what runs in it is only
 * the guard and the hook.
 */
#ifndef NOSIGPIPE_RESIDENT_H
#define NOSIGPIPE_RESIDENT_H

#include "base/kernel_sigaction.h"

/* The name and the type of the note (elf(5), "Notes"). */
#define RESIDENT_NOTE_NAME "nosigpipe"
enum { RESIDENT_NOTE_TYPE = 1 };

/* The descriptor of the note: the distance from the descriptor itself to each thing. All are
   equal in two residents only if they are of the same build. */
struct resident_note {
    char version[16];
    int32_t stubs;        /* handler_stub_offsets: the guard is number START_STUB */
    int32_t restorer;     /* kernel_sigaction_restorer, or 0 */
    int32_t state;        /* struct resident_state */
    int32_t options;      /* struct options */
    int32_t log_path;     /* options_log_path */
    int32_t sandboxed;    /* a bool */
    int32_t program_name; /* program_invocation_short_name, a pointer */
    int32_t hook;         /* resident_hook, or 0 */
    int32_t call; /* a system call, and behind it what ends the process; or 0: no visits */
};

/* What the process and who visits it share. */
enum { PROGRAM_NAME_SIZE = 64 };
struct resident_state {
    _Atomic(unsigned long)
        absorbed;                /* broken writes, by this process and those before a fork */
    uintptr_t hook_return;       /* behind the system call that the hook replaces, or 0 */
    struct kernel_sigaction set; /* what the visitor passes to rt_sigaction(2) */
    struct kernel_sigaction old; /* what that returns */
    char program[PROGRAM_NAME_SIZE];
};
extern struct resident_state resident_state;

/* glibc's name, which the records read (report/record.c). */
extern char *program_invocation_short_name;

/* Where the hook begins, in machine code: the app's own rt_sigaction(2) jumps to it. */
void resident_hook(void);

#endif
