/* DWARF expressions (DWARF 5, 2.5), as far as call frame information has use for them. */
#ifndef NOSIGPIPE_DWARF_EXPR_H
#define NOSIGPIPE_DWARF_EXPR_H

#include <stdbool.h>
#include <stdint.h>

/* Computes what the block at `address` (its length, then operations) says. `first`, if any, is
   on the stack when it begins. False where it cannot be computed. */
bool dwarf_expr_evaluate(uintptr_t address, const uintptr_t *registers, const uintptr_t *first,
                         uintptr_t *result);

#endif
