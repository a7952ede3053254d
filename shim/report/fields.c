#include "report/fields.h"

#include <stdint.h>

struct fields fields_begin(enum fields_form form, char *space, size_t size)
{
    return (struct fields){{space, 0, size}, form};
}

/* journald takes fields in capital letters; the prefix keeps them apart from other programs'.
   Its own well-known fields go by their names. */
static void add_journal_key(struct text *text, const char *key)
{
    text_add(text, *key < 'a' ? "" : "NOSIGPIPE_");
    for (; *key; key++) {
        const char capital = (char)(*key < 'a' ? *key : *key - 'a' + 'A');
        text_add_bytes(text, &capital, 1);
    }
}

/* The binary form, which takes any bytes: the key, a newline, the size as a little-endian
   64-bit number, the bytes, a newline. The CPUs of arch.h are all little-endian. */
static void add_journal(struct text *text, const char *key, const char *bytes, size_t size)
{
    const uint64_t little_endian = size;
    add_journal_key(text, key);
    text_add(text, "\n");
    text_add_bytes(text, (const char *)&little_endian, sizeof(little_endian));
    text_add_bytes(text, bytes, size);
    text_add(text, "\n");
}

static void add_key(struct fields *fields, const char *key)
{
    const bool json = fields->form == FIELDS_JSON;
    const bool first = fields->text.size == 0;
    text_add(&fields->text, json ? first ? "{\"" : ",\"" : first ? "" : " ");
    text_add(&fields->text, key);
    text_add(&fields->text, json ? "\":" : "=");
}

static bool needs_quotes(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == '=' || byte == '\\')
            return true;
    }
    return size == 0;
}

void fields_add(struct fields *fields, const char *key, const char *bytes, size_t size)
{
    if (fields->form == FIELDS_JOURNAL) {
        add_journal(&fields->text, key, bytes, size);
        return;
    }
    add_key(fields, key);
    const bool quoted = fields->form == FIELDS_JSON || needs_quotes(bytes, size);
    text_add(&fields->text, quoted ? "\"" : "");
    text_add_escaped(&fields->text, bytes, size);
    text_add(&fields->text, quoted ? "\"" : "");
}

void fields_add_string(struct fields *fields, const char *key, const char *string)
{
    fields_add(fields, key, string, text_length(string));
}

/* Without quotes, in JSON too. */
static void add_digits(struct fields *fields, const char *key, const char *sign,
                       uint64_t number)
{
    char space[24];
    struct text digits = {space, 0, sizeof(space)};
    text_add(&digits, sign);
    text_add_padded(&digits, number, 1);
    if (fields->form == FIELDS_JOURNAL) {
        add_journal(&fields->text, key, space, digits.size);
        return;
    }
    add_key(fields, key);
    text_add_bytes(&fields->text, space, digits.size);
}

void fields_add_number(struct fields *fields, const char *key, int64_t number)
{
    const bool negative = number < 0;
    add_digits(fields, key, negative ? "-" : "",
               negative ? -(uint64_t)number : (uint64_t)number);
}

void fields_add_unsigned(struct fields *fields, const char *key, uint64_t number)
{
    add_digits(fields, key, "", number);
}

void fields_end(struct fields *fields)
{
    text_add(&fields->text, fields->form == FIELDS_JSON     ? "}\n"
                            : fields->form == FIELDS_LOGFMT ? "\n"
                                                            : "");
}
