/*
 * The unwind tables of 32-bit ARM, which has no .eh_frame: .ARM.exidx, an index of functions,
 * and .ARM.extab ("Exception Handling ABI for the Arm Architecture", below EHABI).
 */
#ifndef NOSIGPIPE_EXIDX_H
#define NOSIGPIPE_EXIDX_H

#include <stdbool.h>
#include <stdint.h>

enum { ARM_SP = 13, ARM_LR = 14, ARM_PC = 15, ARM_REGISTERS = 16 };

/* The index: pairs of words, sorted by function. */
struct exidx_table {
    uintptr_t start;
    uintptr_t size; /* in bytes */
};

/* Replaces the registers of a function by those of its caller. `code` is an address in the
   function. False if the tables say that it cannot be unwound, or are damaged; the registers
   have no meaning then. */
bool exidx_unwind(const struct exidx_table *table, uintptr_t code, uintptr_t *registers);

#endif
