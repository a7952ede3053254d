/* Decodes a record, which must give what was put in. Strict, and independent of the shim's own
   code. */
#ifndef NOSIGPIPE_FUZZ_DECODE_H
#define NOSIGPIPE_FUZZ_DECODE_H

#include "../../shim/report/fields.h"
#include "fuzz.h"

enum { VALUE_SIZE = 1 << 12, MOST_FIELDS = 64 };

struct field {
    char key[64];
    char value[VALUE_SIZE];
    size_t size;
    bool quoted;
};

struct record {
    struct field fields[MOST_FIELDS];
    size_t count;
};

/* The size of the UTF-8 character; 0: invalid. Checks its code point, not its bytes. */
static inline size_t decode_character(const char *bytes, size_t size, uint32_t *number)
{
    static const struct {
        uint32_t mask, mark, least;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const uint32_t first = size ? (unsigned char)bytes[0] : 0xff;
    for (size_t length = 1; length <= 4 && length <= size; length++) {
        if ((first & forms[length - 1].mask) != forms[length - 1].mark)
            continue;
        *number = first & ~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((bytes[i] & 0xc0) != 0x80)
                return 0;
            *number = *number << 6 | (bytes[i] & 0x3f);
        }
        const bool surrogate = *number >= 0xd800 && *number < 0xe000;
        return *number < forms[length - 1].least || surrogate || *number > 0x10ffff ? 0
                                                                                    : length;
    }
    return 0;
}

static inline void add_character(struct field *field, uint32_t number)
{
    char bytes[4];
    size_t size = 0;
    if (number < 0x80) {
        bytes[size++] = (char)number;
    } else if (number < 0x800) {
        bytes[size++] = (char)(0xc0 | number >> 6);
    } else if (number < 0x10000) {
        bytes[size++] = (char)(0xe0 | number >> 12);
        bytes[size++] = (char)(0x80 | (number >> 6 & 0x3f));
    } else {
        bytes[size++] = (char)(0xf0 | number >> 18);
        bytes[size++] = (char)(0x80 | (number >> 12 & 0x3f));
        bytes[size++] = (char)(0x80 | (number >> 6 & 0x3f));
    }
    if (number >= 0x80)
        bytes[size++] = (char)(0x80 | (number & 0x3f));
    CHECK(field->size + size <= VALUE_SIZE);
    memcpy(field->value + field->size, bytes, size);
    field->size += size;
}

/* The value that a reader of text gets: each byte that is not UTF-8 becomes U+FFFD. */
static inline void expect_text(struct field *field, const char *bytes, size_t size)
{
    field->size = 0;
    for (size_t i = 0; i < size;) {
        uint32_t number = 0;
        const size_t length = decode_character(bytes + i, size - i, &number);
        add_character(field, length ? number : 0xfffd);
        i += length ? length : 1;
    }
}

/* RFC 8259, 7: the inside of a string up to its quote, without a control character. */
static inline const char *decode_quoted(const char *at, const char *end, struct field *field)
{
    while (at < end && *at != '"') {
        uint32_t number = 0;
        const size_t length = decode_character(at, (size_t)(end - at), &number);
        CHECK(length && number >= ' ' && (number < 0x7f || number >= 0xa0));
        at += length;
        if (number == '\\') {
            CHECK(end - at >= 2);
            const char mark = *at++;
            CHECK(strchr("nt\"\\u", mark));
            number = mark == 'n' ? '\n' : mark == 't' ? '\t' : (unsigned char)mark;
            if (mark == 'u') {
                char digits[5] = "";
                CHECK(end - at >= 4);
                memcpy(digits, at, 4);
                CHECK(strspn(digits, "0123456789abcdef") == 4);
                number = (uint32_t)strtoul(digits, NULL, 16);
                at += 4;
            }
        }
        add_character(field, number);
    }
    CHECK(at < end);
    return at + 1;
}

static inline const char *decode_value(const char *at, const char *end, struct field *field,
                                       const char *stop)
{
    field->size = 0;
    field->quoted = at < end && *at == '"';
    if (field->quoted)
        return decode_quoted(at + 1, end, field);
    while (at < end && !strchr(stop, *at)) {
        CHECK(*at > ' ' && *at < 0x7f && !strchr("\"=\\", *at));
        add_character(field, (unsigned char)*at++);
    }
    CHECK(field->size);
    return at;
}

static inline const char *decode_key(const char *at, const char *end, struct field *field,
                                     char stop)
{
    size_t size = 0;
    while (at < end && *at != stop) {
        CHECK(size < sizeof(field->key) - 1);
        CHECK(*at == '_' || *at == '.' || (*at >= 'a' && *at <= 'z'));
        field->key[size++] = *at++;
    }
    CHECK(at < end && size);
    field->key[size] = '\0';
    return at + 1;
}

static inline void decode_json(const char *at, const char *end, struct record *record)
{
    CHECK(end - at > 2 && *at == '{' && end[-1] == '}');
    do {
        struct field *const field = &record->fields[record->count++];
        CHECK(record->count <= MOST_FIELDS && at[1] == '"');
        at = decode_key(at + 2, end, field, '"');
        CHECK(*at++ == ':');
        at = decode_value(at, end, field, ",}");
        if (!field->quoted) /* a number: RFC 8259, 6 */
            CHECK(strspn(field->value, "-0123456789") >= field->size);
    } while (*at == ',');
    CHECK(at == end - 1);
}

static inline void decode_logfmt(const char *at, const char *end, struct record *record)
{
    for (;;) {
        struct field *const field = &record->fields[record->count++];
        CHECK(record->count <= MOST_FIELDS);
        at = decode_key(at, end, field, '=');
        at = decode_value(at, end, field, " ");
        if (at == end)
            return;
        CHECK(*at++ == ' ');
    }
}

/* Gives the keys of the OpenTelemetry form as they were given to fields_add(). */
static inline void undo_otel_keys(struct record *record)
{
    static const char *const names[][2] = {
        {"timestamp", "time"},          {"process.pid", "pid"},
        {"thread.name", "thread"},      {"process.executable.name", "program"},
        {"code.function.name", "call"}, {"code.stacktrace", "backtrace"}};
    static const char prefix[] = "nosigpipe.";
    for (size_t i = 0; i < record->count; i++) {
        char *const key = record->fields[i].key;
        char own[sizeof(record->fields[i].key) + 1];
        snprintf(own, sizeof(own), ".%s", key);
        if (strncmp(key, prefix, sizeof(prefix) - 1) == 0)
            snprintf(own, sizeof(own), "%s", key + sizeof(prefix) - 1);
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
            if (strcmp(key, names[j][0]) == 0)
                snprintf(own, sizeof(own), "%s", names[j][1]);
        }
        CHECK(strlen(own) < sizeof(record->fields[i].key));
        memcpy(key, own, strlen(own) + 1);
    }
}

/* systemd, "Native Journal Protocol". The prefix and the capitals of a key are removed. */
static inline void decode_journal(const char *at, const char *end, struct record *record)
{
    static const char prefix[] = "NOSIGPIPE_";
    while (at < end) {
        struct field *const field = &record->fields[record->count++];
        const char *const newline = memchr(at, '\n', (size_t)(end - at));
        CHECK(record->count <= MOST_FIELDS && newline && end - newline > 9);
        const size_t length = (size_t)(newline - at);
        const bool own = strncmp(at, prefix, sizeof(prefix) - 1) == 0;
        const size_t skipped = own ? sizeof(prefix) - 1 : 0;
        CHECK(length < sizeof(field->key) && length > skipped);
        for (size_t i = skipped; i < length; i++)
            field->key[i - skipped] =
                (char)(at[i] | (own && at[i] >= 'A' ? at[i] != '_' ? 0x20 : 0 : 0));
        field->key[length - skipped] = '\0';
        uint64_t size = 0;
        for (unsigned i = 0; i < 8; i++)
            size |= (uint64_t)(unsigned char)newline[1 + i] << 8 * i;
        at = newline + 9;
        CHECK(size < VALUE_SIZE && size < (uint64_t)(end - at) && at[size] == '\n');
        memcpy(field->value, at, size);
        field->size = size;
        field->quoted = true;
        at += size + 1;
    }
}

/* Decodes a record in one of the forms, without the newline that ends a text. */
static inline void decode(enum fields_form form, const char *bytes, size_t size,
                          struct record *record)
{
    record->count = 0;
    if (form == FIELDS_JSON || form == FIELDS_OTEL)
        decode_json(bytes, bytes + size, record);
    else if (form == FIELDS_LOGFMT)
        decode_logfmt(bytes, bytes + size, record);
    else
        decode_journal(bytes, bytes + size, record);
    if (form == FIELDS_OTEL)
        undo_otel_keys(record);
}

/* Checks that the field is what was put in, in any form. */
static inline void check_field(enum fields_form form, const struct field *field,
                               const char *key, const char *bytes, size_t size)
{
    static struct field expected;
    CHECK(strcmp(field->key, key) == 0);
    expect_text(&expected, bytes, size);
    if (form == FIELDS_JOURNAL)
        CHECK(field->size == size && memcmp(field->value, bytes, size) == 0);
    else
        CHECK(field->size == expected.size &&
              memcmp(field->value, expected.value, expected.size) == 0);
}

static inline void check_number(enum fields_form form, const struct field *field,
                                const char *key, long long number)
{
    char digits[32];
    const int size = snprintf(digits, sizeof(digits), "%lld", number);
    check_field(form, field, key, digits, (size_t)size);
    CHECK(field->quoted == (form == FIELDS_JOURNAL));
}

#endif
