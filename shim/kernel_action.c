#include "kernel_action.h"

#if defined(NEEDS_RESTORER)
/* rt_sigreturn(2) finds the signal frame at the stack pointer, so there must be no prologue.
   The two instructions are those by which gdb and libgcc know a signal frame when they see one.
 */
__asm__(".text\n"
        ".globl kernel_action_restorer\n"
        ".hidden kernel_action_restorer\n"
        ".type kernel_action_restorer, @function\n"
        ".balign 16\n"
        "nop\n"
        "kernel_action_restorer:\n"
        "    movq $15, %rax\n"
        "    syscall\n"
        ".size kernel_action_restorer, . - kernel_action_restorer\n");
#endif
