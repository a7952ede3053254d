#include "report/current_call.h"

#include "base/safe_read.h"

/* gcc does not take the model from the declaration: it would call __tls_get_addr. */
__thread struct note noted __attribute__((tls_model("initial-exec")));

/* libc's own frames between the interposer and the system call. */
enum { LIBC_FRAMES = 1024 };

#if !defined(REGISTERS_ARGUMENT1)
int noted_descriptor(const ucontext_t *context)
{
    const bool same = noted.stack - REGISTERS_STACK(context) < LIBC_FRAMES &&
                      noted.second == (uint32_t)REGISTERS_ARGUMENT2(context) &&
                      noted.third == (uint32_t)REGISTERS_ARGUMENT3(context);
    return same ? noted.fd : -1;
}
#endif

#if defined(RETURNS_BY_REGISTER)
static bool read_code(uintptr_t *code)
{
    *code = registers_return_address(noted.code);
    return true;
}
#else
static bool read_code(uintptr_t *code)
{
    return memory_read(code, noted.stack, sizeof(*code));
}
#endif

bool noted_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack)
{
    *caller_stack = noted.stack + RETURN_ADDRESS_SIZE;
    return noted.stack - stack < LIBC_FRAMES && read_code(caller_code);
}
