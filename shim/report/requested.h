/* How much a call was asked to write, as its arguments tell it. */
#ifndef NOSIGPIPE_REQUESTED_H
#define NOSIGPIPE_REQUESTED_H

#include "base/libc.h"

/* The memory behind `data` is the host's, and is only read when there is an event. */
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

/* The number of bytes, or -1 where it cannot be read. */
long requested_bytes(struct requested requested);

#endif
