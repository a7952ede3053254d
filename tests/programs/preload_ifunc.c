/* Broken calls in an IFUNC resolver of another preloaded object, which, preloaded behind the
   shim, is relocated before it. */
#include "early_calls.h"

struct early early;

static int chosen(void)
{
    return 0;
}

__attribute__((used)) static int (*resolve(void))(void)
{
    early_calls(&early);
    return chosen;
}

static int choose(void) __attribute__((ifunc("resolve")));

__attribute__((constructor)) static void use(void)
{
    choose();
}
