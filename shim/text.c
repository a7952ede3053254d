#include "text.h"

#include "syscalls.h"

void text_add(struct text *text, const char *string)
{
    while (*string && text->size < text->room)
        text->start[text->size++] = *string++;
}

void text_add_number(struct text *text, long number)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;
    unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        digits[--at] = '-';
    text_add(text, &digits[at]);
}

void text_complain(const struct text *text)
{
    RAW(SYS_write, 2, text->start, text->size);
}
