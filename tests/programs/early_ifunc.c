/* Broken calls in an IFUNC resolver, while the program is being relocated. */
#include "early_report.h"

static struct early early;

static int chosen(void)
{
    return 0;
}

__attribute__((used)) static int (*resolve(void))(void)
{
    early_calls(&early);
    return chosen;
}

int choose(void) __attribute__((ifunc("resolve")));

int main(void)
{
    return choose() + early_report(&early);
}
