/* Broken calls in a constructor of the program's own. */
#include "early_report.h"

static struct early early;

__attribute__((constructor)) static void construct(void)
{
    early_calls(&early);
}

int main(void)
{
    return early_report(&early);
}
