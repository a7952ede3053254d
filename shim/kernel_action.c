#include "kernel_action.h"

#if defined(RESTORER)
/* rt_sigreturn(2) finds the signal frame at the stack pointer, so there must be no prologue.
   libgcc knows a signal frame by the two instructions (libgcc, config/i386/linux-unwind.h). */
__asm__(".text\n"
        ".globl __restore_rt\n"
        ".hidden __restore_rt\n"
        ".type __restore_rt, @function\n"
        ".balign 16\n"
        "nop\n"
        "__restore_rt:\n" RESTORER ".size __restore_rt, . - __restore_rt\n");
#endif
