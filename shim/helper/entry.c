#include "arch/arch.h"

__asm__(".pushsection .text._start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n\t" ENTRY_POINT(helper_start) ".popsection\n");
