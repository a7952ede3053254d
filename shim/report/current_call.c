#include "report/current_call.h"

#include "base/safe_read.h"

THREAD_LOCAL struct current_call current_call;

/* The most bytes of libc's own frames between the interposer and the system call. */
enum { LIBC_FRAMES = 1024 };

#if !defined(SYSCALL_ARG1)
int current_call_fd(const ucontext_t *context)
{
    const bool same = current_call.stack - UC_SP(context) < LIBC_FRAMES &&
                      current_call.second == (uint32_t)SYSCALL_ARG2(context) &&
                      current_call.third == (uint32_t)SYSCALL_ARG3(context);
    return same ? current_call.fd : -1;
}
#endif

static bool read_code(uintptr_t *code)
{
#if defined(HAS_LINK_REGISTER)
    *code = registers_return_address(current_call.code);
    return true;
#else
    return safe_read(code, current_call.stack, sizeof(*code));
#endif
}

bool current_call_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack)
{
    *caller_stack = current_call.stack + RETURN_ADDRESS_SIZE;
    return current_call.stack - stack < LIBC_FRAMES && read_code(caller_code);
}
