/*
 * Whether the app may have restricted its own system calls by a seccomp(2) filter. The shim
 * then makes none that the app's own call would not have made, even where an answer gets less
 * exact.
 */
#ifndef NOSIGPIPE_SECCOMP_H
#define NOSIGPIPE_SECCOMP_H

#include "base/libc.h"

/* Set for good, by interpose/prctl.c, when the app asks for what has to precede a filter. */
extern bool sandboxed;

#endif
