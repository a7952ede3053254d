/* What the registers show of the system call before, on a CPU that keeps its arguments there.
 */
#include "../../shim/report/interrupted_syscall.h"

#include <errno.h>
#include <string.h>

#include "../../shim/base/seccomp.h"
#include "../../shim/link/call_names.h"
#include "../../shim/report/broken_fd.h"
#include "../../shim/report/fd_info.h"
#include "../../shim/report/usdt.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* Replaces other parts of the shim. */
bool sandboxed;
static const char *call;
static bool remembers; /* in libc's code for its calls */
static bool by_probe;

bool call_names_are_remembered(void)
{
    return remembers;
}

const char *call_name_at(uintptr_t program_counter, uintptr_t stack)
{
    CHECK(program_counter == 0x1000 && stack == 0x2000);
    by_probe = false;
    return call;
}

const char *usdt_call_at(uintptr_t program_counter)
{
    CHECK(program_counter == 0x1000);
    by_probe = true;
    return call;
}

bool fd_may_break(int fd)
{
    return fd == 6;
}

int broken_fd_find(void)
{
    abort();
}

/* The bytes before the program counter, or NULL if they cannot be read. */
static const char *code;
static unsigned reads;

bool safe_read(void *to, uintptr_t from, size_t size)
{
    CHECK(from + size == 0x1000 && size == 2);
    reads++;
    if (code)
        memcpy(to, code, size);
    return code != NULL;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    abort();
}

#if defined(__x86_64__)
static char data[8];

/* The registers after a call: they show that it was one. Its arguments are 1000 to 1004, but
   for the second and the descriptor. */
static void set_registers(ucontext_t *context, bool behind_call, long status, int place,
                          long fd)
{
    static const int places[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8};
    memset(context, 0, sizeof(*context));
    greg_t *const registers = context->uc_mcontext.gregs;
    registers[REG_RIP] = 0x1000;
    registers[REG_RCX] = behind_call ? 0x1000 : 0x1004;
    registers[REG_RSP] = 0x2000;
    registers[REG_RAX] = status;
    for (int i = 0; i < 5; i++)
        registers[places[i]] = 1000 + i;
    registers[REG_RSI] = (greg_t)(uintptr_t)data;
    registers[places[place - 1]] = fd;
}

static struct event read_from(bool behind_call, long status, int place, long fd)
{
    ucontext_t context;
    struct event event = {.call = "unknown", .fd = -1, .context = &context};
    set_registers(&context, behind_call, status, place, fd);
    interrupted_syscall_read(&event, &context);
    CHECK(event.written == (event.fd == 6 && status > 0 ? status : 0) &&
          event.context == &context);
    return event;
}

static struct event read_at(bool behind_call, long status, long fd)
{
    return read_from(behind_call, status, 1, fd);
}

static bool is_nothing(struct event event)
{
    return strcmp(event.call, "unknown") == 0 && event.fd == -1 && !event.requested.data;
}

/* Only after a call that returned EPIPE or a count. Any call may return a count: whether one
   without a name is a write, its descriptor shows. */
static void try_moments(void)
{
    call = "write";
    CHECK(is_nothing(read_at(false, -EPIPE, 6)) && is_nothing(read_at(false, 9, 6)));
    CHECK(is_nothing(read_at(true, 0, 6)) && is_nothing(read_at(true, -EINTR, 6)));
    CHECK(is_nothing(read_at(true, -EPIPE - 1, 6)) && is_nothing(read_at(true, -1, 6)));
    CHECK(read_at(true, -EPIPE, 6).fd == 6 && read_at(true, 1, 6).fd == 6);
    const struct event other = read_at(true, -EPIPE, 7);
    CHECK(other.call == call && other.fd == -1 && !other.requested.data);
    const struct event counted = read_at(true, 9, 7);
    CHECK(counted.call == call && counted.fd == -1 && !counted.requested.data);
    call = "syscall";
    CHECK(is_nothing(read_at(true, 9, 7)) && read_at(true, -EPIPE, 7).call == call);
    const struct event by_number = read_at(true, 9, 6);
    CHECK(by_number.call == call && by_number.fd == 6);
}

/* If the CPU leaves nothing in the register (FRED), the instruction shows it; else the
   instruction is not even read. */
static void try_instructions(void)
{
    ucontext_t context;
    reads = 0;
    set_registers(&context, true, -EPIPE, 1, 6);
    code = "xx";
    CHECK(follows_syscall(&context) && reads == 0);
    set_registers(&context, false, -EPIPE, 1, 6);
    CHECK(!follows_syscall(&context) && reads == 1);
    code = "\x0f\x05"; /* syscall; Intel SDM */
    CHECK(follows_syscall(&context));
    CHECK(read_at(false, -EPIPE, 6).fd == 6);
    code = "\x0fx";
    CHECK(!follows_syscall(&context));
    code = "x\x05";
    CHECK(!follows_syscall(&context));
    code = NULL;
    CHECK(!follows_syscall(&context));
    code = "\x0f\x05";
    sandboxed = true; /* memory may not be read */
    reads = 0;
    CHECK(!follows_syscall(&context) && reads == 0);
    set_registers(&context, true, -EPIPE, 1, 6);
    CHECK(follows_syscall(&context) && reads == 0);
    sandboxed = false;
    code = NULL;
}

/* For each call, the numbers of the arguments that are the descriptor and the size, from 1 on,
   as in its page in section 2 of the manual. */
static void try_calls(void)
{
    static const struct {
        const char *name;
        enum requested_form form;
        int fd;
        size_t count;
    } calls[] = {
        {"write", REQUESTED_BYTES, 1, 1002},       {"__write", REQUESTED_BYTES, 1, 1002},
        {"writev", REQUESTED_PARTS, 1, 1002},      {"pwritev2", REQUESTED_PARTS, 1, 1002},
        {"pwritev64v2", REQUESTED_PARTS, 1, 1002}, {"vmsplice", REQUESTED_PARTS, 1, 1002},
        {"send", REQUESTED_BYTES, 1, 1002},        {"__send", REQUESTED_BYTES, 1, 1002},
        {"sendto", REQUESTED_BYTES, 1, 1002},      {"sendmsg", REQUESTED_MESSAGE, 1, 1},
        {"sendmmsg", REQUESTED_MESSAGES, 1, 1002}, {"__sendmmsg", REQUESTED_MESSAGES, 1, 1002},
        {"sendfile", REQUESTED_BYTES, 1, 1003},    {"sendfile64", REQUESTED_BYTES, 1, 1003},
        {"splice", REQUESTED_BYTES, 3, 1004},      {"tee", REQUESTED_BYTES, 2, 1002},
        {"syscall", REQUESTED_UNKNOWN, 1, 1002},   {"sigaction", REQUESTED_UNKNOWN, 1, 1002},
        {"wri", REQUESTED_UNKNOWN, 1, 1002},       {"", REQUESTED_UNKNOWN, 1, 1002},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        call = calls[i].name;
        remembers = i % 2;
        const struct event event = read_from(true, -EPIPE, calls[i].fd, 6);
        CHECK(event.call == call && event.fd == 6 && event.requested.form == calls[i].form);
        CHECK(event.requested.data == (calls[i].fd == 2 ? (void *)6 : data));
        CHECK(event.requested.count == calls[i].count);
        CHECK(by_probe == !remembers);
        for (int other = 1; other <= 5; other++) {
            const struct event none = read_from(true, -EPIPE, other, 6);
            CHECK(none.call == call && (none.fd == 6) == (other == calls[i].fd));
        }
    }
}

int main(void)
{
    try_moments();
    try_instructions();
    try_calls();
    return 0;
}
#else
int main(void)
{
    return 0; /* tests/arch has those CPUs */
}
#endif
