/* Notes each call of the write family before it is made (current_call.h says what and why). */
#include "config/options.h"
#include "interpose/next_writes.h"
#include "report/current_call.h"

static struct next_writes real;

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

/* The compiler makes the last call a jump, so libc finds the stack as the caller left it. */
#define WRITE(result, name, parameters, arguments, ...)                                        \
    static result noted_##name parameters                                                      \
    {                                                                                          \
        registers_note_sp(&current_call.stack);                                                \
        NOTE_CODE();                                                                           \
        NOTE_ARGUMENTS(ARGUMENT(1, arguments), ARGUMENT(2, arguments),                         \
                       ARGUMENT(3, arguments));                                                \
        return real.name arguments;                                                            \
    }
#include "writes.def"

WEAK_IMPORT const char *gnu_get_libc_version(void);

/* Where the registers keep the descriptor, only a backtrace without call frame information
   (musl) needs the note. */
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
    keep_next(&real);
#define WRITE(result, name, ...) REPLACE_NEXT(noted_, name)
#include "writes.def"
}
