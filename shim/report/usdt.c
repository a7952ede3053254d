#include "report/usdt.h"

#include "link/call_names.h"
#include "unwind/elf_image.h"
#include "unwind/symbolize.h"

#ifdef PROBES
#define _SDT_HAS_SEMAPHORES 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* the macros are variadic in GNU's way */
#include <sys/sdt.h>

unsigned short nosigpipe_event_semaphore __attribute__((section(".probes")));

void usdt_event(int fd, const char *call, unsigned long requested)
{
    DTRACE_PROBE3(nosigpipe, event, fd, call, requested);
}
#pragma GCC diagnostic pop
#else
void usdt_event(int fd, const char *call, unsigned long requested)
{
    (void)fd;
    (void)call;
    (void)requested;
}
#endif

const char *usdt_call_at(uintptr_t program_counter)
{
    struct elf_image image = {0};
    char name[32];
    const uintptr_t instruction = program_counter - 1;
    if (!usdt_is_traced() || !elf_image_find(instruction, &image))
        return "syscall";
    const size_t size = symbolize(&image, instruction, name, sizeof(name) - 1);
    name[size] = '\0';
    return call_name(name);
}
