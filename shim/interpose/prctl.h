#ifndef NOSIGPIPE_PRCTL_H
#define NOSIGPIPE_PRCTL_H

/* The app is about to restrict its own system calls: sets `sandboxed` (base/seccomp.h), once
   the kernel has been asked for all that may not be asked later. Not for a vfork child. */
void sandbox_begin(void);

/* The same, if that is what prctl(2) with this option asks for. */
void sandbox_note_prctl(unsigned long option);

#endif
