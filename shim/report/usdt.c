#include "report/usdt.h"

#include "link/next.h"
#include "unwind/elf_image.h"
#include "unwind/symbolize.h"

#ifdef PROBES
#define _SDT_HAS_SEMAPHORES 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* the macros are variadic in GNU's way */
#include <sys/sdt.h>

unsigned short nosigpipe_event_semaphore __attribute__((section(".probes")));

void probe_event(int fd, const char *call, unsigned long asked)
{
    DTRACE_PROBE3(nosigpipe, event, fd, call, asked);
}
#pragma GCC diagnostic pop
#else
void probe_event(int fd, const char *call, unsigned long asked)
{
    (void)fd;
    (void)call;
    (void)asked;
}
#endif

const char *probe_call_at(uintptr_t program_counter)
{
    struct image image = {0};
    char name[32];
    const uintptr_t instruction = program_counter - 1;
    if (!probe_is_wanted() || !image_find(instruction, &image))
        return "syscall";
    const size_t size = symbols_find(&image, instruction, name, sizeof(name) - 1);
    name[size] = '\0';
    return next_name(name);
}
