/* How often it happened: the counts that records and the summary show. */
#ifndef NOSIGPIPE_COUNTERS_H
#define NOSIGPIPE_COUNTERS_H

#include "report/event.h"
#include "report/fd_info.h"

struct tally {
    unsigned long process;    /* events of this process so far */
    unsigned long descriptor; /* events on this descriptor's open file so far */
    bool wanted;              /* whether a record is due: the first 10, then 16, 32, 64, ... */
};

/* Counts an event. A forked child begins at none. */
void tally_event(const struct event *event, const char *kind, uint64_t inode,
                 struct tally *tally);

/* Counts a record that its sink would not take. */
void tally_lost(void);

/* Notes this process's id, and gives it back. A child that is made since has noted none, by
   whichever way it was made; a vfork child, which shares the memory, has its parent's. */
void tally_note_process(pid_t pid);
pid_t tally_noted_process(void);

/* The totals of this process, for the summary. */
struct total {
    const char *name;
    unsigned long events;
};
unsigned long tally_events(void);
unsigned long tally_lost_records(void);

/* The total number `index` by call or by kind; false behind the last one. */
bool tally_by_call(unsigned index, struct total *total);
bool tally_by_kind(unsigned index, struct total *total);

#endif
