/*
 * The fields of a record in logfmt (key=value), in JSON (RFC 8259), in JSON with
 * OpenTelemetry's names, or in journald's native protocol (systemd, "Native Journal Protocol").
 */
#ifndef NOSIGPIPE_FIELDS_H
#define NOSIGPIPE_FIELDS_H

#include "base/strbuf.h"

enum fields_form { FIELDS_LOGFMT, FIELDS_JSON, FIELDS_JOURNAL, FIELDS_OTEL };

struct fields {
    struct strbuf text;
    enum fields_form form;
};

/* Begins a record in `space`, which has `size` bytes. What does not fit is left out. */
struct fields fields_begin(enum fields_form form, char *space, size_t size);

/* Adds a field. The key has lower-case letters, digits and underscores; a key in capital
   letters is one of journald's own, and one that begins with a dot is one of OpenTelemetry's.
   OpenTelemetry's form leaves out a field whose value is an empty string. */
void fields_add(struct fields *fields, const char *key, const char *bytes, size_t size);
void fields_add_string(struct fields *fields, const char *key, const char *string);
void fields_add_number(struct fields *fields, const char *key, int64_t number);
void fields_add_unsigned(struct fields *fields, const char *key, uint64_t number);

/* Ends the record, with a newline; in journald's protocol each field has its own. */
void fields_end(struct fields *fields);

#endif
