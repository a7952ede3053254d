/* How much a call was asked to write, as its arguments tell it. */
#ifndef NOSIGPIPE_REQUESTED_H
#define NOSIGPIPE_REQUESTED_H

#include "base/compiler.h"

/* The memory behind `data` is the host's, and is only read when there is an event. */
enum asked_form { ASKED_UNKNOWN, ASKED_BYTES, ASKED_PARTS, ASKED_MESSAGE, ASKED_MESSAGES };
struct asked {
    enum asked_form form;
    const void *data;
    size_t count;
};

/* The number of bytes, or -1 where it cannot be read. */
long asked_bytes(struct asked asked);

#endif
