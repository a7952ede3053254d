/* Text put together on the stack, where stdio may not be used. What does not fit is left out.
 */
#ifndef NOSIGPIPE_STRBUF_H
#define NOSIGPIPE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *start;
    size_t size;
    size_t room;
};

/* Appends a string, bytes, or a number in decimal or hexadecimal digits. */
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t size);
void text_add_number(struct text *text, int64_t number);
void text_add_hex(struct text *text, uint64_t number); /* without 0x */

/* Appends a number without a sign, with at least this many digits. */
void text_add_padded(struct text *text, uint64_t number, unsigned digits);

/* Appends bytes as the inside of a JSON string (RFC 8259, 7): quotes, backslashes and control
   characters escaped, and each byte that is not UTF-8 replaced by U+FFFD. */
void text_add_escaped(struct text *text, const char *bytes, size_t size);

/* How many bytes are left when a UTF-8 character that has been cut off at the end goes. */
size_t text_whole(const char *bytes, size_t size);

/* Whether two strings are the same. */
bool text_equal(const char *a, const char *b);

/* The length of a string, as strlen(3). */
size_t text_length(const char *string);

/* Writes the text to descriptor 2 by one raw system call. Its failure is nobody's business. */
void text_complain(const struct text *text);

#endif
