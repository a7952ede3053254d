/* Memory that a unit makes byte by byte. The shim's parts can read this memory only, and find
   the lines of /proc/self/maps that the unit gives. */
#ifndef UNITS_MADE_H
#define UNITS_MADE_H

#include <fcntl.h>

#include "../fuzz/memory.h"

enum { MADE_SIZE = 1 << 14, MAPS_FD = 0 /* one like others */ };

static struct {
    uint8_t bytes[MADE_SIZE];
    size_t size;
    const char *maps; /* or NULL: the file cannot be opened */
    size_t maps_at;
    size_t maps_chunk; /* the most bytes of one read; 0: any number */
    bool maps_open;
} made;

/* Offers the memory made so far to the shim. */
static inline void made_ready(void)
{
    memory_begin((struct input){made.bytes, made.size}, false);
}

static inline void make_bytes(const void *bytes, size_t size)
{
    CHECK(size <= sizeof(made.bytes) - made.size);
    memcpy(made.bytes + made.size, bytes, size);
    made.size += size;
    made_ready();
}

/* Adds a number of `size` bytes, little-endian. */
static inline void make_number(uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)(number >> 8 * i);
        make_bytes(&byte, 1);
    }
}

static inline void make_uleb(uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        make_number(0x80 | (number & 0x7f), 1);
    make_number(number, 1);
}

static inline uintptr_t made_end(void)
{
    return MEMORY_START + made.size;
}

/* Adds zeros up to an offset. */
static inline void make_until(size_t offset)
{
    CHECK(made.size <= offset);
    make_bytes((uint8_t[MADE_SIZE]){0}, offset - made.size);
}

static inline long maps_call(long number, char *to, size_t room)
{
    if (number == SYS_close) {
        made.maps_open = false;
        return 0;
    }
    const size_t left = strlen(made.maps + made.maps_at);
    size_t size = left < room ? left : room;
    size = made.maps_chunk && made.maps_chunk < size ? made.maps_chunk : size;
    memcpy(to, made.maps + made.maps_at, size);
    made.maps_at += size;
    return (long)size;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    if (number == SYS_openat && strcmp((const char *)b, "/proc/self/maps") == 0) {
        CHECK(a == AT_FDCWD && c == (O_RDONLY | O_CLOEXEC) && !made.maps_open);
        made.maps_open = made.maps != NULL;
        made.maps_at = 0;
        return made.maps_open ? MAPS_FD : -ENOENT;
    }
    if (made.maps_open && a == MAPS_FD)
        return maps_call(number, (char *)b, (size_t)c);
    return memory_call(number, a, b, c, d);
}

#endif
