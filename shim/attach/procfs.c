#include "attach/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { PROC_PATH = 96 };

static void make_path(char *space, pid_t pid, pid_t thread, const char *file)
{
    struct strbuf path = {space, 0, PROC_PATH};
    strbuf_add(&path, "/proc/");
    strbuf_add_number(&path, pid);
    if (thread) {
        strbuf_add(&path, "/task/");
        strbuf_add_number(&path, thread);
    }
    strbuf_add(&path, "/");
    strbuf_add(&path, file);
    strbuf_add_bytes(&path, "", 1);
}

long proc_open(pid_t pid, const char *file, int flags)
{
    char path[PROC_PATH];
    make_path(path, pid, 0, file);
    return SYSCALL(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

long proc_read(pid_t pid, pid_t thread, const char *file, char *space, size_t size)
{
    char path[PROC_PATH];
    size_t filled = 0;
    make_path(path, pid, thread, file);
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    long got = fd;
    if (fd >= 0) {
        while (filled < size - 1 &&
               (got = SYSCALL(SYS_read, fd, space + filled, size - 1 - filled)) > 0)
            filled += (size_t)got;
        SYSCALL(SYS_close, fd);
    }
    space[filled] = '\0';
    return got < 0 && filled == 0 ? got : (long)filled;
}

/* Of the lines, only "Groups:" begins with "Gr". */
long proc_status(pid_t pid, pid_t thread, char *space, size_t size)
{
    char path[PROC_PATH];
    char part[4096] = "";
    size_t filled = 0;
    size_t line = 0;
    bool skips = false;
    make_path(path, pid, thread, "status");
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    long got = fd;
    while (fd >= 0 && (got = SYSCALL(SYS_read, fd, part, sizeof(part))) > 0) {
        for (long i = 0; i < got; i++) {
            if (!skips && filled < size - 1)
                space[filled++] = part[i];
            if (!skips && filled - line == 2 && space[line] == 'G' && space[line + 1] == 'r') {
                filled = line;
                skips = true;
            }
            if (part[i] == '\n') {
                line = filled;
                skips = false;
            }
        }
    }
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
    space[filled] = '\0';
    return got < 0 && filled == 0 ? got : (long)filled;
}

long proc_link(pid_t pid, const char *file, char *space, size_t size)
{
    char path[PROC_PATH];
    make_path(path, pid, 0, file);
    const long got = SYSCALL(SYS_readlinkat, AT_FDCWD, path, space, size - 1);
    space[got > 0 ? got : 0] = '\0';
    return got;
}

bool thread_is_gone(pid_t pid, pid_t thread)
{
    return SYSCALL(SYS_tgkill, pid, thread, 0) == -ESRCH;
}

const char *proc_state(pid_t pid, pid_t thread, char *space, size_t size)
{
    const char *state = space;
    proc_read(pid, thread, "stat", space, size);
    for (const char *at = space; *at; at++)
        state = *at == ')' ? at : state;
    return state;
}

/* The folder of a thread can be opened, though it is not listed (proc(5)). */
bool thread_is_dead(pid_t thread)
{
    char text[512];
    const char *const state = proc_state(thread, 0, text, sizeof(text));
    return after_prefix(state, ") Z") || after_prefix(state, ") X");
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static uint64_t read_digits(const char **text, unsigned base)
{
    uint64_t number = 0;
    for (; digit_of(**text) < (int)base; ++*text)
        number = number * base + (unsigned)digit_of(**text);
    return number;
}

uint64_t proc_field(const char *status, const char *key, unsigned base, uint64_t missing)
{
    while (*status) {
        const char *value = after_prefix(status, key);
        if (value && *value == ':') {
            for (value++; *value == ' ' || *value == '\t'; value++)
                ;
            return read_digits(&value, base);
        }
        while (*status && *status++ != '\n')
            ;
    }
    return missing;
}

/* The kernel's struct linux_dirent64 (getdents(2)). */
struct entry {
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[];
};

size_t proc_threads(pid_t pid, pid_t ids[MOST_THREADS])
{
    static char entries[16384] __attribute__((aligned(8)));
    size_t count = 0;
    const long fd = proc_open(pid, "task", O_RDONLY | O_DIRECTORY);
    long got = 0;
    while (fd >= 0 && (got = SYSCALL(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
        for (long at = 0; at < got; at += ((struct entry *)(void *)(entries + at))->size) {
            const char *name = ((struct entry *)(void *)(entries + at))->name;
            const pid_t id = (pid_t)read_digits(&name, 10);
            if (id && count < MOST_THREADS)
                ids[count] = id;
            count += id && count <= MOST_THREADS;
        }
    }
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
    return count;
}

/* start-end perms offset device inode   name; proc_pid_maps(5). */
static struct mapping read_mapping(const char *line)
{
    struct mapping mapping = {0};
    mapping.start = (uintptr_t)read_digits(&line, 16);
    line++;
    mapping.end = (uintptr_t)read_digits(&line, 16);
    line++;
    mapping.readable = line[0] == 'r';
    mapping.writable = line[1] == 'w';
    mapping.executable = line[2] == 'x';
    line += 5;
    mapping.offset = read_digits(&line, 16);
    for (int blanks = 0; *line && blanks < 3; line++)
        blanks += *line == ' ';
    while (*line == ' ')
        line++;
    const char *name = line;
    for (; *line; line++) {
        if (*line == '/')
            name = line + 1;
    }
    struct strbuf text = {mapping.name, 0, sizeof(mapping.name) - 1};
    for (; *name && text.size < text.capacity; name++)
        strbuf_add_bytes(&text, name, 1);
    return mapping;
}

long proc_maps(pid_t pid, bool (*visit)(const struct mapping *mapping, void *data), void *data)
{
    static char space[32768];
    size_t size = 0;
    bool found = false;
    long got = 0;
    const long fd = proc_open(pid, "maps", O_RDONLY);
    if (fd < 0)
        return fd;
    while (!found && (got = SYSCALL(SYS_read, fd, space + size, sizeof(space) - size)) > 0) {
        size_t line = 0;
        size += (size_t)got;
        for (size_t at = 0; at < size && !found; at++) {
            if (space[at] != '\n')
                continue;
            space[at] = '\0';
            const struct mapping mapping = read_mapping(space + line);
            found = visit(&mapping, data);
            line = at + 1;
        }
        for (size_t at = line; at < size; at++)
            space[at - line] = space[at];
        size -= line;
    }
    SYSCALL(SYS_close, fd);
    return got < 0 ? got : 0;
}

bool read_memory(const struct target *target, void *to, uintptr_t from, size_t size)
{
    return SYSCALL(SYS_pread64, target->memory, to, size, OFFSET(from)) == (long)size;
}

bool write_memory(const struct target *target, uintptr_t to, const void *from, size_t size)
{
    return size == 0 ||
           SYSCALL(SYS_pwrite64, target->memory, from, size, OFFSET(to)) == (long)size;
}
