/* children=release: LD_PRELOAD without the library. The separators are those of ld.so(8). */
#include "../../shim/config/environment.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

/* The list before and after; NULL if the variable is removed. */
static const char *const lists[][2] = {
    {"libnosigpipe.so", NULL},
    {"/usr/local/lib/libnosigpipe.so", NULL},
    {"/usr/$LIB/libnosigpipe.so", NULL},
    {"/libnosigpipe.so", NULL},
    {"libnosigpipe.so:/lib/a.so", "/lib/a.so"},
    {"/lib/a.so:/x/libnosigpipe.so", "/lib/a.so"},
    {"/lib/a.so /x/libnosigpipe.so", "/lib/a.so"},
    {"/lib/a.so:/x/libnosigpipe.so:/lib/b.so", "/lib/a.so:/lib/b.so"},
    {"/lib/a.so:/x/libnosigpipe.so /lib/b.so", "/lib/a.so /lib/b.so"},
    {"/x/libnosigpipe.so /lib/a.so:/lib/b.so", "/lib/a.so:/lib/b.so"},
    {"/x/libnosigpipe.so:/y/libnosigpipe.so", NULL},
    /* Separators without a path beside them. */
    {":/x/libnosigpipe.so", NULL},
    {" /x/libnosigpipe.so:/lib/a.so", "/lib/a.so"},
    {"/x/libnosigpipe.so:", NULL},
    {"::", NULL},
    {":/lib/a.so", "/lib/a.so"},
    {"/lib/a.so::/x/libnosigpipe.so", "/lib/a.so:"},
    {"/lib/a.so::/lib/b.so", "/lib/a.so::/lib/b.so"},
    {"/lib/a.so", "/lib/a.so"},
    {"/lib/a.so /lib/b.so:/lib/c.so", "/lib/a.so /lib/b.so:/lib/c.so"},
    /* Other libraries with similar names. */
    {"/x/mylibnosigpipe.so", "/x/mylibnosigpipe.so"},
    {"/x/libnosigpipe.so.1", "/x/libnosigpipe.so.1"},
    {"/x/libnosigpipe.sO", "/x/libnosigpipe.sO"},
    {"/x/Libnosigpipe.so", "/x/Libnosigpipe.so"},
    {"/x/libnosigpine.so", "/x/libnosigpine.so"},
    {"Libnosigpipe.so", "Libnosigpipe.so"},
    {"ibnosigpipe.so", "ibnosigpipe.so"},
    {"/ibnosigpipe.so", "/ibnosigpipe.so"},
    {"/libnosigpipe.so/a.so", "/libnosigpipe.so/a.so"},
};

/* The variable is between two others with similar names. */
static void check_list(const char *before, const char *after)
{
    static char other[] = "LD_PRELOADED=libnosigpipe.so";
    static char last[] = "MD_PRELOAD=libnosigpipe.so";
    char variable[80];
    char *environment[] = {other, variable, last, NULL, other};
    snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", before);
    environment_release(environment);
    CHECK(environment[0] == other && environment[4] == other);
    CHECK(strcmp(other, "LD_PRELOADED=libnosigpipe.so") == 0);
    CHECK(strcmp(last, "MD_PRELOAD=libnosigpipe.so") == 0);
    if (!after) {
        CHECK(environment[1] == last && !environment[2]);
        return;
    }
    CHECK(environment[1] == variable && environment[2] == last && !environment[3]);
    CHECK(strncmp(variable, "LD_PRELOAD=", 11) == 0 && strcmp(variable + 11, after) == 0);
}

int main(void)
{
    char short_name[] = "LD_PRELOAD";
    char *environment[] = {short_name, NULL};
    char *none[] = {NULL};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        check_list(lists[i][0], lists[i][1]);
    environment_release(environment);
    CHECK(environment[0] == short_name && strcmp(short_name, "LD_PRELOAD") == 0);
    environment_release(none);
    environment_release(NULL);
    return 0;
}
