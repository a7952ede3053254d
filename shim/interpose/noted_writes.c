#include "base/prel32.h"
#include "config/options.h"
#include "link/next.h"
#include "report/current_call.h"

#if defined(HAS_LINK_REGISTER)
#define NOTE_CODE() current_call.code = link_register_here()
#else
#define NOTE_CODE()
#endif

#if !defined(SYSCALL_ARG1)
#define NOTE_ARGUMENTS(descriptor, second_one, third_one)                                      \
    current_call.second = (uint32_t)(uintptr_t)(second_one);                                   \
    current_call.third = (uint32_t)(uintptr_t)(third_one);                                     \
    current_call.fd = descriptor
#else
#define NOTE_ARGUMENTS(descriptor, second_one, third_one)
#endif

/* What `next` had before. */
static struct next real;

/* The call itself is left to by a jump, with the stack as it came. */
#define NOTED(result, name, parameters, arguments, descriptor, second, third)                  \
    static USED result noted_##name parameters                                                 \
    {                                                                                          \
        registers_note_sp(&current_call.stack);                                                \
        NOTE_CODE();                                                                           \
        NOTE_ARGUMENTS(descriptor, second, third);                                             \
        return real.name arguments;                                                            \
    }
#define NOTED_WRITE(...)    NOTED(__VA_ARGS__, fd, data, size)
#define NOTED_COPY(...)     NOTED(__VA_ARGS__, fd, in, offset)
#define NOTED_VECTOR(...)   NOTED(__VA_ARGS__, fd, parts, count)
#define NOTED_SEND(...)     NOTED(__VA_ARGS__, fd, data, size)
#define NOTED_MESSAGE(...)  NOTED(__VA_ARGS__, fd, message, flags)
#define NOTED_MESSAGES(...) NOTED(__VA_ARGS__, fd, messages, count)
#define NOTED_SPLICE(...)   NOTED(__VA_ARGS__, in, in_offset, out)
#define NOTED_TEE(...)      NOTED(__VA_ARGS__, in, out, size)
#define NOTED_OTHER(...)

#define CALL(result, name, parameters, arguments, family)                                      \
    NOTED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

#define NOTE_WRITE(name)                                                                       \
    if (next.name)                                                                             \
        next.name = noted_##name;
#define NOTE_COPY(name)     NOTE_WRITE(name)
#define NOTE_VECTOR(name)   NOTE_WRITE(name)
#define NOTE_SPLICE(name)   NOTE_WRITE(name)
#define NOTE_TEE(name)      NOTE_WRITE(name)
#define NOTE_SEND(name)     NOTE_WRITE(name)
#define NOTE_MESSAGE(name)  NOTE_WRITE(name)
#define NOTE_MESSAGES(name) NOTE_WRITE(name)
#define NOTE_OTHER(name)

WEAK_IMPORT const char *gnu_get_libc_version(void);

static bool is_of_use(void)
{
#if defined(SYSCALL_ARG1)
    return options.backtrace && !gnu_get_libc_version;
#else
    return true;
#endif
}

void noted_writes_install(void)
{
    if (!is_of_use())
        return;
    real = next;
#define CALL(result, name, parameters, arguments, family) NOTE_##family(name)
#include "calls.def"
#undef CALL
}
