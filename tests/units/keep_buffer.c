/* The keeper's ring of bytes: its parts, and how whole lines are dropped and counted. */
#include "../../shim/helper/keep.h"

#include <string.h>

#include "../fuzz/check.h"

static char memory[16];
static struct buffer buffer;
static struct loss loss;

static void begin_at(size_t start)
{
    buffer = (struct buffer){memory, sizeof(memory), start, 0};
    loss = (struct loss){0};
}

static void put(const char *text)
{
    struct iovec parts[2];
    const size_t size = strlen(text);
    const unsigned count = buffer_space(&buffer, size, parts);
    CHECK(parts[0].iov_len + parts[1].iov_len == size);
    CHECK(count == (unsigned)(parts[0].iov_len > 0) + (unsigned)(parts[1].iov_len > 0));
    memcpy(parts[0].iov_base, text, parts[0].iov_len);
    memcpy(parts[1].iov_base, text + parts[0].iov_len, parts[1].iov_len);
    buffer.size += size;
}

static bool has(const char *text)
{
    struct iovec parts[2];
    const size_t size = strlen(text);
    buffer_data(&buffer, SIZE_MAX, parts);
    return buffer.size == size && parts[0].iov_len + parts[1].iov_len == size &&
           memcmp(parts[0].iov_base, text, parts[0].iov_len) == 0 &&
           memcmp(parts[1].iov_base, text + parts[0].iov_len, parts[1].iov_len) == 0;
}

static void check_lines(void)
{
    put("a\nbc\nd");
    CHECK(has("a\nbc\nd"));
    CHECK(buffer_lines(&buffer, 0, 1) == 2 && buffer_lines(&buffer, 0, SIZE_MAX) == 5);
    CHECK(buffer_lines(&buffer, 2, 1) == 3 && buffer_lines(&buffer, 5, 1) == 0);
}

static void check_drop(void)
{
    /* At least so much, and the rest of the line. */
    put("ab\ncd\nef\n");
    buffer_drop(&buffer, &loss, 4);
    CHECK(has("ef\n") && loss.lines == 2 && loss.bytes == 6 && !loss.within_line);
    /* A line that does not end goes in pieces, and counts once. */
    buffer_drop(&buffer, &loss, 3);
    put("0123456789");
    buffer_drop(&buffer, &loss, 4);
    CHECK(has("456789") && loss.lines == 4 && loss.bytes == 13 && loss.within_line);
    buffer_drop(&buffer, &loss, SIZE_MAX);
    CHECK(has("") && buffer.start == 0 && loss.lines == 4);
    put("x\ny\n");
    buffer_drop(&buffer, &loss, 1);
    CHECK(has("y\n") && loss.lines == 4 && !loss.within_line);
    buffer_drop(&buffer, &loss, 0);
    CHECK(has("y\n") && loss.lines == 4);
}

int main(void)
{
    for (size_t start = 0; start < sizeof(memory); start++) {
        begin_at(start);
        check_lines();
        begin_at(start);
        check_drop();
    }
    begin_at(3);
    put("0123456789abcdef");
    struct iovec parts[2];
    CHECK(buffer_space(&buffer, 1, parts) == 0);
    CHECK(buffer_data(&buffer, 13, parts) == 1 && buffer_data(&buffer, 14, parts) == 2);
    buffer_remove(&buffer, 15);
    CHECK(has("f"));
    return 0;
}
