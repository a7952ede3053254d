/*
 * A sandbox: the app may have restricted its system calls by a seccomp(2) filter. From then on
 * the shim makes no system call that the app's own call would not have made, even if its
 * results become less exact.
 */
#ifndef NOSIGPIPE_SECCOMP_H
#define NOSIGPIPE_SECCOMP_H

#include "base/libc.h"

/* Set for good by interpose/prctl.c, when the app asks for what must precede a filter. */
extern bool sandboxed;

#endif
