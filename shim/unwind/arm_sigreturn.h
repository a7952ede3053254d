/* The frame that the kernel of 32-bit ARM makes for a signal handler. */
#ifndef NOSIGPIPE_ARM_SIGRETURN_H
#define NOSIGPIPE_ARM_SIGRETURN_H

#include <stdbool.h>
#include <stdint.h>

/* If the program counter is where a signal handler returns to, replaces r0 to r15 by those that
   the signal has interrupted. Else false, and leaves them as they are. */
bool arm_leave_signal_frame(uintptr_t *registers);

#endif
