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

static struct write_form form_of(const char *call)
{
    for (size_t i = 0; i < FORMS; i++) {
        if (strcmp(write_forms[i].name, call) == 0)
            return write_forms[i];
    }
    return (struct write_form){.requested = REQUESTED_UNKNOWN, .fd = 1, .count = 3};
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
#if defined(OTHER_SYSCALL_INSTRUCTION)
    static const unsigned char other[] = OTHER_SYSCALL_INSTRUCTION;
    if (is_there(UC_PC(context) - sizeof(other), other, sizeof(other), false))
        return true;
#endif
    return is_there(UC_PC(context) - SYSCALL_INSTRUCTION_SIZE, call, sizeof(call), behind);
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
static bool fits_socketcall(const struct arguments *arguments, const ucontext_t *context)
{
#if defined(SYSCALL_NUMBER)
    unsigned char code[SYSCALL_INSTRUCTION_SIZE];
    (void)arguments;
    return safe_read(code, UC_PC(context) - sizeof(code), sizeof(code)) &&
           SYSCALL_NUMBER(context, code) == SYS_socketcall;
#else
    const long call = arguments->at[1];
    (void)context;
    return call == SYS_SEND || call == SYS_SENDTO || call == SYS_SENDMSG ||
           call == SYS_SENDMMSG;
#endif
}

static bool read_socketcall(struct arguments *arguments, const ucontext_t *context)
{
    long inner[3];
    if (!fits_socketcall(arguments, context) ||
        !safe_read(inner, (uintptr_t)arguments->at[2], sizeof(inner)) ||
        !fd_may_break((int)inner[0]))
        return false;
    for (int i = 0; i < 3; i++)
        arguments->at[1 + i] = inner[i];
    return true;
}
#endif

static struct arguments read_arguments(const ucontext_t *context, const struct write_form *form)
{
    struct arguments arguments = {{1, -1, SYSCALL_ARG2(context), SYSCALL_ARG3(context),
                                   SYSCALL_ARG4(context), SYSCALL_ARG5(context)}};
#if defined(SYSCALL_ARG1)
    arguments.at[1] = SYSCALL_ARG1(context);
#endif
#if defined(SYS_socketcall)
    if ((form->sends || !form->name[0]) && read_socketcall(&arguments, context))
        return arguments;
#endif
#if defined(SYSCALL_ARG1)
    (void)form;
#else
    if (form->name[0])
        arguments.at[1] = current_call_fd(context);
    if (arguments.at[1] < 0 && !sandboxed)
        arguments.at[1] = broken_fd_find();
#endif
    return arguments;
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
    const struct write_form form = form_of(call);
    const struct arguments arguments = read_arguments(context, &form);
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
