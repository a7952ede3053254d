/* In place of what the shim looks up in libc: the resident does not know where that is. */
#include "base/safe_read.h"
#include "base/seccomp.h"
#include "base/syscall.h"
#include "link/call_names.h"
#include "link/next.h"
#include "report/current_call.h"

struct next_own next_own;

/* The numbers of the write family's system calls. Of send(3) it is that of sendto(2). */
static const struct {
    char name[10];
    uint16_t number;
} calls[] = {
    {"write", SYS_write},         {"writev", SYS_writev},   {"pwritev2", SYS_pwritev2},
    {"sendto", SYS_sendto},       {"sendmsg", SYS_sendmsg}, {"sendmmsg", SYS_sendmmsg},
    {"sendfile", SYS_sendfile},   {"splice", SYS_splice},   {"tee", SYS_tee},
    {"vmsplice", SYS_vmsplice},
#if defined(SYS_send)
    {"send", SYS_send},
#endif
#if defined(SYS_sendfile64)
    {"sendfile", SYS_sendfile64},
#endif
};

static const char *name_of(uint32_t number)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (calls[i].number == number)
            return calls[i].name;
    }
    return NULL;
}

bool call_names_are_remembered(void)
{
    return true;
}

/* By the code shortly before the system call, which most often loads its number. musl's
   cancellation points load it elsewhere, and are not known. */
const char *call_name_at(uintptr_t program_counter, uintptr_t stack)
{
    enum { SIZE = 20, LONGEST_INSTRUCTION = 8 };
    unsigned char code[SIZE + LONGEST_INSTRUCTION] = {0};
    (void)stack;
    if (sandboxed || !safe_read(code, program_counter - SIZE, SIZE))
        return "syscall";
    for (size_t at = SIZE; at-- > 0;) {
        const char *const name = name_of(number_loaded_by(&code[at]));
        if (name)
            return name;
    }
    return "syscall";
}

const char *call_name(const char *name)
{
    (void)name;
    return "syscall";
}
