#include "report/fields.h"

#include <stdint.h>
#include <string.h>

struct fields fields_begin(enum fields_form form, char *space, size_t size)
{
    return (struct fields){{space, 0, size}, form};
}

/* journald requires keys in capital letters. The prefix separates ours from those of other
   programs; journald's own keys, which are in capital letters already, have none. */
static void add_journal_key(struct strbuf *text, const char *key)
{
    strbuf_add(text, *key < 'a' ? "" : "NOSIGPIPE_");
    for (; *key; key++) {
        const char capital = (char)(*key < 'a' ? *key : *key - 'a' + 'A');
        strbuf_add_bytes(text, &capital, 1);
    }
}

/* Adds a field in the binary form, which allows any bytes: the key, a newline, the size as a
   little-endian 64-bit number, the bytes, a newline. */
static void add_journal(struct strbuf *text, const char *key, const char *bytes, size_t size)
{
    const uint64_t length = size;
    const uint64_t little_endian =
        __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(length) : length;
    add_journal_key(text, key);
    strbuf_add(text, "\n");
    strbuf_add_bytes(text, (const char *)&little_endian, sizeof(little_endian));
    strbuf_add_bytes(text, bytes, size);
    strbuf_add(text, "\n");
}

/* The names of OpenTelemetry's log data model and semantic conventions 1.44 for keys of ours.
   thread.id is not for the kernel's thread ids. */
static const struct {
    char ours[12];
    char otel[24];
} otel_names[] = {{"time", "timestamp"},
                  {"pid", "process.pid"},
                  {"program", "process.executable.name"},
                  {"thread", "thread.name"},
                  {"call", "code.function.name"},
                  {"backtrace", "code.stacktrace"}};

/* For other keys of ours there is no name, so they get a prefix. */
static void add_otel_key(struct strbuf *text, const char *key)
{
    for (size_t i = 0; i < sizeof(otel_names) / sizeof(otel_names[0]); i++) {
        if (strcmp(key, otel_names[i].ours) == 0) {
            strbuf_add(text, otel_names[i].otel);
            return;
        }
    }
    strbuf_add(text, *key == '.' ? "" : "nosigpipe.");
    strbuf_add(text, *key == '.' ? key + 1 : key);
}

static bool is_json(const struct fields *fields)
{
    return fields->form == FIELDS_JSON || fields->form == FIELDS_OTEL;
}

static void add_key(struct fields *fields, const char *key)
{
    const bool json = is_json(fields);
    const bool first = fields->text.size == 0;
    strbuf_add(&fields->text, json ? first ? "{\"" : ",\"" : first ? "" : " ");
    if (fields->form == FIELDS_OTEL)
        add_otel_key(&fields->text, key);
    else
        strbuf_add(&fields->text, key);
    strbuf_add(&fields->text, json ? "\":" : "=");
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
    if (fields->form == FIELDS_OTEL && size == 0)
        return;
    add_key(fields, key);
    const bool quoted = is_json(fields) || needs_quotes(bytes, size);
    strbuf_add(&fields->text, quoted ? "\"" : "");
    strbuf_add_escaped(&fields->text, bytes, size);
    strbuf_add(&fields->text, quoted ? "\"" : "");
}

void fields_add_string(struct fields *fields, const char *key, const char *string)
{
    fields_add(fields, key, string, strlen(string));
}

/* Adds a number, which JSON writes without quotes as well. */
static void add_digits(struct fields *fields, const char *key, const char *sign,
                       uint64_t number)
{
    char space[24];
    struct strbuf digits = {space, 0, sizeof(space)};
    strbuf_add(&digits, sign);
    strbuf_add_padded(&digits, number, 1);
    if (fields->form == FIELDS_JOURNAL) {
        add_journal(&fields->text, key, space, digits.size);
        return;
    }
    add_key(fields, key);
    strbuf_add_bytes(&fields->text, space, digits.size);
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
    strbuf_add(&fields->text, is_json(fields)                 ? "}\n"
                              : fields->form == FIELDS_LOGFMT ? "\n"
                                                              : "");
}
