/* A process that is to be visited: what /proc shows of it. */
#include "attach/attach.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>

void add_name(struct strbuf *text, const char *name)
{
    for (; *name && *name != '\n'; name++)
        strbuf_add_bytes(text, (unsigned char)*name < ' ' || *name == 0x7f ? "?" : name, 1);
}

/* The last part of argument 0; or the name that the kernel has, if
   a title for ps(1) is in the place of the arguments. */
void find_target_name(struct target *target)
{
    char words[4096];
    struct strbuf name = {target->name, 0, sizeof(target->name) - 1};
    const char *from = words;
    const char *blank = words;
    if (proc_read(target->pid, 0, "cmdline", words, sizeof(words)) > 0) {
        while (*blank && *blank != ' ')
            blank++;
    }
    if (!*words || *blank)
        proc_read(target->pid, 0, "comm", words, sizeof(words));
    for (const char *at = words; *at; at++) {
        if (*at == '/' && at[1])
            from = at + 1;
    }
    memset(target->name, 0, sizeof(target->name));
    add_name(&name, from);
    name.size = utf8_complete_prefix(target->name, name.size);
    target->name[name.size] = '\0';
}

unsigned abi_of(long fd)
{
    ElfW(Ehdr) header = {0}; /* the fields up to e_machine are the same in both classes */
    const long size =
        fd < 0 ? -1 : SYSCALL(SYS_pread64, fd, &header, sizeof(header), OFFSET(0));
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
    if (size < 20 || header.e_ident[EI_MAG0] != ELFMAG0)
        return 0;
    return (unsigned)header.e_ident[EI_CLASS] << 16 | header.e_machine;
}

unsigned own_abi(void)
{
    return abi_of(SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC));
}

void target_read_vector(struct target *target)
{
    target->vector_size =
        proc_read(target->pid, 0, "auxv", target->vector, sizeof(target->vector));
}

static uintptr_t vector_value(const struct target *target, uintptr_t type)
{
    ElfW(auxv_t) entry;
    for (long at = 0; at + (long)sizeof(entry) <= target->vector_size;
         at += (long)sizeof(entry)) {
        memcpy(&entry, target->vector + at, sizeof(entry));
        if (entry.a_type == type)
            return (uintptr_t)entry.a_un.a_val;
    }
    return 0;
}

bool target_is_secure(const struct target *target)
{
    return vector_value(target, AT_SECURE) != 0;
}

/* After an execve(2) its memory is another, and the one that was opened is gone, unless a
   parent in vfork(2) has it. */
bool target_has_same_program(const struct target *target)
{
    static struct target now;
    char byte;
    now.pid = target->pid;
    target_read_vector(&now);
    bool same = now.vector_size == target->vector_size;
    for (long i = 0; same && i < now.vector_size; i++)
        same = now.vector[i] == target->vector[i];
    return same && read_memory(target, &byte, vector_value(target, AT_RANDOM), 1);
}

/* The freezer of cgroups holds a thread where it is: cgroups(7). In version 1 each controller
   may be mounted anywhere; this is the usual place. */
bool target_is_frozen(const struct target *target)
{
    char groups[4096];
    char path[4200];
    char state[16] = "";
    proc_read(target->pid, 0, "cgroup", groups, sizeof(groups));
    for (char *line = groups; *line;) {
        char *end = line;
        while (*end && *end != '\n')
            end++;
        char *next = *end ? end + 1 : end;
        *end = '\0';
        while (*line && *line != ':')
            line++;
        const char *of_first = after_prefix(line, ":freezer:");
        const char *of_second = after_prefix(line, "::");
        if (of_first || of_second) {
            struct strbuf text = {path, 0, sizeof(path) - 1};
            strbuf_add(&text, of_first ? "/sys/fs/cgroup/freezer" : "/sys/fs/cgroup");
            strbuf_add(&text, of_first ? of_first : of_second);
            strbuf_add(&text, of_first ? "/freezer.state" : "/cgroup.freeze");
            path[text.size] = '\0';
            const long fd = SYSCALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
            if (fd >= 0) {
                SYSCALL(SYS_read, fd, state, sizeof(state) - 1);
                SYSCALL(SYS_close, fd);
                if (after_prefix(state, "FR") || *state == '1')
                    return true;
            }
        }
        line = next;
    }
    return false;
}

static bool find_library_name(const struct mapping *mapping, void *data)
{
    *(bool *)data = after_prefix(mapping->name, "libnosigpipe.so") != NULL;
    return *(bool *)data;
}

bool target_has_library(const struct target *target)
{
    bool found = false;
    proc_maps(target->pid, find_library_name, &found);
    return found;
}

static uint64_t filters_of(const char *status)
{
    return proc_field(status, "Seccomp_filters", 10, 0); /* Linux 5.9 */
}

/* Whether its only filters are those that a container's runtime has given to all: to process 1,
   from which all come, and to this process, which may make the calls of a visit. */
bool target_has_filters_of_all(const struct target *target)
{
    char own[4096];
    char first[4096];
    const uint64_t filters = filters_of(target->status);
    proc_status((pid_t)SYSCALL(SYS_getpid), 0, own, sizeof(own));
    proc_status(1, 0, first, sizeof(first));
    return filters != 0 && filters_of(own) == filters && filters_of(first) == filters;
}
