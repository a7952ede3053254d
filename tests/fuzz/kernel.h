/* The kernel of a fuzz target or a unit. A file of the shim that is compiled with -include of
   this calls fuzz_kernel() for each system call. Each target defines that function: it answers
   from the fuzzer's input, and the sanitizers check its memory accesses, unlike the real
   kernel's. */
#ifndef NOSIGPIPE_FUZZ_KERNEL_H
#define NOSIGPIPE_FUZZ_KERNEL_H

#include "../../shim/arch/arch.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f);

#define raw_syscall fuzz_kernel

#endif
