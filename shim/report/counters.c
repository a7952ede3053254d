#include "report/counters.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/syscall.h"

/* A total for each name, in the order of their first events. The names are string constants. */
enum { NAMES = 24 };
struct totals {
    _Atomic(const char *) names[NAMES];
    atomic_ulong events[NAMES];
};

/*
 * All that a forked child shall not inherit, in pages that hold nothing else. The kernel clears
 * them in the child (madvise(2), MADV_WIPEONFORK, Linux 4.14); if it refuses, counters_forked
 * does, and a child that was made past libc's fork continues its parent's counts. Rejected: to
 * compare the pid and clear them then. That would lose what other threads count meanwhile, and
 * a vfork child, which shares the memory, would clear its parent's counts. The variable is not
 * aligned to a page, since that would align the whole .bss, of which every process would then
 * dirty one page more.
 */
enum { DESCRIPTORS = 1024, PAGE = LARGEST_PAGE };
static struct {
    char before[PAGE];
    struct totals by_call;
    struct totals by_kind;
    struct totals by_disposition;
    /* For descriptors modulo the table's size: a hash of descriptor and inode in the upper
       half, the count in the lower. If the hash differs, another connection broke, and its
       count begins anew. */
    _Atomic(uint64_t) by_descriptor[DESCRIPTORS];
    atomic_ulong events;
    atomic_ulong lost;
    _Atomic(pid_t) process;
    char after[PAGE];
} counts;

/* Who clears them in the children. */
enum { NOBODY, KERNEL, SHIM };
static atomic_int cleared_by;

/* Once is enough for a process and all its children; several threads at once do no harm. */
static void clear_in_children(void)
{
    const uintptr_t first = (uintptr_t)&counts.by_call / PAGE;
    const uintptr_t end = (uintptr_t)&counts.after / PAGE + 1;
    if (cleared_by != NOBODY)
        return;
    cleared_by = SYSCALL(SYS_madvise, first * PAGE, (end - first) * PAGE, MADV_WIPEONFORK)
                     ? SHIM
                     : KERNEL;
}

void counters_forked(void)
{
    if (cleared_by == SHIM)
        memset(&counts, 0, sizeof(counts));
}

static void add_to(struct totals *totals, const char *name)
{
    for (unsigned i = 0; i < NAMES; i++) {
        const char *there = NULL;
        if (atomic_compare_exchange_strong(&totals->names[i], &there, name) ||
            strcmp(there, name) == 0) {
            totals->events[i]++;
            return;
        }
    }
}

static unsigned long count_descriptor(int fd, uint64_t inode)
{
    _Atomic(uint64_t) *const slot = &counts.by_descriptor[(unsigned)fd % DESCRIPTORS];
    const uint32_t file = (uint32_t)inode * 0x9e3779b1 + (uint32_t)fd;
    uint64_t now = *slot;
    uint64_t then;
    do {
        then = (now >> 32 == file ? now : (uint64_t)file << 32) + 1;
    } while (!atomic_compare_exchange_weak(slot, &now, then));
    return (uint32_t)then;
}

void counters_add_event(const struct event *event, const char *kind, uint64_t inode,
                        struct event_counts *event_counts)
{
    clear_in_children();
    add_to(&counts.by_call, event->call);
    add_to(&counts.by_kind, kind);
    add_to(&counts.by_disposition, event_disposition(event));
    event_counts->process = ++counts.events;
    const unsigned long count = count_descriptor(event->fd, inode);
    event_counts->descriptor = count;
    event_counts->should_record = count <= 10 || (count & (count - 1)) == 0;
}

void counters_note_process(pid_t pid)
{
    clear_in_children();
    counts.process = pid;
}

pid_t counters_noted_process(void)
{
    return counts.process;
}

void counters_add_lost(void)
{
    counts.lost++;
}

unsigned long counters_events(void)
{
    return counts.events;
}

unsigned long counters_lost_records(void)
{
    return counts.lost;
}

static bool total_at(struct totals *totals, unsigned index, struct total *total)
{
    if (index >= NAMES || !totals->names[index])
        return false;
    *total = (struct total){totals->names[index], totals->events[index]};
    return true;
}

bool counters_by_call(unsigned index, struct total *total)
{
    return total_at(&counts.by_call, index, total);
}

bool counters_by_kind(unsigned index, struct total *total)
{
    return total_at(&counts.by_kind, index, total);
}

bool counters_by_disposition(unsigned index, struct total *total)
{
    return total_at(&counts.by_disposition, index, total);
}
