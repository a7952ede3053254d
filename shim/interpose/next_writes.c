#include "interpose/next_writes.h"

struct next real;
