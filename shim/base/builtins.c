/*
 * Functions that compilers call on their own, to copy or clear a struct (gcc's manual,
 * "Language Standards Supported by GCC"), and two more of <string.h>. Hidden: the shim needs no
 * libc.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Keeps the compiler from replacing the loop by a call of the function that contains it. */
#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
        KEEP_LOOP();
    }
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = (char)byte;
        KEEP_LOOP();
    }
    return to;
}

size_t strlen(const char *string)
{
    size_t size = 0;
    for (; string[size]; size++)
        KEEP_LOOP();
    return size;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        KEEP_LOOP();
    return (unsigned char)*a - (unsigned char)*b;
}

#if defined(__ARM_EABI__)
/* Not every ARMv7 CPU can divide. A quotient is returned in r0 and the rest in r1, that is in
   the halves of 64 bits ("Run-time ABI for the Arm Architecture", 5.3.1). */
uint64_t __aeabi_uidivmod(uint32_t number, uint32_t divisor);
uint32_t __aeabi_uidiv(uint32_t number, uint32_t divisor);
uint64_t __aeabi_idivmod(int32_t number, int32_t divisor);
int32_t __aeabi_idiv(int32_t number, int32_t divisor);

uint64_t __aeabi_uidivmod(uint32_t number, uint32_t divisor)
{
    uint32_t quotient = 0;
    uint64_t rest = 0;
    for (int i = 31; i >= 0; i--) {
        rest = rest << 1 | (number >> i & 1);
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= UINT32_C(1) << i;
        }
    }
    return rest << 32 | quotient;
}

uint32_t __aeabi_uidiv(uint32_t number, uint32_t divisor)
{
    return (uint32_t)__aeabi_uidivmod(number, divisor);
}

static uint32_t with_sign(bool negative, uint32_t number)
{
    return negative ? -number : number;
}

/* The rest has the sign of the number. */
uint64_t __aeabi_idivmod(int32_t number, int32_t divisor)
{
    const uint64_t both = __aeabi_uidivmod(with_sign(number < 0, (uint32_t)number),
                                           with_sign(divisor < 0, (uint32_t)divisor));
    const uint32_t quotient = with_sign((number < 0) != (divisor < 0), (uint32_t)both);
    return (uint64_t)with_sign(number < 0, (uint32_t)(both >> 32)) << 32 | quotient;
}

int32_t __aeabi_idiv(int32_t number, int32_t divisor)
{
    return (int32_t)__aeabi_idivmod(number, divisor);
}

/* Unwind tables name these two, so that libgcc's are linked in. The unwinder takes its own
   ("Exception Handling ABI for the Arm Architecture", 7.3). */
void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr1(void);

void __aeabi_unwind_cpp_pr0(void)
{
}

void __aeabi_unwind_cpp_pr1(void)
{
}
#endif
