#include "report/interrupted_syscall.h"

#include <errno.h>
#include <linux/net.h>
#include <string.h>

#include "arch/arch.h"
#include "base/safe_read.h"
#include "base/seccomp.h"
#include "base/syscall.h"
#include "link/call_names.h"
#include "report/broken_fd.h"
#include "report/current_call.h"
#include "report/fd_info.h"
#include "report/usdt.h"

/* How to read the arguments of a call. `fd` and `count` are the numbers, from 1 on, of those
   that hold the written descriptor and the size. */
struct form {
    char name[16];
    uint8_t requested;
    uint8_t fd;
    uint8_t count;
    bool sends;
};

static const struct form forms[] = {
#define WRITE(result, name, parameters, arguments, form, fd, count)                            \
    {#name, REQUESTED_##form, fd, count, false},
#define SEND(result, name, parameters, arguments, form, fd, count)                             \
    {#name, REQUESTED_##form, fd, count, true},
#include "writes.def"
};

static struct form form_of(const char *call)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(forms[i].name, call) == 0)
            return forms[i];
    }
    return (struct form){.requested = REQUESTED_UNKNOWN, .fd = 1, .count = 3};
}

/* The first arguments of a call, by their numbers; number 0 is the constant 1 (writes.def). */
struct arguments {
    long at[6];
};

/* Whether these bytes are at an address; `unreadable` if the memory cannot be read. */
static bool is_there(uintptr_t address, const unsigned char *bytes, size_t size,
                     bool unreadable)
{
    unsigned char there[4];
    if (sandboxed || !safe_read(there, address, size))
        return unreadable;
    for (size_t i = 0; i < size; i++) {
        if (there[i] != bytes[i])
            return false;
    }
    return true;
}

bool follows_syscall(const ucontext_t *context)
{
    static const unsigned char call[] = SYSCALL_INSTRUCTION;
    const bool behind = MAY_FOLLOW_SYSCALL(context);
    if (behind == MAY_FOLLOW_SYSCALL_CONCLUSIVE)
        return behind;
    return is_there(UC_PC(context) - sizeof(call), call, sizeof(call), behind);
}

uintptr_t syscall_site(const ucontext_t *context)
{
    uintptr_t site = UC_PC(context);
#if defined(SYSCALL_FUNCTION_END)
    static const unsigned char end[] = SYSCALL_FUNCTION_END;
    if (is_there(site, end, sizeof(end), false))
        safe_read(&site, SYSCALL_FUNCTION_RETURN(context), sizeof(site));
#endif
    return site;
}

/* socketcall(2) makes all calls on sockets and takes their arguments in memory. If the
   registers fit a send by it, and the descriptor in memory can break, these are the arguments.
 */
#if defined(SYS_socketcall)
static void read_socketcall(struct arguments *arguments)
{
    long inner[3];
    const long call = arguments->at[1];
    if ((call == SYS_SEND || call == SYS_SENDTO || call == SYS_SENDMSG ||
         call == SYS_SENDMMSG) &&
        safe_read(inner, (uintptr_t)arguments->at[2], sizeof(inner)) &&
        fd_may_break((int)inner[0])) {
        for (int i = 0; i < 3; i++)
            arguments->at[1 + i] = inner[i];
    }
}
#endif

static long first_argument(const ucontext_t *context, bool in_libc)
{
#if defined(SYSCALL_ARG1)
    (void)in_libc;
    return SYSCALL_ARG1(context);
#else
    const int fd = in_libc ? current_call_fd(context) : -1;
    return fd >= 0 || sandboxed ? fd : broken_fd_find();
#endif
}

/* If the call returned neither -EPIPE nor a positive count, it has not raised the signal, which
   was blocked until now. If its descriptor cannot break (io_uring_enter), it wrote to another.
 */
void interrupted_syscall_read(struct event *event, const ucontext_t *context)
{
    const long status = SYSCALL_RESULT(context);
    if ((status != -EPIPE && status <= 0) || !follows_syscall(context))
        return;
    const uintptr_t site = syscall_site(context);
    const char *const call =
        call_names_are_remembered() ? call_name_at(site, UC_SP(context)) : usdt_call_at(site);
    const struct form form = form_of(call);
    struct arguments arguments = {{1, first_argument(context, form.name[0]),
                                   SYSCALL_ARG2(context), SYSCALL_ARG3(context),
                                   SYSCALL_ARG4(context), SYSCALL_ARG5(context)}};
#if defined(SYS_socketcall)
    if (form.sends || !form.name[0])
        read_socketcall(&arguments);
#endif
    const int fd = (int)arguments.at[form.fd];
    const bool breaks = fd_may_break(fd);
    if (status == -EPIPE || form.name[0] || breaks)
        event->call = call;
    if (!breaks)
        return;
    event->fd = fd;
    event->requested = (struct requested){form.requested, (const void *)arguments.at[2],
                                          (size_t)arguments.at[form.count]};
    event->written = status > 0 ? status : 0;
}
