#ifndef EARLY_REPORT_H
#define EARLY_REPORT_H

#include <stdio.h>
#include <string.h>

#include "early_calls.h"

/* What the early calls answered, and that the calls of main() are answered alike. */
static inline int early_report(const struct early *early)
{
    struct early late = {0};
    early_calls(&late);
    printf("early: %s, %ld %s, %ld %s\n", early->rounds ? "made" : "none", early->answers[0],
           strerror(early->errors[0]), early->answers[1], strerror(early->errors[1]));
    printf("in main: %ld %s, %ld %s\n", late.answers[0], strerror(late.errors[0]),
           late.answers[1], strerror(late.errors[1]));
    return 0;
}

#endif
