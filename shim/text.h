/* A line of text put together on the stack, where stdio may not be used. What does not fit is
 * cut. */
#ifndef NOSIGPIPE_TEXT_H
#define NOSIGPIPE_TEXT_H

#include <stddef.h>

struct text {
    char *start;
    size_t size;
    size_t room;
};

/* Appends a string, or a number in decimal digits. */
void text_add(struct text *text, const char *string);
void text_add_number(struct text *text, long number);

/* Writes the text to descriptor 2 by one raw system call. Its failure is nobody's business. */
void text_complain(const struct text *text);

#endif
