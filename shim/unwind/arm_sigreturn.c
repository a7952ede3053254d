#include "unwind/arm_sigreturn.h"

#include <stddef.h>

#include "base/safe_read.h"
#include "unwind/exidx.h"

/* The numbers of the two calls that end a handler (arch/arm/tools/syscall.tbl). */
enum { SIGRETURN = 119, RT_SIGRETURN = 173 };

/* Where r0 is saved: in the struct sigcontext of a struct ucontext, which a siginfo of 128
   bytes precedes if the handler has SA_SIGINFO (arch/arm/include/asm/ucontext.h, struct
   sigframe and rt_sigframe). */
enum { R0_IN_UCONTEXT = 5 * 4 + 3 * 4, SIGINFO = 128 };

/* Returns the number of the call that the code makes: mov r7, #number; svc #0. The kernel has
   it in a page, and libc too, in ARM code or in Thumb code of 16 or 32 bits (arch/arm/kernel/
   sigreturn_codes.S; glibc, sysdeps/unix/sysv/linux/arm/sigrestorer.S). Else returns 0. */
static unsigned number_at(uintptr_t code)
{
    uint16_t half[3];
    if (!safe_read(half, code, 2 * sizeof(half[0])))
        return 0;
    if (half[1] == 0xdf00 && half[0] >> 8 == 0x27)
        return half[0] & 0xff;
    if (!safe_read(half, code, sizeof(half)))
        return 0;
    if (half[0] == 0xf04f && half[1] >> 8 == 0x07 && half[2] == 0xdf00)
        return half[1] & 0xff;
    uint16_t end;
    if (half[1] == 0xe3a0 && half[0] >> 8 == 0x70 &&
        safe_read(&end, code + 3 * sizeof(end), sizeof(end)) && end >> 8 == 0xef)
        return half[0] & 0xff;
    return 0;
}

bool arm_leave_signal_frame(uintptr_t *registers)
{
    uint32_t saved[ARM_REGISTERS];
    const unsigned number = number_at(registers[ARM_PC]);
    const uintptr_t place =
        registers[ARM_SP] + R0_IN_UCONTEXT + (number == RT_SIGRETURN ? SIGINFO : 0);
    if ((number != SIGRETURN && number != RT_SIGRETURN) ||
        !safe_read(saved, place, sizeof(saved)))
        return false;
    for (unsigned i = 0; i < ARM_REGISTERS; i++)
        registers[i] = saved[i];
    return true;
}
