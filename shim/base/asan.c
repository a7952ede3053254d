/*
 * AddressSanitizer's runtime, if it is a shared object (gcc), ends a program in which another
 * object precedes it, such as a preloaded one (AsanCheckDynamicRTPrereqs() in
 * compiler-rt/lib/asan/asan_linux.cpp). The runtime only needs to precede libc, and does: so
 * this function, which the runtime calls (sanitizer/asan_interface.h), turns the check off. A
 * program may define the function itself, which then replaces this one.
 */
#include "base/libc.h"

EXPORT const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "verify_asan_link_order=0";
}
