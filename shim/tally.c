#include "tally.h"

#include <stdatomic.h>

#include "syscalls.h"
#include "text.h"

/* A total for each name, in the order in which they came. The names are string constants. */
enum { NAMES = 24 };
struct totals {
    _Atomic(const char *) names[NAMES];
    atomic_ulong events[NAMES];
};
static struct totals by_call;
static struct totals by_kind;

/* The counts of descriptors modulo the table's size. A descriptor that is another open file
   than before, as its inode tells, begins anew: it is a new connection that broke. */
enum { DESCRIPTORS = 1024 };
static struct {
    _Atomic(uint64_t) file;
    atomic_ulong events;
} by_descriptor[DESCRIPTORS];

static atomic_ulong events;
static atomic_ulong lost;
static atomic_int owner; /* the process that was counted for */

static void add_to(struct totals *totals, const char *name)
{
    for (unsigned i = 0; i < NAMES; i++) {
        const char *there = NULL;
        if (atomic_compare_exchange_strong(&totals->names[i], &there, name) ||
            text_equal(there, name)) {
            totals->events[i]++;
            return;
        }
    }
}

/* What a fork has copied is the parent's. */
static void begin_anew_after_fork(void)
{
    const int self = (int)RAW(SYS_getpid);
    int counted_for = owner;
    if (counted_for == self || !atomic_compare_exchange_strong(&owner, &counted_for, self))
        return;
    events = 0;
    lost = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        by_call.events[i] = 0;
        by_kind.events[i] = 0;
    }
    for (unsigned i = 0; i < DESCRIPTORS; i++) {
        if (by_descriptor[i].events)
            by_descriptor[i].events = 0;
    }
}

static unsigned long count_descriptor(int fd, unsigned long inode)
{
    const unsigned slot = (unsigned)fd % DESCRIPTORS;
    const uint64_t file = (uint64_t)inode << 24 ^ (uint64_t)(unsigned)fd;
    if (atomic_exchange(&by_descriptor[slot].file, file) != file)
        by_descriptor[slot].events = 0;
    return ++by_descriptor[slot].events;
}

void tally_event(const struct event *event, const struct description *description,
                 struct tally *tally)
{
    begin_anew_after_fork();
    add_to(&by_call, event->call);
    add_to(&by_kind, description->kind);
    tally->process = ++events;
    const unsigned long count = count_descriptor(event->fd, description->inode);
    tally->descriptor = count;
    tally->wanted = count <= 10 || (count >= 16 && (count & (count - 1)) == 0);
}

void tally_lost(void)
{
    lost++;
}

unsigned long tally_events(void)
{
    return owner == (int)RAW(SYS_getpid) ? events : 0;
}

unsigned long tally_lost_records(void)
{
    return lost;
}

static bool total_at(struct totals *totals, unsigned index, struct total *total)
{
    if (index >= NAMES || !totals->names[index])
        return false;
    *total = (struct total){totals->names[index], totals->events[index]};
    return true;
}

bool tally_by_call(unsigned index, struct total *total)
{
    return total_at(&by_call, index, total);
}

bool tally_by_kind(unsigned index, struct total *total)
{
    return total_at(&by_kind, index, total);
}
