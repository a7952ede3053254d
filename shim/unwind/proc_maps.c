#include "unwind/proc_maps.h"

#include <fcntl.h>

#include "base/syscall.h"

struct stream {
    int fd;
    size_t at;
    size_t size;
    char buffer[384];
};

/* The next character, or -1 at the end. */
static int next_character(struct stream *stream)
{
    if (stream->at == stream->size) {
        const long size = SYSCALL(SYS_read, stream->fd, stream->buffer, sizeof(stream->buffer));
        if (size <= 0)
            return -1;
        stream->at = 0;
        stream->size = (size_t)size;
    }
    return (unsigned char)stream->buffer[stream->at++];
}

/* Reads hexadecimal digits and the character after them. The inode is decimal, but only its
   equality matters. */
static uintptr_t read_number(struct stream *stream)
{
    uintptr_t number = 0;
    for (;;) {
        const int c = next_character(stream);
        if (c >= '0' && c <= '9')
            number = number * 16 + (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            number = number * 16 + (uintptr_t)(c - 'a' + 10);
        else
            return number;
    }
}

struct line {
    uintptr_t start;
    uintptr_t end;
    bool executable;
    uintptr_t offset;
    uintptr_t device;
    uintptr_t inode;
    struct map_name name;
};

static bool ends_in(const struct map_name *name, const char *end, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (name->size < size || name->bytes[name->size - size + i] != end[i])
            return false;
    }
    return true;
}

/* Reads the rest of the line: blanks, then a path or nothing. */
static void read_name(struct stream *stream, struct map_name *name)
{
    static const char deleted[] = " (deleted)";
    name->size = 0;
    for (int c = next_character(stream); c >= 0 && c != '\n'; c = next_character(stream)) {
        if (c == '/')
            name->size = 0;
        else if (name->size < MAP_NAME_SIZE && (c != ' ' || name->size))
            name->bytes[name->size++] = (char)c;
    }
    if (ends_in(name, deleted, sizeof(deleted) - 1))
        name->size -= sizeof(deleted) - 1;
}

/* Reads "start-end rwxp offset major:minor inode   path". False at the end. */
static bool read_line(struct stream *stream, struct line *line)
{
    line->start = read_number(stream);
    line->end = read_number(stream);
    next_character(stream);
    next_character(stream);
    line->executable = next_character(stream) == 'x';
    next_character(stream);
    next_character(stream);
    line->offset = read_number(stream);
    line->device = read_number(stream) << 20;
    line->device |= read_number(stream);
    line->inode = read_number(stream);
    read_name(stream, &line->name);
    return line->end != 0;
}

/* Whether the line maps the start of a file, and for the first time: segments that share the
   first page of the file map it twice in a row. */
static bool is_file_start(const struct line *line, const struct line *previous)
{
    if (line->offset != 0)
        return false;
    /* The vDSO has no inode, nor has the memory in front of it. */
    if (line->inode == 0)
        return line->name.size == 6 && ends_in(&line->name, "[vdso]", 6);
    return previous->end != line->start || previous->offset != 0 ||
           previous->device != line->device || previous->inode != line->inode;
}

static bool search(struct stream *stream, uintptr_t address, struct proc_map *map)
{
    struct line previous = {0};
    struct line line;
    while (read_line(stream, &line) && line.start <= address) {
        if (is_file_start(&line, &previous)) {
            map->file_start = line.start;
            map->name = line.name;
        }
        if (address < line.end) {
            map->executable = line.executable;
            return true;
        }
        previous = line;
    }
    return false;
}

bool proc_maps_find(uintptr_t address, struct proc_map *map)
{
    struct stream stream = {.at = 0, .size = 0};
    stream.fd = (int)SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
    *map = (struct proc_map){0};
    if (stream.fd < 0)
        return false;
    const bool found = search(&stream, address, map);
    SYSCALL(SYS_close, stream.fd);
    return found;
}
