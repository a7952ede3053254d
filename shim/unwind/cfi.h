/*
 * Call frame information (DWARF 5, 6.4): the rules that give the registers of a function's
 * caller, from the function's own registers at an address of its code.
 */
#ifndef NOSIGPIPE_CFI_H
#define NOSIGPIPE_CFI_H

#include "arch/arch.h"
#include "unwind/eh_frame.h"

/* The register rules of DWARF 5, 6.4.1, with their `value`. */
enum rule {
    RULE_SAME, /* also the default, which DWARF leaves to the ABI */
    RULE_UNDEFINED,
    RULE_OFFSET,         /* saved at CFA + value */
    RULE_VAL_OFFSET,     /* is CFA + value */
    RULE_REGISTER,       /* is in the register of number `value` */
    RULE_EXPRESSION,     /* saved at the result of the expression at address `value` */
    RULE_VAL_EXPRESSION, /* is the result of the expression at address `value` */
};

struct unwind_rules {
    int64_t values[DWARF_REGISTERS];
    uint8_t kinds[DWARF_REGISTERS];
    uint8_t cfa_kind; /* RULE_VAL_OFFSET: cfa_register + cfa_value; or RULE_VAL_EXPRESSION */
    uint8_t cfa_register;
    int64_t cfa_value;
};

/* Runs the instructions up to those for the code at `address`. False if they are damaged or not
   supported. */
bool cfi_find_rules(const struct fde *fde, uintptr_t address, struct unwind_rules *rules);

#endif
