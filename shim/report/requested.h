/* How much a call was requested to write, by its arguments. */
#ifndef NOSIGPIPE_REQUESTED_H
#define NOSIGPIPE_REQUESTED_H

#include "base/libc.h"

/* `data` points to memory of the app, which is only read on an event. */
enum requested_form {
    REQUESTED_UNKNOWN,
    REQUESTED_BYTES,
    REQUESTED_PARTS,
    REQUESTED_MESSAGE,
    REQUESTED_MESSAGES
};
struct requested {
    enum requested_form form;
    const void *data;
    size_t count;
};

/* The number of bytes, or -1 if the app's memory cannot be read. */
long requested_bytes(struct requested requested);

#endif
