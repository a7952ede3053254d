/* The call's name that a tracer gets for a program counter. The oracle is the dynamic linker.
 */
#include "../../shim/report/usdt.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/link/call_names.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* Passes system calls to the kernel. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

/* Not called here: link/call_names.c refers to them. */
void link_map_visit(void (*visit)(const struct link_map *map, void *data), void *data)
{
    (void)visit, (void)data;
}

bool link_map_is_own(const struct link_map *map)
{
    return !map;
}

static bool is_call_at(uintptr_t program_counter, const char *name)
{
    return strcmp(usdt_call_at(program_counter), name) == 0;
}

#ifdef PROBES
static void trace(bool wanted)
{
    nosigpipe_event_semaphore = wanted;
}

/* From behind the function's first byte to behind its last, which may be a return address. */
static void in_function(void *handle, const char *function, const char *name)
{
    Dl_info info;
    ElfW(Sym) * symbol;
    void *const start = dlsym(handle, function);
    CHECK(start && dladdr1(start, &info, (void **)&symbol, RTLD_DL_SYMENT));
    const uintptr_t end = (uintptr_t)start + symbol->st_size;
    CHECK(symbol->st_size > 1);
    trace(true);
    CHECK(is_call_at((uintptr_t)start + 1, name) && is_call_at(end, name));
    CHECK(!is_call_at((uintptr_t)start, name) || strcmp(name, "syscall") == 0);
    CHECK(!is_call_at(end + 1, name) || strcmp(name, "syscall") == 0);
    trace(false);
    CHECK(is_call_at(end, "syscall"));
}
#endif

int main(void)
{
#ifdef PROBES
    void *const libc = dlopen("libc.so.6", RTLD_NOW);
    in_function(libc, "write", "write");
    in_function(libc, "sendmmsg", "sendmmsg");
    in_function(libc, "getpid", "syscall");
    trace(true);
#endif
    CHECK(is_call_at((uintptr_t)main + 1, "syscall")); /* which is not exported */
    CHECK(is_call_at(1, "syscall") && is_call_at(0, "syscall"));
    return 0;
}
