#ifndef NOSIGPIPE_PRCTL_H
#define NOSIGPIPE_PRCTL_H

/* To be called when the app is about to restrict its own system calls: asks the kernel what may
   not be asked later, and sets `sandboxed` (base/seccomp.h). Does nothing in a vfork child. */
void sandbox_begin(void);

/* The same, if prctl(2) with this option restricts system calls or precedes that. */
void sandbox_note_prctl(unsigned long option);

#endif
