/* The write family passed on (write.c, send.c): to the next definition with the caller's
   arguments, and to the kernel while there is no definition (fallback.c). */
#include "../../shim/interpose/fallback.h"

#include "../../shim/report/usdt.h"
#include "../fuzz/kernel.h"
#include "family.h"

struct next next;
int guard_send_flag;

#ifdef PROBES
unsigned short nosigpipe_event_semaphore;
static void trace(bool wanted)
{
    nosigpipe_event_semaphore = wanted;
}
#else
static void trace(bool wanted)
{
    (void)wanted;
}
#endif

ssize_t __write(int fd, const void *data, size_t size);
ssize_t __send(int fd, const void *data, size_t size, int flags);
int __sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);

/* The guard must be installed when the system call is made. */
static bool installed;
static long kernel_answer;

void guard_install(void)
{
    installed = true;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    CHECK(installed);
    installed = false;
    note("", number, SIX(a, b, c, d, e, f));
    return kernel_answer;
}

#define BY_KERNEL(name, arguments, by_next, number, by_kernel)                                 \
    next.name = NULL;                                                                          \
    CHECK(name arguments == kernel_answer);                                                    \
    CHECK(was_called("", number, by_kernel));

#define BY_NEXT(name, arguments, by_next, number, by_kernel)                                   \
    next.name = next_##name;                                                                   \
    CHECK(name arguments == next_answer);                                                      \
    CHECK(was_called(#name, 0, by_next));

/* With flags that do not contain MSG_NOSIGNAL, and with flags that do. */
static void sends(void)
{
    enum { GIVEN = MSG_DONTWAIT | MSG_MORE, QUIET = GIVEN | MSG_NOSIGNAL };
    guard_send_flag = MSG_NOSIGNAL;
    SENDS(BY_KERNEL, GIVEN, 0)
    SENDS(BY_NEXT, GIVEN, QUIET)
    SENDS(BY_NEXT, 0, MSG_NOSIGNAL)
    trace(true);
    SENDS(BY_NEXT, GIVEN, GIVEN)
    SENDS(BY_NEXT, QUIET, QUIET)
    trace(false);
    guard_send_flag = 0;
    SENDS(BY_NEXT, GIVEN, GIVEN)
    SENDS(BY_NEXT, QUIET, QUIET)
}

/* The kernel returns -4095 to -1 for an error (include/linux/err.h, MAX_ERRNO). */
static void answers(void)
{
    static const struct {
        long kernel;
        long libc;
        int error;
    } table[] = {{-EPIPE, -1, EPIPE}, {-1, -1, 1}, {-4095, -1, 4095},
                 {-4096, -4096, 0},   {0, 0, 0},   {1, 1, 0}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        errno = 0;
        CHECK(libc_result(table[i].kernel) == table[i].libc);
        CHECK(errno == table[i].error);
    }
}

int main(void)
{
    kernel_answer = 78;
    next_answer = 77;
    WRITES(BY_KERNEL)
    WRITES(BY_NEXT)
    sends();
    answers();
    return 0;
}
