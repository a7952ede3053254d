/*
 * exports_next NEXT LOOK_UP: compares what the shim has for each call's next definition with
 * what libc exports under the name. One line a call, "old_NAME" for the older version of one
 * that has two (shim/link/symbol_versions.h). The arguments are where in the object the shim
 * has its variable `next` and its function next_look_up().
 */
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "../../shim/link/next.h"
#include "named.h"

static const struct {
    const char *label;
    const char *name;
    const char *version; /* NULL: the default, or the first one if all are for old programs */
} calls[] = {
#define CALL(result, name, parameters, arguments) {#name, #name, NULL},
#define OLD(name, older, newer)                   OLD_NAMED(name, older)
#define OLD_NAMED(name, older)                    {"old_" #name, #name, "GLIBC_" #older},
#include "../../shim/calls.def"
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static int find_shim(struct dl_phdr_info *info, size_t size, void *base)
{
    (void)size;
    const int found = strstr(info->dlpi_name, "/libnosigpipe.so") != NULL;
    if (found)
        *(uintptr_t *)base = info->dlpi_addr;
    return found;
}

/* As libc has it. */
static void *in_libc(const char *name, const char *version)
{
    void *const libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (version)
        return dlvsym(libc, name, version);
    void *const found = dlsym(libc, name);
    return found ? found : dlvsym(libc, name, "GLIBC_2.2.5");
}

int main(int argc, char **argv)
{
    uintptr_t base = 0;
    if (argc != 3 || !dl_iterate_phdr(find_shim, &base))
        return 2;
    void *const *const members = (void *const *)(base + strtoul(argv[1], NULL, 16));
    uintptr_t (*const look_up)(size_t) =
        (uintptr_t(*)(size_t))(base + strtoul(argv[2], NULL, 16));
    for (size_t i = 0; i < CALLS; i++) {
        look_up(i * sizeof(members[i]));
        void *const expected = in_libc(calls[i].name, calls[i].version);
        printf("%s: %s, %s\n", calls[i].label, expected ? "in libc" : "not in libc",
               members[i] == expected ? "found" : "not found");
    }
    return 0;
}
