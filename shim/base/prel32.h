/*
 * Tables of functions that hold how far each is from the table. Addresses would have to be
 * relocated in every process that starts, and an early call could not use them.
 */
#ifndef NOSIGPIPE_PREL32_H
#define NOSIGPIPE_PREL32_H

#include "base/libc.h"

/* PREL32_TABLE(name) entries PREL32_END; an entry is PREL32(name, function), of a function of
   the same file that is USED. */
#define PREL32_TABLE(name)                                                                     \
    extern const int32_t name[];                                                               \
    __asm__(".pushsection .rodata\n"                                                           \
            ".balign 4\n"                                                                      \
            ".hidden " #name "\n"                                                              \
            ".globl " #name "\n" #name ":\n"
#define PREL32(name, function) ".long " #function " - " #name "\n"
#define PREL32_END            ".popsection\n")

/* Keeps a static function and its name, which only the table has. */
#define USED __attribute__((used))

static inline uintptr_t prel32_function(const int32_t *table, size_t number)
{
    return (uintptr_t)table + (uintptr_t)(intptr_t)table[number];
}

#endif
