/* Text put together on the stack, where stdio may not be used. What does not fit is left out.
 */
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

/* Appends a string, bytes, or a number in decimal or hexadecimal digits. */
void strbuf_add(struct strbuf *text, const char *string);
void strbuf_add_bytes(struct strbuf *text, const char *bytes, size_t size);
void strbuf_add_number(struct strbuf *text, int64_t number);
void strbuf_add_hex(struct strbuf *text, uint64_t number); /* without 0x */

/* Appends a number without a sign, with at least this many digits. */
void strbuf_add_padded(struct strbuf *text, uint64_t number, unsigned digits);

/* Appends bytes as the inside of a JSON string (RFC 8259, 7): quotes, backslashes and control
   characters escaped, and each byte that is not UTF-8 replaced by U+FFFD. */
void strbuf_add_escaped(struct strbuf *text, const char *bytes, size_t size);

/* How many bytes are left when a UTF-8 character that has been cut off at the end goes. */
size_t utf8_complete_prefix(const char *bytes, size_t size);

/* Writes the text to descriptor 2 by one raw system call. Its failure is nobody's business. */
void write_stderr(const struct strbuf *text);

#endif
