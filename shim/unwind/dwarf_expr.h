/* DWARF expressions (DWARF 5, 2.5), with the operations that call frame information uses. */
#ifndef NOSIGPIPE_DWARF_EXPR_H
#define NOSIGPIPE_DWARF_EXPR_H

#include <stdbool.h>
#include <stdint.h>

/* Evaluates the block at `address` (its length, then operations). `first`, unless NULL, is on
   the stack at the beginning. False if the block is damaged or an operation not supported. */
bool dwarf_expr_evaluate(uintptr_t address, const uintptr_t *registers, const uintptr_t *first,
                         uintptr_t *result);

#endif
