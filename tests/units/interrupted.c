/* What the registers behind a system call tell of it, on a CPU that keeps its arguments there.
 */
#include "../../shim/interrupted.h"

#include <errno.h>
#include <string.h>

#include "../../shim/broken.h"
#include "../../shim/describe.h"
#include "../../shim/next.h"
#include "../../shim/options.h"
#include "../../shim/probe.h"
#include "../../shim/sandbox.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* What is defined in other parts. */
bool sandboxed;
struct options options;
static const char *call;
static bool by_probe;

const char *next_call_at(uintptr_t program_counter, uintptr_t stack)
{
    CHECK(program_counter == 0x1000 && stack == 0x2000);
    by_probe = false;
    return call;
}

const char *probe_call_at(uintptr_t program_counter)
{
    CHECK(program_counter == 0x1000);
    by_probe = true;
    return call;
}

bool describe_may_break(int fd)
{
    return fd == 6;
}

int broken_descriptor(void)
{
    return 6;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    abort();
}

#if defined(__x86_64__)
static char data[8];

static struct event read_at(bool behind_call, long status, long first)
{
    ucontext_t context;
    struct event told = {.call = "unknown", .fd = -1, .context = &context};
    memset(&context, 0, sizeof(context));
    greg_t *const registers = context.uc_mcontext.gregs;
    registers[REG_RIP] = 0x1000;
    registers[REG_RCX] = behind_call ? 0x1000 : 0x1004;
    registers[REG_RSP] = 0x2000;
    registers[REG_RAX] = status;
    registers[REG_RDI] = first;
    registers[REG_RSI] = (greg_t)(uintptr_t)data;
    registers[REG_RDX] = 5;
    interrupted_read(&told, &context);
    CHECK(interrupted_written(&context) == (behind_call && status > 0 ? status : 0));
    CHECK(told.written == (told.fd == 6 && status > 0 ? status : 0) &&
          told.context == &context);
    return told;
}

static bool is_nothing(struct event told)
{
    return strcmp(told.call, "unknown") == 0 && told.fd == -1 && !told.asked.data;
}

/* Only behind a call that answered EPIPE, or a count. */
static void try_moments(void)
{
    call = "write";
    CHECK(is_nothing(read_at(false, -EPIPE, 6)) && is_nothing(read_at(false, 9, 6)));
    CHECK(is_nothing(read_at(true, 0, 6)) && is_nothing(read_at(true, -EINTR, 6)));
    CHECK(is_nothing(read_at(true, -EPIPE - 1, 6)) && is_nothing(read_at(true, -1, 6)));
    CHECK(read_at(true, -EPIPE, 6).fd == 6 && read_at(true, 1, 6).fd == 6);
    const struct event other = read_at(true, -EPIPE, 7);
    CHECK(other.call == call && other.fd == -1 && !other.asked.data);
}

/* How much each was asked for, by what its arguments are. */
static void try_calls(void)
{
    static const struct {
        const char *name;
        enum asked_form form;
    } calls[] = {
        {"write", ASKED_BYTES},       {"__write", ASKED_BYTES},     {"writev", ASKED_PARTS},
        {"pwritev2", ASKED_PARTS},    {"pwritev64v2", ASKED_PARTS}, {"vmsplice", ASKED_PARTS},
        {"send", ASKED_BYTES},        {"sendto", ASKED_BYTES},      {"sendmsg", ASKED_MESSAGE},
        {"sendmmsg", ASKED_MESSAGES}, {"splice", ASKED_UNKNOWN},    {"tee", ASKED_UNKNOWN},
        {"syscall", ASKED_UNKNOWN},   {"sigaction", ASKED_UNKNOWN}, {"wri", ASKED_UNKNOWN},
        {"", ASKED_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        call = calls[i].name;
        options.log = i % 2 ? LOG_OFF : LOG_STDERR;
        const struct event told = read_at(true, -EPIPE, 6);
        CHECK(told.call == call && told.asked.form == calls[i].form);
        CHECK(told.asked.data == data && told.asked.count == 5);
        CHECK(by_probe == (options.log == LOG_OFF));
    }
}

int main(void)
{
    try_moments();
    try_calls();
    return 0;
}
#else
int main(void)
{
    return 0; /* tests/arch has those CPUs */
}
#endif
