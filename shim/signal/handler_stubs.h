/* The functions that stand in the kernel as SIGPIPE's handler, and what is behind them. */
#ifndef NOSIGPIPE_HANDLER_STUBS_H
#define NOSIGPIPE_HANDLER_STUBS_H

#include "base/prel32.h"
#include "signal/disposition.h"

/* Sixteen of each kind (entries.c): prel32_function() finds one by its number. */
extern const int32_t guard_stubs[];
extern const int32_t resethand_stubs[];
extern const int32_t go_stubs[];

/* In the place of the default that a program starts with. */
void guard_stub_at_start(int signal_number, siginfo_t *info, void *context);

/* The host's handlers that stand behind an entry: two entries have one. */
enum { SLOTS = 8 };
extern struct handler_slot slots[SLOTS];

#endif
