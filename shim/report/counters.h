/* The counts of events that records and the summary show. */
#ifndef NOSIGPIPE_COUNTERS_H
#define NOSIGPIPE_COUNTERS_H

#include "report/event.h"
#include "report/fd_info.h"

struct event_counts {
    unsigned long process;    /* events of this process so far */
    unsigned long descriptor; /* events on this descriptor's open file so far */
    bool should_record; /* of the descriptor's events: the first 10, then 16, 32, 64, ... */
};

/* Counts an event. A forked child begins at 0. */
void counters_add_event(const struct event *event, const char *kind, uint64_t inode,
                        struct event_counts *event_counts);

/* In a child of libc's fork: begins at 0 where the kernel cannot see to that. */
void counters_forked(void);

/* Counts a record that could not be written. */
void counters_add_lost(void);

/* Notes the id of this process, and returns the noted one. In a child made since, it is 0,
   however the child was made; in a vfork child, which shares the memory, it is the parent's. */
void counters_note_process(pid_t pid);
pid_t counters_noted_process(void);

/* The totals of this process, for the summary. */
struct total {
    const char *name;
    unsigned long events;
};
unsigned long counters_events(void);
unsigned long counters_lost_records(void);

/* Total number `index` by call, kind or disposition; false if there are fewer. */
bool counters_by_call(unsigned index, struct total *total);
bool counters_by_kind(unsigned index, struct total *total);
bool counters_by_disposition(unsigned index, struct total *total);

#endif
