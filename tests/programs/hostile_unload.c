/*
 * hostile_unload [OBJECT]: loads the object and closes it again, more than once, with broken
 * calls after each. Without OBJECT: the oracle.
 */
#include <dlfcn.h>

#include "early_report.h"

int main(int argc, char **argv)
{
    struct early early = {0};
    for (int round = 0; round < 3; round++) {
        void *const object = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
        if (argc > 1 && !object) {
            fprintf(stderr, "%s\n", dlerror());
            return 2;
        }
        /* Once more than it was opened. */
        for (int i = 0; object && i < 2; i++)
            dlclose(object);
        early_calls(&early);
        early_report(&early);
        fflush(stdout);
    }
    return 0;
}
