#include "report/requested.h"

#include "base/safe_read.h"

const struct write_form write_forms[] = {
#define WRITE(result, name, parameters, arguments, form, fd, count)                            \
    {#name, REQUESTED_##form, fd, count, false},
#define SEND(result, name, parameters, arguments, form, fd, count)                             \
    {#name, REQUESTED_##form, fd, count, true},
#include "writes.def"
};

/* Each part takes a system call to read, in a signal handler. So the limit for all messages
   together is that of the kernel for one (UIO_MAXIOV, include/uapi/linux/uio.h). */
enum { MOST_PARTS = 1024 };

static long sum_of_parts(const struct iovec *parts, size_t count, size_t *left)
{
    long sum = 0;
    if (count > *left)
        return -1;
    *left -= count;
    for (size_t i = 0; i < count; i++) {
        struct iovec part = {0};
        if (!safe_read(&part, (uintptr_t)&parts[i], sizeof(part)))
            return -1;
        sum += (long)part.iov_len;
    }
    return sum;
}

static long sum_of_messages(const struct mmsghdr *messages, size_t count)
{
    long sum = 0;
    size_t left = MOST_PARTS;
    if (count > left)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct mmsghdr one = {0};
        if (!safe_read(&one, (uintptr_t)&messages[i], sizeof(one)))
            return -1;
        const long bytes = sum_of_parts(one.msg_hdr.msg_iov, one.msg_hdr.msg_iovlen, &left);
        if (bytes < 0)
            return -1;
        sum += bytes;
    }
    return sum;
}

long requested_bytes(struct requested requested)
{
    struct msghdr message = {0};
    size_t left = MOST_PARTS;
    switch (requested.form) {
    case REQUESTED_BYTES:
        return (long)requested.count;
    case REQUESTED_PARTS:
        return sum_of_parts(requested.data, requested.count, &left);
    case REQUESTED_MESSAGE:
        return safe_read(&message, (uintptr_t)requested.data, sizeof(message))
                   ? sum_of_parts(message.msg_iov, message.msg_iovlen, &left)
                   : -1;
    case REQUESTED_MESSAGES:
        return sum_of_messages(requested.data, requested.count);
    default:
        return -1;
    }
}
