/*
 * What AddressSanitizer asks for. Its runtime, where it is a shared object (gcc), ends a
 * program in which it is not the first object after the program itself, and a preload comes
 * before it. All that it needs is to come before libc, which it does: so the check is turned
 * off.
 *
 * AsanCheckDynamicRTPrereqs() in compiler-rt/lib/asan/asan_linux.cpp; the function is part of
 * ASan's interface (sanitizer/asan_interface.h), and a program may have one of its own, which
 * counts instead of this one.
 */
#include "base/libc.h"

EXPORT const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "verify_asan_link_order=0";
}
