/* /proc/self/maps: finds lines that the kernel could have written, and reads any bytes. */
#include "../../shim/unwind/proc_maps.h"

#include <errno.h>
#include <stdarg.h>

#include "fuzz.h"

static struct {
    char bytes[1 << 16];
    size_t size;
    size_t at;
    size_t chunk; /* the most bytes of one read */
    unsigned reads_at_end;
    bool open;
} file;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)d, (void)e, (void)f;
    if (number == SYS_openat) {
        CHECK(strcmp((const char *)b, "/proc/self/maps") == 0 && !file.open);
        file.open = true;
        return 9;
    }
    CHECK(a == 9 && file.open);
    if (number == SYS_close) {
        file.open = false;
        return 0;
    }
    if (number != SYS_read)
        refuse_call(number);
    size_t size = file.size - file.at;
    size = size < (size_t)c ? size : (size_t)c;
    size = size < file.chunk ? size : file.chunk;
    memcpy((void *)b, file.bytes + file.at, size);
    file.at += size;
    file.reads_at_end += size == 0;
    CHECK(file.reads_at_end < 64); /* no endless loop */
    return (long)size;
}

enum { MOST_MAPS = 60 };
struct known_map {
    uintptr_t start;
    uintptr_t end;
    uintptr_t offset;
    unsigned inode;
    bool executable;
    char name[160];
};
static struct known_map known[MOST_MAPS];

__attribute__((format(printf, 1, 2))) static void add_line(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    file.size +=
        (size_t)vsnprintf(file.bytes + file.size, sizeof(file.bytes) - file.size, format, list);
    va_end(list);
    CHECK(file.size < sizeof(file.bytes));
}

/* Makes lines as fs/proc/task_mmu.c, show_map_vma(), writes them, in the order of addresses. */
static size_t make_lines(struct input *input)
{
    static const char *const names[] = {
        "",       "[heap]",        "[vdso]",         "[stack]",
        "/bin/a", "/x y/lib c.so", "/a/b (deleted)", "/a\\012b"};
    uintptr_t at = 0x10000;
    size_t count = 0;
    while (input->left && count < MOST_MAPS) {
        struct known_map *const map = &known[count++];
        at += (uintptr_t)take_choice(input, 3) << take_choice(input, 40);
        map->start = at;
        at += (uintptr_t)(1 + take_choice(input, 8)) << 12;
        map->end = at;
        map->executable = take_choice(input, 2);
        const size_t name = take_choice(input, 9);
        map->inode = name >= 4 ? 1 + (unsigned)take_choice(input, 3) : 0;
        map->offset = (uintptr_t)take_choice(input, 4) << 12;
        if (name < 8)
            snprintf(map->name, sizeof(map->name), "%s", names[name]);
        else
            snprintf(map->name, sizeof(map->name), "/%0*d", 1 + (int)take_choice(input, 150),
                     0);
        add_line("%lx-%lx r-%cp %08lx fe:01 %u%*s%s\n", (unsigned long)map->start,
                 (unsigned long)map->end, map->executable ? 'x' : '-',
                 (unsigned long)map->offset, map->inode, map->name[0] ? 20 : 1, "", map->name);
    }
    return count;
}

/* The last part of the path, without what the kernel appends if the file was deleted. */
static void expect_name(const struct map_name *name, const struct known_map *map)
{
    const char *const slash = strrchr(map->name, '/');
    const char *const last = slash ? slash + 1 : map->name;
    size_t size = strlen(last);
    size = size < MAP_NAME_SIZE ? size : MAP_NAME_SIZE;
    const char *const deleted = strstr(last, " (deleted)");
    size = deleted ? (size_t)(deleted - last) : size;
    CHECK(name->size == size && memcmp(name->bytes, last, size) == 0);
}

static void check_found(bool found, uintptr_t address, const struct proc_map *map, size_t count)
{
    const struct known_map *holder = NULL;
    const struct known_map *file_start = NULL;
    for (size_t i = 0; i < count; i++) {
        if (address >= known[i].start && address < known[i].end)
            holder = &known[i];
        if (map->file_start && map->file_start == known[i].start)
            file_start = &known[i];
    }
    CHECK(found == (holder != NULL));
    if (!found)
        return;
    CHECK(map->executable == holder->executable);
    CHECK((map->file_start != 0) == (file_start != NULL));
    if (file_start) {
        CHECK(file_start <= holder && file_start->offset == 0);
        expect_name(&map->name, file_start);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct proc_map map;
    file.size = file.at = file.reads_at_end = 0;
    const bool any = take_choice(&input, 4) == 0;
    file.chunk = 1 + take_choice(&input, 250);
    uintptr_t address = take_number(&input, 8);
    size_t count = 0;
    if (any) {
        memcpy(file.bytes, input.at, input.left);
        file.size = input.left;
    } else {
        count = make_lines(&input);
        if (count)
            address = known[address % count].start + (address >> 32) % 0x10000;
    }
    const bool found = proc_maps_find(address, &map);
    CHECK(!file.open && map.name.size <= MAP_NAME_SIZE);
    if (!any)
        check_found(found, address, &map, count);
    return 0;
}
