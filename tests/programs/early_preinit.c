/* Broken calls in .preinit_array, which comes before all ordinary constructors. */
#include "early_report.h"

static struct early early;

static void preinit(void)
{
    early_calls(&early);
}

__attribute__((section(".preinit_array"), used)) static void (*const entry)(void) = preinit;

int main(void)
{
    return early_report(&early);
}
