/* Text in a buffer on the caller's stack, since stdio is not async-signal-safe. What does not
   fit is left out. */
#ifndef NOSIGPIPE_STRBUF_H
#define NOSIGPIPE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *start;
    size_t size;
    size_t capacity;
};

/* Append a string, bytes, a decimal number, one with at least `digits` digits, or a hexadecimal
   number without 0x. */
void strbuf_add(struct strbuf *text, const char *string);
void strbuf_add_bytes(struct strbuf *text, const char *bytes, size_t size);
void strbuf_add_number(struct strbuf *text, int64_t number);
void strbuf_add_padded(struct strbuf *text, uint64_t number, unsigned digits);
void strbuf_add_hex(struct strbuf *text, uint64_t number);

/* Appends bytes as the contents of a JSON string (RFC 8259, 7): escapes quotes, backslashes and
   control characters, and replaces each byte that is not UTF-8 by U+FFFD. */
void strbuf_add_escaped(struct strbuf *text, const char *bytes, size_t size);

/* The size without a UTF-8 character that is cut off at the end. */
size_t utf8_complete_prefix(const char *bytes, size_t size);

/* Writes the text to descriptor 2 by one raw system call; errors are ignored. */
void write_stderr(const struct strbuf *text);

#endif
