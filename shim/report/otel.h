/*
 * The fields that a record has in OpenTelemetry's form alone: those of its log data model, and
 * the attributes of its semantic conventions for connections.
 */
#ifndef NOSIGPIPE_OTEL_H
#define NOSIGPIPE_OTEL_H

#include "report/fd_info.h"
#include "report/fields.h"

/* Adds the severity, the name of the event and its text (log data model), and the error, if
   there is one (semantic conventions, error.type). */
void otel_add_head(struct fields *fields, const char *name, const char *text,
                   const char *error);

/* Adds the transport, the network's type, the addresses and the ports, as far as there are any
   (semantic conventions, network.*). */
void otel_add_connection(struct fields *fields, const struct fd_info *info);

#endif
