#include "inside.h"

#include "memory_read.h"

static __thread struct inside now __attribute__((tls_model("initial-exec")));

void inside_enter(const struct inside *inner, struct inside *outer)
{
    *outer = now;
    now = *inner;
}

void inside_leave(const struct inside *outer)
{
    now = *outer;
}

void inside_note_signal(void)
{
    now.signalled = true;
}

bool inside_signalled(void)
{
    return now.signalled;
}

struct inside inside_now(uintptr_t stack)
{
    return now.call && stack <= now.stack ? now : (struct inside){0};
}

static long sum_of_parts(const struct iovec *parts, size_t count)
{
    long sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct iovec part = {0};
        if (!memory_read(&part, (uintptr_t)&parts[i], sizeof(part)))
            return -1;
        sum += (long)part.iov_len;
    }
    return sum;
}

static long sum_of_messages(const struct mmsghdr *messages, size_t count)
{
    long sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct mmsghdr one = {0};
        if (!memory_read(&one, (uintptr_t)&messages[i], sizeof(one)))
            return -1;
        const long bytes = sum_of_parts(one.msg_hdr.msg_iov, one.msg_hdr.msg_iovlen);
        if (bytes < 0)
            return -1;
        sum += bytes;
    }
    return sum;
}

long asked_bytes(struct asked asked)
{
    struct msghdr message = {0};
    switch (asked.form) {
    case ASKED_BYTES:
        return (long)asked.count;
    case ASKED_PARTS:
        return sum_of_parts(asked.data, asked.count);
    case ASKED_MESSAGE:
        return memory_read(&message, (uintptr_t)asked.data, sizeof(message))
                   ? sum_of_parts(message.msg_iov, message.msg_iovlen)
                   : -1;
    case ASKED_MESSAGES:
        return sum_of_messages(asked.data, asked.count);
    default:
        return -1;
    }
}
