/*
 * Part of the object that `make coverage` builds, and of no other: all processes count into one
 * file, COUNTERS_FILE, which is mapped over gcov's counters. What counts in memory and writes
 * at exit, as gcov does by itself, loses every process that ends by a signal, _exit(2) or
 * execve(2), and needs libgcov in it. Where the file cannot be had (chroot, RLIMIT_AS), the
 * counts of that process are lost and nothing else.
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>

#include "../../shim/base/syscall.h"

#ifndef COUNTERS_FILE
#define COUNTERS_FILE "counters"
#endif

/* From counters.ld. */
extern char counters_start[] __attribute__((visibility("hidden")));
extern char counters_end[] __attribute__((visibility("hidden")));

/* What gcov's own records of the sources point to; only libgcov would call it. */
__attribute__((visibility("hidden"))) void __gcov_merge_add(void *counters, unsigned count);

void __gcov_merge_add(void *counters, unsigned count)
{
    (void)counters;
    (void)count;
}

static int failed(long result)
{
    return result < 0 && result >= -4095;
}

/* Before all other constructors. What calls that came earlier have counted is added. */
__attribute__((constructor(101))) static void count_in_file(void)
{
    const size_t size = (size_t)(counters_end - counters_start);
    const long *const before = (const long *)(const void *)counters_start;
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, COUNTERS_FILE, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    const long file = SYSCALL(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!failed(file)) {
        for (size_t i = 0; i < size / sizeof(long); i++) {
            if (before[i])
                __atomic_fetch_add((long *)file + i, before[i], __ATOMIC_RELAXED);
        }
        SYSCALL(SYS_munmap, file, size);
        SYSCALL(SYS_mmap, counters_start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                fd, 0);
    }
    SYSCALL(SYS_close, fd);
}
