/*
 * Functions that compilers call on their own, to copy or clear a struct (gcc's manual,
 * "Language Standards Supported by GCC"), and two more of <string.h>. Hidden: the shim needs no
 * libc.
 */
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
