/*
 * The functions that compilers call by themselves, to copy or clear a struct (gcc's manual,
 * "Language Standards Supported by GCC"). Hidden, so that the object needs no libc for them.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

/* Keeps the compiler from making of the loop a call of the very function it is in. */
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
