#include "interrupted.h"

#include <errno.h>
#include <linux/net.h>

#include "arch.h"
#include "broken.h"
#include "describe.h"
#include "memory_read.h"
#include "next.h"
#include "options.h"
#include "probe.h"
#include "sandbox.h"
#include "text.h"

/* How a call is asked, by its name, as far as the arguments tell. */
struct form {
    char name[16];
    uint8_t asked;
    bool sends;
};

/* By the family of calls.def. */
#define FORM_WRITE(name)  {#name, ASKED_BYTES, false},
#define FORM_VECTOR(name) {#name, ASKED_PARTS, false},
#define FORM_OUTPUT(name)
#define FORM_SEND(name)     {#name, ASKED_BYTES, true},
#define FORM_MESSAGE(name)  {#name, ASKED_MESSAGE, true},
#define FORM_MESSAGES(name) {#name, ASKED_MESSAGES, true},
#define FORM_OTHER(name)
#define CALL(result, name, parameters, arguments, family) FORM_##family(name)
static const struct form forms[] = {
#include "calls.def"
};
#undef CALL

static struct form form_of(const char *call)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (text_equal(forms[i].name, call))
            return forms[i];
    }
    return (struct form){.asked = ASKED_UNKNOWN};
}

/* A call's first arguments. */
struct arguments {
    long first;
    long second;
    long third;
};

#if defined(CALL_INSTRUCTION)
/* Whether these bytes are at an address; `unreadable` where that cannot be seen. */
static bool is_there(uintptr_t address, const unsigned char *bytes, size_t size,
                     bool unreadable)
{
    unsigned char there[4];
    if (!memory_read(there, address, size))
        return unreadable;
    for (size_t i = 0; i < size; i++) {
        if (there[i] != bytes[i])
            return false;
    }
    return true;
}

static bool is_behind_call(const ucontext_t *context)
{
    static const unsigned char call[] = CALL_INSTRUCTION;
    return REGISTERS_BEHIND_CALL(context) &&
           is_there(REGISTERS_PC(context) - sizeof(call), call, sizeof(call), true);
}
#else
static bool is_behind_call(const ucontext_t *context)
{
    return REGISTERS_BEHIND_CALL(context);
}
#endif

/* Where in libc the call was made. */
static uintptr_t call_site(const ucontext_t *context)
{
    uintptr_t site = REGISTERS_PC(context);
#if defined(CALL_FUNCTION_END)
    static const unsigned char end[] = CALL_FUNCTION_END;
    if (is_there(site, end, sizeof(end), false))
        memory_read(&site, REGISTERS_CALL_RETURN(context), sizeof(site));
#endif
    return site;
}

/* socketcall(2): one call for all that is done with sockets, and the arguments in memory. Where
   a send may have been made by it, these are told by a descriptor that can break. */
#if defined(SYS_socketcall)
static void read_socketcall(struct arguments *arguments)
{
    struct arguments inner;
    const long call = arguments->first;
    if ((call == SYS_SEND || call == SYS_SENDTO || call == SYS_SENDMSG ||
         call == SYS_SENDMMSG) &&
        memory_read(&inner, (uintptr_t)arguments->second, sizeof(inner)) &&
        describe_may_break((int)inner.first))
        *arguments = inner;
}
#endif

long interrupted_written(const ucontext_t *context)
{
    const long status = REGISTERS_STATUS(context);
    return status > 0 && is_behind_call(context) ? status : 0;
}

/* A call that returned neither -EPIPE nor a count has not raised the signal: it was blocked
   until now. One whose first argument is nothing that breaks (io_uring_enter, splice) writes to
   something else. */
void interrupted_read(struct event *told, const ucontext_t *context)
{
    const long status = REGISTERS_STATUS(context);
    if ((status != -EPIPE && status <= 0) || !is_behind_call(context))
        return;
    const uintptr_t site = call_site(context);
    told->call = options.log == LOG_OFF ? probe_call_at(site)
                                        : next_call_at(site, REGISTERS_STACK(context));
    const struct form form = form_of(told->call);
    struct arguments arguments = {-1, REGISTERS_ARGUMENT2(context),
                                  REGISTERS_ARGUMENT3(context)};
#if defined(REGISTERS_ARGUMENT1)
    arguments.first = REGISTERS_ARGUMENT1(context);
#else
    arguments.first = sandboxed ? -1 : broken_descriptor();
#endif
#if defined(SYS_socketcall)
    if (form.sends || text_equal(told->call, "syscall"))
        read_socketcall(&arguments);
#endif
    if (!describe_may_break((int)arguments.first))
        return;
    told->fd = (int)arguments.first;
    told->asked =
        (struct asked){form.asked, (const void *)arguments.second, (size_t)arguments.third};
    told->written = interrupted_written(context);
}
