#include "base/strbuf.h"

#include <string.h>

#include "base/syscall.h"

void strbuf_add_bytes(struct strbuf *text, const char *bytes, size_t size)
{
    if (size > text->capacity - text->size)
        return;
    for (size_t i = 0; i < size; i++)
        text->start[text->size++] = bytes[i];
}

void strbuf_add(struct strbuf *text, const char *string)
{
    strbuf_add_bytes(text, string, strlen(string));
}

/* Divides a number and returns the remainder. Not every CPU divides 64 bits, and the shim has
   no libgcc to do so; this divides 16 bits at a time. As the dividend is shifted out of the top
   of `number`, the quotient is shifted in at the bottom. */
static unsigned divide(uint64_t *number, unsigned divisor)
{
    unsigned rest = 0;
    for (int i = 0; i < 4; i++) {
        const unsigned part = rest << 16 | (unsigned)(*number >> 48);
        *number = *number << 16 | part / divisor;
        rest = part % divisor;
    }
    return rest;
}

static void add_digits(struct strbuf *text, uint64_t number, unsigned base, unsigned digits)
{
    char space[24];
    size_t at = sizeof(space);
    while (number || sizeof(space) - at < digits)
        space[--at] = "0123456789abcdef"[divide(&number, base)];
    strbuf_add_bytes(text, &space[at], sizeof(space) - at);
}

void strbuf_add_padded(struct strbuf *text, uint64_t number, unsigned digits)
{
    add_digits(text, number, 10, digits);
}

void strbuf_add_number(struct strbuf *text, int64_t number)
{
    uint64_t size = (uint64_t)number;
    if (number < 0) {
        strbuf_add(text, "-");
        size = -size;
    }
    strbuf_add_padded(text, size, 1);
}

void strbuf_add_hex(struct strbuf *text, uint64_t number)
{
    add_digits(text, number, 16, 1);
}

/* The size of a UTF-8 character with this first byte (RFC 3629, 4); 0 if there is none. */
static size_t size_by(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

/* The size of the first UTF-8 character, or 0 if there is none. Overlong forms, surrogates and
   values above U+10FFFF are no characters. */
static size_t character_size(const unsigned char *bytes, size_t size)
{
    const unsigned char first = bytes[0];
    const size_t wanted = size_by(first);
    if (wanted < 2)
        return wanted;
    if (wanted > size)
        return 0;
    for (size_t i = 1; i < wanted; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    const unsigned char second = bytes[1];
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : wanted;
}

size_t utf8_complete_prefix(const char *bytes, size_t size)
{
    size_t first = size;
    do {
        if (first == 0)
            return size;
        first--;
    } while ((bytes[first] & 0xc0) == 0x80);
    return size - first < size_by((unsigned char)bytes[first]) ? first : size;
}

static void add_control(struct strbuf *text, unsigned char byte)
{
    const char escape[] = {
        '\\', 'u', '0', '0', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    strbuf_add_bytes(text, escape, sizeof(escape));
}

void strbuf_add_escaped(struct strbuf *text, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        const unsigned char byte = (unsigned char)bytes[i];
        const size_t character = character_size((const unsigned char *)bytes + i, size - i);
        if (character == 0)
            strbuf_add(text, "\\ufffd");
        else if (byte == '"' || byte == '\\')
            strbuf_add_bytes(text, (const char[]){'\\', (char)byte}, 2);
        else if (byte == '\n')
            strbuf_add(text, "\\n");
        else if (byte == '\t')
            strbuf_add(text, "\\t");
        else if (byte < 0x20 || byte == 0x7f)
            add_control(text, byte);
        else if (byte == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0) /* U+0080 to U+009F */
            add_control(text, (unsigned char)bytes[i + 1]);
        else
            strbuf_add_bytes(text, bytes + i, character);
        i += character ? character : 1;
    }
}

void write_stderr(const struct strbuf *text)
{
    SYSCALL(SYS_write, 2, text->start, text->size);
}
