#include "inside.h"

#include "arch.h"
#include "memory_read.h"
#include "text.h"

static __thread struct inside now __attribute__((tls_model("initial-exec")));

struct inside inside_enter_frame(const char *call, int fd, const struct asked *asked,
                                 void *frame)
{
    const struct inside outer = now;
    now = (struct inside){call, fd, *asked, (uintptr_t)frame};
    return outer;
}

void inside_leave(struct inside outer)
{
    now = outer;
}

struct inside inside_now(uintptr_t stack)
{
    return now.call && stack < now.frame ? now : (struct inside){0};
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

struct asked asked_by_registers(const char *call, const ucontext_t *context)
{
    /* How each call is asked: the name's form, by the family of calls.def. */
#define ASKED_WRITE                                       ASKED_BYTES
#define ASKED_SEND                                        ASKED_BYTES
#define ASKED_VECTOR                                      ASKED_PARTS
#define ASKED_OUTPUT                                      ASKED_UNKNOWN
#define ASKED_OTHER                                       ASKED_UNKNOWN
#define CALL(result, name, parameters, arguments, family) {#name, ASKED_##family},
    static const struct {
        char name[32];
        enum asked_form form;
    } forms[] = {
#include "calls.def"
    };
#undef CALL
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (text_equal(forms[i].name, call))
            return (struct asked){forms[i].form, (const void *)REGISTERS_ARGUMENT2(context),
                                  (size_t)REGISTERS_ARGUMENT3(context)};
    }
    return (struct asked){0};
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
