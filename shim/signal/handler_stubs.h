/* The functions that stand in the kernel as SIGPIPE's handler, and what is behind them. */
#ifndef NOSIGPIPE_HANDLER_STUBS_H
#define NOSIGPIPE_HANDLER_STUBS_H

#include "base/prel32.h"
#include "signal/disposition.h"

/* Sixteen of each kind (entries.c): distances_function() finds one by its number. */
extern HIDDEN const int32_t guard_entries[];
extern HIDDEN const int32_t overriding_entries[];
extern HIDDEN const int32_t one_shot_entries[];
extern HIDDEN const int32_t passing_entries[];

/* In the place of the default that a program starts with. */
void guard_entry_at_start(int signal_number, siginfo_t *info, void *context);

/* The host's handlers that stand behind an entry: two entries have one. */
enum { SLOTS = 8 };
extern HIDDEN struct one_shot slots[SLOTS];

#endif
