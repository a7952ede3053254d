/* Who this process is: as the kernel says or, where it may not be asked, as was known before;
   and what precedes that. */
#include "../../shim/self.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/early.h"
#include "../../shim/guard.h"
#include "../../shim/next.h"
#include "../../shim/options.h"
#include "../../shim/sandbox.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

struct next next;
struct next_own next_own;

/* Past what the compiler takes for granted of libc's functions: that these call nothing here.
 */
static pid_t (*volatile call_fork)(void) = fork;
static pid_t (*volatile call__Fork)(void) = _Fork;
static int (*volatile call_prctl)(int option, ...) = prctl;

enum { PARENT = 50 };

static pid_t process = 100;
static pid_t thread = 100;
static long compared; /* what kcmp(2) answers: 0 for the same memory */
static unsigned asked;
static unsigned ends;
static long early[6];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)f;
    asked++;
    if (number == SYS_getppid)
        return PARENT;
    if (number == SYS_kcmp) {
        CHECK(a == process && b == PARENT && c == KCMP_VM && d == 0 && e == 0);
        return compared;
    }
    CHECK(number == SYS_getpid || number == SYS_gettid);
    return number == SYS_getpid ? process : thread;
}

/* Before the restriction: the first moment after it may be too late for any call. */
void guard_end_quiet(void)
{
    CHECK(!sandboxed);
    ends++;
}

uintptr_t next_look_up(size_t offset)
{
    uintptr_t found;
    memcpy(&found, (const char *)&next + offset, sizeof(found));
    return found;
}

long early_result(long result)
{
    errno = (int)-result;
    return -1;
}

long early_five(long a, long b, long c, long d, long e, long number)
{
    const long all[6] = {number, a, b, c, d, e};
    memcpy(early, all, sizeof(early));
    return 7;
}

long early_six(long a, long b, long c, long d, long e, long f, long number)
{
    CHECK(f == 0);
    return early_five(a, b, c, d, e, number);
}

/* What libc has of this thread: pthread_getcpuclockid(3), its clock as the kernel encodes it
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
    asked = 0;
    return self_pid() == pid && asked == 0;
}

static void check_live(void)
{
    asked = 0;
    CHECK(self_pid() == 100 && asked == 1);
    process = 101; /* a child that was made past libc's fork */
    CHECK(self_pid() == 101 && asked == 2);
    process = 100;
}

/* libc goes on to say the parent's; vfork(2). */
static void check_vfork_child(void)
{
    next_own = (struct next_own){own_self, own_clock};
    CHECK(self_vfork_child() == 0);
    thread = 103;
    CHECK(self_vfork_child() == 103);
    for (unsigned way = 0; way < 3; way++) {
        next_own = (struct next_own){way == 0 ? NULL : own_self, way == 1 ? NULL : own_clock};
        libc_error = way == 2 ? ENOENT : 0;
        asked = 0;
        CHECK(self_vfork_child() == 0 && asked == 0);
    }
    next_own = (struct next_own){own_self, own_clock};
    libc_error = 0;
    thread = 100;
}

static void check_memory(void)
{
    compared = 0;
    CHECK(self_shares_memory());
    for (compared = 1; compared < 4; compared++)
        CHECK(!self_shares_memory());
    compared = -EPERM;
    CHECK(!self_shares_memory());
}

/* A child is another process, which in a sandbox only libc can say. */
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
        forks = 0;
        sandboxed = false;
        process = libc_thread = 100;
        self_prepare_for_sandbox();
        sandboxed = inside;
        forked = 55;
        CHECK(call_fork() == 55 && forks == 1 && call__Fork() == 55 && forks == 11);
        sandboxed = true;
        CHECK(is_known(100)); /* the parent stays what it was */
        sandboxed = inside;
        forked = 0;
        CHECK(call_fork() == 0 && forks == 12);
        sandboxed = true;
        CHECK(is_known(inside ? 300 : 100));
        sandboxed = inside;
        CHECK(call__Fork() == 0 && forks == 22);
        sandboxed = true;
        CHECK(is_known(inside ? 400 : 100));
    }
    libc_thread = 100;
    sandboxed = false;
}

static int next_prctl_answer(int option, ...)
{
    va_list list;
    early[1] = option;
    va_start(list, option);
    for (int i = 2; i < 6; i++)
        early[i] = va_arg(list, long);
    va_end(list);
    return 9;
}

/* All of its arguments, to the kernel and to its definition. */
static void check_prctl(void)
{
    static const long expected[5] = {PR_GET_NAME, 21, 22, 23, 24};
    memset(early, 0, sizeof(early));
    CHECK(call_prctl(PR_GET_NAME, 21l, 22l, 23l, 24l) == 7 && early[0] == SYS_prctl);
    CHECK(memcmp(&early[1], expected, sizeof(expected)) == 0);
    next.prctl = next_prctl_answer;
    memset(early, 0, sizeof(early));
    CHECK(call_prctl(PR_GET_NAME, 21l, 22l, 23l, 24l) == 9 && early[0] == 0);
    CHECK(memcmp(&early[1], expected, sizeof(expected)) == 0);
    options.off = true;
    call_prctl(PR_SET_SECCOMP, 2l, 0l, 0l, 0l);
    options.off = false;
    CHECK(!sandboxed);
}

/* The last moment to ask; from then on what was known is told. */
static void check_sandbox(void (*enter)(void))
{
    sandboxed = false;
    process = thread = 100;
    ends = 0;
    enter();
    CHECK(sandboxed && ends == 1 && is_known(100));
    process = 101; /* a second time is one of those after it */
    enter();
    CHECK(ends == 1 && is_known(100));
    self_prepare_for_sandbox();
    CHECK(is_known(100));
    process = 100;
}

/* A child in its parent's memory leaves that as it is: the parent is not restricted. One that
   has been made by clone(2), for a memory of its own, is. */
static void check_sandbox_of_child(void (*enter)(void))
{
    sandboxed = false;
    process = thread = 500;
    ends = 0;
    compared = 0;
    enter();
    CHECK(!sandboxed && ends == 0);
    compared = 1;
    enter();
    CHECK(sandboxed && ends == 1 && is_known(500));
    /* Where libc does not know its thread, it is taken for no child. */
    sandboxed = false;
    compared = 0;
    next_own.pthread_self = NULL;
    enter();
    CHECK(sandboxed && ends == 2 && is_known(500));
    next_own.pthread_self = own_self;
    process = thread = 100;
}

static void by_new_privileges(void)
{
    CHECK(call_prctl(PR_SET_NO_NEW_PRIVS, 1l, 0l, 0l, 0l) == 9);
    CHECK(early[1] == PR_SET_NO_NEW_PRIVS);
}

static void by_seccomp(void)
{
    CHECK(call_prctl(PR_SET_SECCOMP, 2l, 0l, 0l, 0l) == 9 && early[1] == PR_SET_SECCOMP);
}

static void by_number(void)
{
    const bool before = sandboxed;
    sandbox_note_prctl(PR_GET_NAME);
    CHECK(sandboxed == before);
    sandbox_note_prctl(PR_SET_NO_NEW_PRIVS);
}

int main(void)
{
    static void (*const ways[])(void) = {sandbox_begin, by_new_privileges, by_seccomp,
                                         by_number};
    check_live();
    check_vfork_child();
    check_memory();
    check_forks();
    check_prctl();
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        check_sandbox(ways[i]);
        check_sandbox_of_child(ways[i]);
    }
    return 0;
}
