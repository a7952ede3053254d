/* How much a call was requested to write. */
#include "../../shim/report/requested.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

static unsigned reads;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    reads += number == SYS_process_vm_readv;
    const long answer = syscall(number, a, b, c, d, e, f);
    return answer < 0 ? -errno : answer;
}

static long requested(enum requested_form form, const void *data, size_t count)
{
    return requested_bytes((struct requested){form, data, count});
}

/* Memory that cannot be read begins at the end of a page: the result is -1, and no fault. */
static void check_requested(void)
{
    char *const end =
        (char *)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) +
        4096;
    struct iovec *const parts = (struct iovec *)(void *)end - 3;
    struct mmsghdr *const messages = (struct mmsghdr *)(void *)(end - 2048);
    struct mmsghdr *const cut = (struct mmsghdr *)(void *)end - 2;
    CHECK(munmap(end, 4096) == 0);
    parts[0].iov_len = 1;
    parts[1].iov_len = 20;
    parts[2].iov_len = 300;
    messages[0].msg_hdr = (struct msghdr){.msg_iov = parts, .msg_iovlen = 2};
    messages[1].msg_hdr = (struct msghdr){.msg_iov = &parts[2], .msg_iovlen = 1};
    messages[2].msg_hdr = (struct msghdr){.msg_iov = &parts[2], .msg_iovlen = 2};
    CHECK(requested(REQUESTED_UNKNOWN, parts, 3) == -1);
    CHECK(requested(REQUESTED_BYTES, NULL, 77) == 77);
    CHECK(requested(REQUESTED_PARTS, parts, 0) == 0 &&
          requested(REQUESTED_PARTS, parts, 1) == 1);
    CHECK(requested(REQUESTED_PARTS, parts, 2) == 21 &&
          requested(REQUESTED_PARTS, parts, 3) == 321);
    CHECK(requested(REQUESTED_PARTS, parts, 4) == -1 &&
          requested(REQUESTED_PARTS, end, 1) == -1);
    CHECK(requested(REQUESTED_MESSAGE, &messages[0].msg_hdr, 1) == 21);
    CHECK(requested(REQUESTED_MESSAGE, &messages[1].msg_hdr, 1) == 300);
    CHECK(requested(REQUESTED_MESSAGE, &messages[2].msg_hdr, 1) == -1);
    CHECK(requested(REQUESTED_MESSAGE, end - 8, 1) == -1);
    CHECK(requested(REQUESTED_MESSAGES, messages, 0) == 0);
    CHECK(requested(REQUESTED_MESSAGES, messages, 1) == 21 &&
          requested(REQUESTED_MESSAGES, messages, 2) == 321);
    CHECK(requested(REQUESTED_MESSAGES, messages, 3) == -1 &&
          requested(REQUESTED_MESSAGES, end, 1) == -1);
    messages[0].msg_hdr.msg_iovlen = 0;
    CHECK(requested(REQUESTED_MESSAGES, messages, 2) == 300);
    /* The last message of the page has no part, and no message follows it. */
    memset(cut, 0, 2 * sizeof(*cut));
    CHECK(requested(REQUESTED_MESSAGES, cut, 2) == 0 &&
          requested(REQUESTED_MESSAGES, cut, 3) == -1);
}

/* Each part takes a system call to read, so at most as many are read as the kernel takes from
   one message. */
static void check_most(void)
{
    static struct iovec parts[IOV_MAX + 1];
    static struct mmsghdr messages[IOV_MAX + 1];
    struct msghdr *const first = &messages[0].msg_hdr;
    struct msghdr *const second = &messages[1].msg_hdr;
    for (int i = 0; i <= IOV_MAX; i++)
        parts[i].iov_len = 1;
    CHECK(requested(REQUESTED_PARTS, parts, IOV_MAX) == IOV_MAX);
    CHECK(requested(REQUESTED_MESSAGES, messages, IOV_MAX) == 0);
    first->msg_iov = second->msg_iov = parts;
    first->msg_iovlen = IOV_MAX;
    CHECK(requested(REQUESTED_MESSAGE, first, 1) == IOV_MAX);
    CHECK(requested(REQUESTED_MESSAGES, messages, 2) == IOV_MAX);
    second->msg_iovlen = 1;
    CHECK(requested(REQUESTED_MESSAGES, messages, 2) == -1);
    first->msg_iovlen = IOV_MAX - 1;
    CHECK(requested(REQUESTED_MESSAGES, messages, 2) == IOV_MAX);
    first->msg_iovlen = IOV_MAX + 1;
    reads = 0;
    CHECK(requested(REQUESTED_MESSAGES, messages, IOV_MAX + 1) == -1);
    CHECK(requested(REQUESTED_PARTS, parts, IOV_MAX + 1) == -1);
    CHECK(requested(REQUESTED_PARTS, parts, SIZE_MAX) == -1 && reads == 0);
    CHECK(requested(REQUESTED_MESSAGE, first, 1) == -1 &&
          requested(REQUESTED_MESSAGES, messages, 1) == -1);
    CHECK(reads == 2); /* the message itself */
}

int main(void)
{
    check_requested();
    check_most();
    return 0;
}
