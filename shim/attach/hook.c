/*
 * The hook keeps out what the app sets later: libc's one system call for rt_sigaction(2) jumps
 * to resident/hook.c. Only "mov $13, %eax" is replaced, by a jump of the same five bytes; the
 * system call behind it stays: another process may be there, a child in vfork(2).
 */
#include "attach/attach.h"

#include <fcntl.h>
#include <string.h>

#if defined(__x86_64__)

enum { CODE = 7, JUMP = 5, CHUNK = 65536 };
static const unsigned char call_code[CODE] = {0xb8, SYS_rt_sigaction, 0, 0, 0, 0x0f, 0x05};

/* What is looked for in which mappings. */
struct search {
    const struct target *target;
    const struct resident *other; /* a resident of another build, whose hook may stand */
    char program[sizeof(((struct mapping *)0)->name)];
    bool in_libc;
    uintptr_t site;
    unsigned sites;
    /* For room: below the site. */
    uintptr_t previous_end;
    uintptr_t room;
};

static bool is_libc(const char *name)
{
    const char *const rest = after_prefix(name, "libc");
    return (rest && (*rest == '.' || *rest == '-')) || after_prefix(name, "ld-musl-");
}

/* Whether the site jumps to the hook of this resident. */
static bool jumps_to(const unsigned char *code, uintptr_t site, const struct resident *resident)
{
    int32_t distance;
    memcpy(&distance, code + 1, sizeof(distance));
    return code[0] == 0xe9 && code[5] == 0x0f && code[6] == 0x05 && resident->size &&
           site + JUMP + (uintptr_t)(intptr_t)distance ==
               resident_place(resident, resident->note.hook);
}

static bool is_site(const struct search *search, const unsigned char *code, uintptr_t address)
{
    if (code[0] == 0xe9)
        return jumps_to(code, address, search->other);
    for (int i = 0; i < CODE; i++) {
        if (code[i] != call_code[i])
            return false;
    }
    return true;
}

static void search_code(struct search *search, uintptr_t start, uintptr_t end)
{
    static unsigned char code[CHUNK];
    while (end - start >= CODE) {
        const size_t size = end - start < CHUNK ? end - start : CHUNK;
        if (!read_memory(search->target, code, start, size))
            return;
        for (size_t i = 0; i + CODE <= size; i++) {
            if ((code[i] == 0xb8 || code[i] == 0xe9) && is_site(search, &code[i], start + i)) {
                search->site = start + i;
                search->sites++;
            }
        }
        start += size - (CODE - 1);
    }
}

static bool search_mapping(const struct mapping *mapping, void *data)
{
    struct search *const search = data;
    const bool wanted =
        search->in_libc ? is_libc(mapping->name) : strcmp(mapping->name, search->program) == 0;
    if (mapping->executable && mapping->readable && !mapping->writable && wanted)
        search_code(search, mapping->start, mapping->end);
    return false;
}

static bool find_libc(const struct mapping *mapping, void *data)
{
    struct search *const search = data;
    search->in_libc = mapping->executable && is_libc(mapping->name);
    return search->in_libc;
}

/* The free place that is next below the site, and near enough for a jump. Not below a stack,
   which grows downwards. */
static bool find_room(const struct mapping *mapping, void *data)
{
    enum { NEAR = 0x70000000 };
    struct search *const search = data;
    const size_t size = resident_mapped_size();
    if (mapping->start > search->site)
        return true;
    if (mapping->start - search->previous_end >= size && mapping->name[0] != '[' &&
        search->site - (mapping->start - size) < NEAR)
        search->room = mapping->start - size;
    search->previous_end = mapping->end;
    return false;
}

uintptr_t hook_find_site(const struct target *target, const struct resident *other,
                         uintptr_t *room)
{
    enum { LOWEST = 0x10000 }; /* /proc/sys/vm/mmap_min_addr */
    struct search search = {.target = target, .other = other, .previous_end = LOWEST};
    char path[4096];
    struct strbuf name = {search.program, 0, sizeof(search.program) - 1};
    const long size = proc_link(target->pid, "exe", path, sizeof(path));
    const char *last = path;
    for (long i = 0; i < size; i++)
        last = path[i] == '/' ? &path[i + 1] : last;
    strbuf_add(&name, size > 0 ? last : "");
    proc_maps(target->pid, find_libc, &search);
    proc_maps(target->pid, search_mapping, &search);
    *room = 0;
    if (search.sites != 1)
        return 0;
    proc_maps(target->pid, find_room, &search);
    *room = search.room;
    return search.site;
}

bool hook_stands(const struct target *target, const struct resident *resident)
{
    unsigned char code[CODE];
    uintptr_t behind = 0;
    return read_memory(target, &behind,
                       resident_place(resident, resident->note.state) +
                           offsetof(struct resident_state, hook_return),
                       sizeof(behind)) &&
           behind && read_memory(target, code, behind - CODE, CODE) &&
           jumps_to(code, behind - CODE, resident);
}

bool hook_reaches(const struct resident *resident, uintptr_t site)
{
    const intptr_t distance =
        (intptr_t)(resident_place(resident, resident->note.hook) - (site + JUMP));
    return !site || (int32_t)distance == distance;
}

/* The threads that are stopped beside the first. If one is cut short, it is the last. */
static struct thread others[MOST_THREADS];
static size_t stopped_others;

static bool is_known(pid_t id, pid_t first)
{
    bool known = id == first;
    for (size_t i = 0; i < stopped_others && !known; i++)
        known = others[i].id == id;
    return known;
}

static pid_t ids[MOST_THREADS];

/* Whether there are few enough, and none is in a call that a stop would cut short. */
static bool is_good_moment(const struct target *target, pid_t first)
{
    const size_t count = proc_threads(target->pid, ids);
    bool good = count <= MOST_THREADS;
    for (size_t i = 0; good && i < count; i++)
        good = ids[i] == first || thread_moment(target->pid, ids[i]) != MOMENT_BAD;
    return good;
}

/* Stops one more; false if that cannot be done now, or has cut its write short. */
static bool stop_other(const struct target *target, pid_t id)
{
    enum { LIMIT_MS = 100 };
    struct thread *const thread = &others[stopped_others];
    if (stopped_others == MOST_THREADS || thread_moment(target->pid, id) == MOMENT_BAD)
        return false;
    const long answer = thread_stop(target, id, LIMIT_MS, thread);
    if (answer != 0 || thread_take(target, thread) != 0)
        return thread_is_gone(target->pid, id);
    stopped_others++;
    return !thread_may_be_cut(target, thread);
}

/* Stops all threads but the first. One that is made meanwhile comes in the next round. */
static bool stop_others(const struct target *target, pid_t first)
{
    bool all = is_good_moment(target, first);
    for (bool more = all; more && all;) {
        const size_t count = proc_threads(target->pid, ids);
        more = false;
        all = count <= MOST_THREADS;
        for (size_t i = 0; all && i < count; i++) {
            if (!is_known(ids[i], first)) {
                more = true;
                all = stop_other(target, ids[i]);
            }
        }
    }
    return all;
}

/* A thread that is just before the system call goes back to the jump. */
static void leave_call(struct thread *thread, uintptr_t site)
{
    if (thread->registers.R_PC == site + JUMP && (long)thread->registers.R_RESTARTED < 0)
        thread->registers.R_PC = site;
}

bool hook_install(const struct target *target, const struct resident *resident,
                  struct thread *stopped, uintptr_t site)
{
    const uintptr_t behind = site + CODE;
    const int32_t near =
        (int32_t)(resident_place(resident, resident->note.hook) - (site + JUMP));
    unsigned char jump[JUMP] = {0xe9};
    memcpy(jump + 1, &near, sizeof(near));
    bool done = hook_reaches(resident, site) &&
                write_memory(target,
                             resident_place(resident, resident->note.state) +
                                 offsetof(struct resident_state, hook_return),
                             &behind, sizeof(behind));
    done = done && stop_others(target, stopped->id) &&
           write_memory(target, site, jump, sizeof(jump));
    if (done) {
        leave_call(stopped, site);
        for (size_t i = 0; i < stopped_others; i++)
            leave_call(&others[i], site);
    }
    const size_t kept =
        stopped_others && thread_may_be_cut(target, &others[stopped_others - 1]) ? 1 : 0;
    for (size_t i = 0; i + kept < stopped_others; i++)
        thread_release(target, &others[i]);
    others[0] = others[stopped_others ? stopped_others - 1 : 0];
    stopped_others = kept;
    return done;
}

void hook_finish(const struct target *target)
{
    for (; stopped_others; stopped_others--) {
        thread_complete(target, &others[stopped_others - 1]);
        thread_release(target, &others[stopped_others - 1]);
    }
}

#else

/* The libcs of other CPUs make the call in more than one way. */
uintptr_t hook_find_site(const struct target *target, const struct resident *other,
                         uintptr_t *room)
{
    (void)target;
    (void)other;
    *room = 0;
    return 0;
}

bool hook_reaches(const struct resident *resident, uintptr_t site)
{
    (void)resident;
    return !site;
}

bool hook_stands(const struct target *target, const struct resident *resident)
{
    (void)target;
    (void)resident;
    return false;
}

bool hook_install(const struct target *target, const struct resident *resident,
                  struct thread *stopped, uintptr_t site)
{
    (void)target;
    (void)resident;
    (void)stopped;
    (void)site;
    return false;
}

void hook_finish(const struct target *target)
{
    (void)target;
}

#endif
