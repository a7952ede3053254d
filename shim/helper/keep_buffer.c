#include "helper/keep.h"

static size_t at_most(size_t size, size_t limit)
{
    return size < limit ? size : limit;
}

/* The part of the ring from `at` on, which may begin behind its end and may cross it. */
static unsigned parts_of(const struct buffer *buffer, size_t at, size_t size,
                         struct iovec parts[2])
{
    at = at < buffer->capacity ? at : at - buffer->capacity;
    const size_t first = at_most(size, buffer->capacity - at);
    parts[0] = (struct iovec){buffer->bytes + at, first};
    parts[1] = (struct iovec){buffer->bytes, size - first};
    return (first > 0 ? 1U : 0U) + (size > first ? 1U : 0U);
}

unsigned buffer_space(const struct buffer *buffer, size_t limit, struct iovec parts[2])
{
    return parts_of(buffer, buffer->start + buffer->size,
                    at_most(buffer->capacity - buffer->size, limit), parts);
}

unsigned buffer_data(const struct buffer *buffer, size_t limit, struct iovec parts[2])
{
    return parts_of(buffer, buffer->start, at_most(buffer->size, limit), parts);
}

/* An empty ring begins at its start again, so that a keeper that is never behind touches few
   pages. */
void buffer_remove(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    buffer->size -= size;
    if (buffer->start >= buffer->capacity)
        buffer->start -= buffer->capacity;
    if (!buffer->size)
        buffer->start = 0;
}

static char byte_at(const struct buffer *buffer, size_t at)
{
    at += buffer->start;
    return buffer->bytes[at < buffer->capacity ? at : at - buffer->capacity];
}

size_t buffer_lines(const struct buffer *buffer, size_t from, size_t limit)
{
    size_t end = from;
    for (size_t at = from; at < buffer->size && limit; at++) {
        if (byte_at(buffer, at) == '\n') {
            end = at + 1;
            limit--;
        }
    }
    return end - from;
}

/* A line that is longer than all that is there goes in pieces. */
void buffer_drop(struct buffer *buffer, struct loss *loss, size_t size)
{
    size = at_most(size, buffer->size);
    if (size && byte_at(buffer, size - 1) != '\n')
        size += buffer_lines(buffer, size, 1);
    for (size_t at = 0; at < size; at++) {
        loss->lines += !loss->within_line;
        loss->within_line = byte_at(buffer, at) != '\n';
    }
    loss->bytes += size;
    buffer_remove(buffer, size);
}
