/* The process id: from the kernel or, where the shim may not ask, from what was noted before.
 */
#include "../../shim/signal/process.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/base/seccomp.h"
#include "../../shim/interpose/fallback.h"
#include "../../shim/link/next.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

bool sandboxed;
struct next next;
struct next_own next_own;

/* A pointer, since the compiler assumes that libc's functions call nothing in this file. */
static pid_t (*volatile call_fork)(void) = fork;
static pid_t (*volatile call__Fork)(void) = _Fork;

enum { PARENT = 50 };

_Atomic(int) self_kill_expected;
static pid_t process = 100;
static pid_t thread = 100;
static long compared; /* what kcmp(2) returns: 0 for the same memory */
static unsigned requested;
static unsigned children; /* for which hidden_mask_forked was called */

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)f;
    requested++;
    if (number == SYS_getppid)
        return PARENT;
    if (number == SYS_kcmp) {
        CHECK(a == process && b == PARENT && c == KCMP_VM && d == 0 && e == 0);
        return compared;
    }
    if (number == SYS_getpid)
        return process;
    CHECK(number == SYS_gettid || number == SYS_madvise);
    return number == SYS_gettid ? thread : 0;
}

void hidden_mask_forked(void)
{
    children++;
}

uintptr_t next_look_up(size_t offset)
{
    uintptr_t found;
    memcpy(&found, (const char *)&next + offset, sizeof(found));
    return found;
}

long libc_result(long result)
{
    errno = (int)-result;
    return -1;
}

/* What libc keeps of this thread: pthread_getcpuclockid(3), its clock as the kernel encodes it
   (include/linux/posix-timers.h, CPUCLOCK_PID). */
static pid_t libc_thread = 100;
static int libc_error;

static pthread_t own_self(void)
{
    return (pthread_t)5;
}

static int own_clock(pthread_t of, clockid_t *clock)
{
    CHECK(of == (pthread_t)5);
    *clock = (clockid_t)(~(unsigned)libc_thread << 3 | 6);
    return libc_error;
}

static pid_t forked;
static unsigned forks;

static pid_t next_fork(void)
{
    forks++;
    libc_thread = forked ? libc_thread : 300;
    return forked;
}

static pid_t next__Fork(void)
{
    forks += 10;
    libc_thread = forked ? libc_thread : 400;
    return forked;
}

static bool is_known(pid_t pid)
{
    requested = 0;
    return process_id() == pid && requested == 0;
}

static void check_live(void)
{
    requested = 0;
    CHECK(process_id() == 100 && requested == 1);
    process = 101; /* a child made past libc's fork */
    CHECK(process_id() == 101 && requested == 2);
    process = 100;
}

/* libc still returns the parent's id; vfork(2). */
static void check_vfork_child(void)
{
    const struct next_own libc = {.pthread_self = own_self, .pthread_getcpuclockid = own_clock};
    next_own = libc;
    CHECK(vfork_child_id() == 0);
    thread = 103;
    CHECK(vfork_child_id() == 103);
    for (unsigned way = 0; way < 3; way++) {
        next_own.pthread_self = way == 0 ? NULL : own_self;
        next_own.pthread_getcpuclockid = way == 1 ? NULL : own_clock;
        libc_error = way == 2 ? ENOENT : 0;
        requested = 0;
        CHECK(vfork_child_id() == 0 && requested == 0);
    }
    next_own = libc;
    libc_error = 0;
    thread = 100;
}

/* kcmp(2) is asked for a child that libc has not made. */
static void check_memory(void)
{
    requested = 0;
    CHECK(process_memory() == MEMORY_OWN && requested == 1);
    thread = 103;
    for (compared = 0; compared < 4; compared++)
        CHECK(process_memory() == (compared == 0 ? MEMORY_OF_PARENT : MEMORY_OWN));
    compared = -EPERM;
    CHECK(process_memory() == MEMORY_UNKNOWN);
    thread = 100;
}

/* A child is another process; in a sandbox only libc knows its id. */
static void check_forks(void)
{
    next.fork = NULL;
    next._Fork = NULL;
    forks = 0;
    errno = 0;
    CHECK(call_fork() == -1 && errno == ENOSYS);
    errno = 0;
    CHECK(call__Fork() == -1 && errno == ENOSYS && forks == 0);
    next.fork = next_fork;
    forked = 55;
    CHECK(call__Fork() == 55 && forks == 1);
    next._Fork = next__Fork;
    for (int inside = 0; inside < 2; inside++) {
        forks = children = 0;
        sandboxed = false;
        process = libc_thread = 100;
        process_prepare_for_sandbox(true);
        sandboxed = inside;
        self_kill_expected = true;
        forked = 55;
        CHECK(call_fork() == 55 && forks == 1 && call__Fork() == 55 && forks == 11);
        CHECK(self_kill_expected && children == 0);
        sandboxed = true;
        CHECK(is_known(100)); /* the parent keeps its id */
        sandboxed = inside;
        forked = 0;
        CHECK(call_fork() == 0 && forks == 12 && children == 1);
        CHECK(self_kill_expected == !inside); /* the child has no signal of the parent's */
        sandboxed = true;
        CHECK(is_known(inside ? 300 : 100));
        sandboxed = inside;
        CHECK(call__Fork() == 0 && forks == 22 && children == 2);
        sandboxed = true;
        CHECK(is_known(inside ? 400 : 100));
    }
    libc_thread = 100;
    sandboxed = false;
}

/* The last moment to ask; from then on the noted id is returned. */
static void check_prepared(void)
{
    process_prepare_for_sandbox(true);
    sandboxed = true;
    CHECK(is_known(100));
    process = 101;
    CHECK(is_known(100));
    process_prepare_for_sandbox(true);
    CHECK(is_known(100));
    sandboxed = false;
    process_prepare_for_sandbox(false);
    sandboxed = true;
    CHECK(is_known(0));
    process = 100;
    sandboxed = false;
}

int main(void)
{
    check_live();
    check_vfork_child();
    check_memory();
    check_forks();
    check_prepared();
    return 0;
}
