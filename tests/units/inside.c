/* Which call a thread is inside of, and how much that was asked to write. */
#include "../../shim/inside.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const long answer = syscall(number, a, b, c, d, e, f);
    return answer < 0 ? -errno : answer;
}

static void check_calls(void)
{
    const struct inside write = {.call = "write", .fd = 5, .stack = 1000};
    const struct inside send = {.call = "send", .fd = 6, .stack = 900};
    struct inside none;
    struct inside outer;
    CHECK(!inside_now(0).call && !inside_signalled());
    inside_enter(&write, &none);
    CHECK(!none.call && !inside_signalled());
    CHECK(inside_now(999).fd == 5 && inside_now(1000).fd == 5);
    /* Above it: it has been left by a jump. */
    CHECK(!inside_now(1001).call && inside_now(1001).fd == 0);
    inside_note_signal();
    CHECK(inside_signalled() && inside_now(1000).signalled);
    /* A handler makes a call of its own, which has seen no signal. */
    inside_enter(&send, &outer);
    CHECK(outer.fd == 5 && outer.signalled && !inside_signalled());
    CHECK(strcmp(inside_now(900).call, "send") == 0 && !inside_now(901).call);
    inside_leave(&outer);
    CHECK(inside_signalled() && inside_now(1000).fd == 5);
    inside_leave(&none);
    CHECK(!inside_now(0).call && !inside_signalled());
}

static long asked(enum asked_form form, const void *data, size_t count)
{
    return asked_bytes((struct asked){form, data, count});
}

/* What cannot be read begins where a page ends: -1, and no fault. */
static void check_asked(void)
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
    CHECK(asked(ASKED_UNKNOWN, parts, 3) == -1);
    CHECK(asked(ASKED_BYTES, NULL, 77) == 77);
    CHECK(asked(ASKED_PARTS, parts, 0) == 0 && asked(ASKED_PARTS, parts, 1) == 1);
    CHECK(asked(ASKED_PARTS, parts, 2) == 21 && asked(ASKED_PARTS, parts, 3) == 321);
    CHECK(asked(ASKED_PARTS, parts, 4) == -1 && asked(ASKED_PARTS, end, 1) == -1);
    CHECK(asked(ASKED_MESSAGE, &messages[0].msg_hdr, 1) == 21);
    CHECK(asked(ASKED_MESSAGE, &messages[1].msg_hdr, 1) == 300);
    CHECK(asked(ASKED_MESSAGE, &messages[2].msg_hdr, 1) == -1);
    CHECK(asked(ASKED_MESSAGE, end - 8, 1) == -1);
    CHECK(asked(ASKED_MESSAGES, messages, 0) == 0);
    CHECK(asked(ASKED_MESSAGES, messages, 1) == 21 &&
          asked(ASKED_MESSAGES, messages, 2) == 321);
    CHECK(asked(ASKED_MESSAGES, messages, 3) == -1 && asked(ASKED_MESSAGES, end, 1) == -1);
    messages[0].msg_hdr.msg_iovlen = 0;
    CHECK(asked(ASKED_MESSAGES, messages, 2) == 300);
    /* The last message of the page has no part, and none is behind it. */
    memset(cut, 0, 2 * sizeof(*cut));
    CHECK(asked(ASKED_MESSAGES, cut, 2) == 0 && asked(ASKED_MESSAGES, cut, 3) == -1);
}

int main(void)
{
    check_calls();
    check_asked();
    return 0;
}
