/* Broken calls in the constructor of another preloaded object. */
#include "early_calls.h"

struct early early;

__attribute__((constructor)) static void construct(void)
{
    early_calls(&early);
}
