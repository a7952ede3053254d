/*
 * How the registers of a function's caller are found from the function's own: what the call
 * frame instructions (DWARF 5, 6.4) have laid down when its code has come to an address.
 */
#ifndef NOSIGPIPE_CFI_H
#define NOSIGPIPE_CFI_H

#include "arch/arch.h"
#include "unwind/eh_frame.h"

enum rule {
    RULE_SAME, /* the default, which DWARF leaves to the ABI */
    RULE_UNDEFINED,
    RULE_OFFSET,         /* at CFA + value */
    RULE_VAL_OFFSET,     /* is CFA + value */
    RULE_REGISTER,       /* is in the register of that number */
    RULE_EXPRESSION,     /* at what the expression gives that begins at the address `value` */
    RULE_VAL_EXPRESSION, /* is what it gives */
};

struct unwind_rules {
    int64_t values[DWARF_REGISTERS];
    uint8_t kinds[DWARF_REGISTERS];
    uint8_t cfa_kind; /* RULE_VAL_OFFSET, from cfa_register instead of the CFA, or
                       * RULE_VAL_EXPRESSION
                       */
    uint8_t cfa_register;
    int64_t cfa_value;
};

/* Runs the instructions up to those of the code at `address`. */
bool cfi_find_rules(const struct fde *fde, uintptr_t address, struct unwind_rules *rules);

#endif
