/* Whether the host may have restricted its own system calls. The shim then makes none that the
   host's own call would not have made, even where an answer gets less exact by that. */
#ifndef NOSIGPIPE_SECCOMP_H
#define NOSIGPIPE_SECCOMP_H

#include "base/compiler.h"

/* Set, for good, when the host has asked for what precedes a seccomp(2) filter. */
extern bool sandboxed;

/* The host is about to ask for that. */
void sandbox_begin(void);

/* The same, if that is what prctl(2) with this option asks for. */
void sandbox_note_prctl(unsigned long option);

#endif
