/*
 * A blocking write that a stop has cut short goes on: moment.c avoids such a stop, but a thread
 * may enter a write just then. The thread writes the rest for us, and its own call returns the
 * whole count. So it does where random bytes or zeros are read, which a signal alone cuts short
 * (random(4), drivers/char/mem.c).
 *
 * A call that has sent a part raises no SIGPIPE, but the next one would: so MSG_NOSIGNAL.
 */
#include "attach/attach.h"

#include <errno.h>
#include <fcntl.h>

/* What the call was asked to write: one part, or an array of them in the target's memory. */
struct request {
    uintptr_t parts; /* 0: the part below */
    struct iovec part;
    size_t count;
    bool sends, reads, random;
    long flags;
};

static bool is_endless(const struct target *target, unsigned long fd)
{
    return is_kind(target->pid, fd, "/dev/urandom") ||
           is_kind(target->pid, fd, "/dev/random") || is_kind(target->pid, fd, "/dev/zero");
}

/* False if the call is none that can be completed: one that moves bytes in their order. */
static bool read_request(const struct target *target, const struct user_regs_struct *registers,
                         struct request *request)
{
    struct msghdr message;
    *request = (struct request){.count = 1};
    request->part =
        (struct iovec){(void *)(uintptr_t)registers->R_ARG2, (size_t)registers->R_ARG3};
    switch ((long)registers->R_RESTARTED) {
    case SYS_write:
        request->sends = is_kind(target->pid, (unsigned long)registers->R_ARG1, "socket:");
        return true;
    case SYS_read:
        request->reads = true;
        return is_endless(target, (unsigned long)registers->R_ARG1);
    case SYS_getrandom:
        request->part =
            (struct iovec){(void *)(uintptr_t)registers->R_ARG1, (size_t)registers->R_ARG2};
        request->random = true;
        request->flags = (long)registers->R_ARG3;
        return true;
    case SYS_writev:
        request->sends = is_kind(target->pid, (unsigned long)registers->R_ARG1, "socket:");
        request->parts = (uintptr_t)registers->R_ARG2;
        request->count = (size_t)registers->R_ARG3;
        return true;
    case SYS_sendto:
        request->sends = true;
        request->flags = (long)registers->R_ARG4;
        return true;
    case SYS_sendmsg:
        request->sends = true;
        request->flags = (long)registers->R_ARG3;
        if (!read_memory(target, &message, (uintptr_t)registers->R_ARG2, sizeof(message)))
            return false;
        request->parts = (uintptr_t)message.msg_iov;
        request->count = message.msg_iovlen;
        return true;
    default:
        return false;
    }
}

static bool read_part(const struct target *target, const struct request *request, size_t number,
                      struct iovec *part)
{
    *part = request->part;
    return !request->parts ||
           read_memory(target, part, request->parts + number * sizeof(*part), sizeof(*part));
}

/* Whether the descriptor blocks: "flags:" is octal (proc_pid_fdinfo(5)). */
static bool is_blocking(const struct target *target, long fd)
{
    char space[64];
    char text[256];
    struct strbuf file = {space, 0, sizeof(space) - 1};
    strbuf_add(&file, "fdinfo/");
    strbuf_add_number(&file, fd);
    space[file.size] = '\0';
    return proc_read(target->pid, 0, space, text, sizeof(text)) > 0 &&
           !(proc_field(text, "flags", 8, O_NONBLOCK) & O_NONBLOCK);
}

static long move_rest(struct thread *thread, const struct request *request, uintptr_t from,
                      size_t size)
{
    const long fd = (long)thread->registers.R_ARG1;
    if (request->random)
        return THREAD_CALL(thread, SYS_getrandom, from, size, request->flags, 0, 0, 0);
    if (request->reads)
        return THREAD_CALL(thread, SYS_read, fd, from, size, 0, 0, 0);
    return request->sends ? THREAD_CALL(thread, SYS_sendto, fd, from, size,
                                        request->flags | MSG_NOSIGNAL, 0, 0)
                          : THREAD_CALL(thread, SYS_write, fd, from, size, 0, 0, 0);
}

bool thread_may_be_cut(const struct target *target, const struct thread *thread)
{
    const struct user_regs_struct *const registers = &thread->registers;
    const long result = (long)registers->R_RESULT;
    if (result <= 0 || thread->was_stopped)
        return false;
    switch ((long)registers->R_RESTARTED) {
    case SYS_write:
    case SYS_writev:
    case SYS_sendto:
    case SYS_sendmsg:
        return true;
    case SYS_read:
        return result < (long)registers->R_ARG3 &&
               is_endless(target, (unsigned long)registers->R_ARG1);
    case SYS_getrandom:
        return result < (long)registers->R_ARG2;
    default:
        return false;
    }
}

static bool may_block(const struct target *target, const struct thread *thread,
                      const struct request *request)
{
    return request->random || (!(request->flags & MSG_DONTWAIT) &&
                               is_blocking(target, (long)thread->registers.R_ARG1));
}

void thread_complete(const struct target *target, struct thread *thread)
{
    struct request request;
    struct iovec part;
    const long written = (long)thread->registers.R_RESULT;
    size_t skip = (size_t)written;
    long more = 0;
    if (!thread_may_be_cut(target, thread) ||
        !read_request(target, &thread->registers, &request) ||
        !may_block(target, thread, &request))
        return;
    for (size_t i = 0; i < request.count && read_part(target, &request, i, &part); i++) {
        while (skip < part.iov_len) {
            const long got = move_rest(thread, &request, (uintptr_t)part.iov_base + skip,
                                       part.iov_len - skip);
            if (got <= 0)
                goto out;
            more += got;
            skip += (size_t)got;
        }
        skip -= part.iov_len;
    }
out:
    thread->registers.R_RESULT = (register_word)written + (register_word)more;
}
