/* Tells what a preloaded object's early calls answered, having allocated a little meanwhile. */
#include <dlfcn.h>
#include <stdlib.h>

#include "early_report.h"

int main(void)
{
    const struct early *early = dlsym(RTLD_DEFAULT, "early");
    char *volatile memory = malloc(100);
    free(memory);
    return early ? early_report(early) : 2;
}
