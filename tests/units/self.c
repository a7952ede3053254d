/* Who this process is, with a libc that knows it and with one that does not; and what precedes
   a sandbox, after which the kernel is not asked any more. */
#include "../../shim/self.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/early.h"
#include "../../shim/next.h"
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

static pid_t process = 100;
static pid_t thread = 100;
static unsigned asked;
static long early[6];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    CHECK(number == SYS_getpid || number == SYS_gettid);
    asked++;
    return number == SYS_getpid ? process : thread;
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

/* Neither asks the kernel where libc knows. */
static void check_known(void)
{
    asked = 0;
    self_remember();
    CHECK(self_is_known(100) && !self_is_known(101) && self_is(100) && asked == 0);
    CHECK(!self_is(101) && asked == 1);
    CHECK(self_pid() == 100 && asked == 2);
    /* Another thread: the process is still known, and the thread's id is this process's, too.
     */
    libc_thread = thread = 102;
    asked = 0;
    CHECK(self_is_known(100) && self_is_known(102) && !self_is_known(101) && asked == 0);
    CHECK(self_is(102) && asked == 0 && self_is(100) && asked == 1 && !self_is(101));
    CHECK(self_vfork_child() == 0);
    thread = 103; /* in a vfork child libc goes on to say its parent's; vfork(2) */
    CHECK(self_vfork_child() == 103);
    libc_thread = thread = 100;
}

static void check_unknown(void)
{
    for (unsigned way = 0; way < 3; way++) {
        next_own = (struct next_own){way == 0 ? NULL : own_self, way == 1 ? NULL : own_clock};
        libc_error = way == 2 ? ENOENT : 0;
        self_remember();
        asked = 0;
        CHECK(!self_is_known(100) && self_is_known(0) && asked == 0);
        CHECK(self_vfork_child() == 0 && asked == 0);
        CHECK(!self_is(101) && asked == 1 && self_is(100) && asked == 2);
        CHECK(self_is_known(100)); /* from now on */
    }
    next_own = (struct next_own){own_self, own_clock};
    libc_error = 0;
}

static void check_forks(void)
{
    CHECK(call_fork() == -1 && errno == ENOSYS && call__Fork() == -1 && errno == ENOSYS &&
          forks == 0);
    next.fork = next_fork;
    forked = 0;
    CHECK(call_fork() == 0 && forks == 1 && self_is_known(300));
    CHECK(!self_is_known(100));
    libc_thread = 100;
    self_remember();
    libc_thread = 300;
    forked = 55;
    CHECK(call_fork() == 55 && forks == 2 &&
          self_is_known(100)); /* the parent stays what it was */
    CHECK(call__Fork() == 55 && forks == 3);
    next._Fork = next__Fork;
    CHECK(call__Fork() == 55 && forks == 13);
    forked = 0;
    CHECK(call__Fork() == 0 && forks == 23 && self_is_known(400) && !self_is_known(100));
    libc_thread = 100;
    self_remember();
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
    CHECK(!sandboxed);
}

/* The first of the two calls is the last moment to ask; from then on what is known is told. */
static void check_sandbox(int option)
{
    sandboxed = false;
    self_remember();
    asked = 0;
    CHECK(call_prctl(option, 1l, 0l, 0l, 0l) == 9 && sandboxed && early[1] == option);
    CHECK(asked == 2); /* a vfork child may have left its own: gettid(2), getpid(2) */
    asked = 0;
    CHECK(self_pid() == 100 && !self_is(101) && asked == 0);
    CHECK(call_prctl(option, 1l, 0l, 0l, 0l) == 9 && asked == 0);
    /* A vfork child, which libc takes for its parent, leaves the parent what it knows. */
    sandboxed = false;
    process = thread = 500;
    CHECK(call_prctl(option, 1l, 0l, 0l, 0l) == 9 && asked == 1);
    process = thread = 100;
    CHECK(self_pid() == 100 && !self_is_known(500) && asked == 1);
    /* libc does not know. */
    sandboxed = false;
    next_own.pthread_self = NULL;
    self_remember();
    asked = 0;
    CHECK(call_prctl(option, 1l, 0l, 0l, 0l) == 9 && asked == 1);
    CHECK(self_pid() == 100 && asked == 1);
    /* It cannot be asked before: then it is asked after all. */
    self_remember();
    CHECK(self_pid() == 100 && asked == 2 && self_pid() == 100 && asked == 2);
    next_own.pthread_self = own_self;
}

int main(void)
{
    check_unknown();
    check_known();
    check_forks();
    check_prctl();
    check_sandbox(PR_SET_NO_NEW_PRIVS);
    check_sandbox(PR_SET_SECCOMP);
    return 0;
}
