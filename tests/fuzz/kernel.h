/*
 * The kernel of a fuzz target. A file of the shim that is compiled with this in front makes its
 * system calls to fuzz_kernel, which each target defines: it answers from the fuzzer's input,
 * and touches memory where the sanitizers see it, as the real kernel would not.
 */
#ifndef NOSIGPIPE_FUZZ_KERNEL_H
#define NOSIGPIPE_FUZZ_KERNEL_H

#include "../../shim/arch/arch.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f);

#define raw_syscall fuzz_kernel

#endif
