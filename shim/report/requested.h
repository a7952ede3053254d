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

/* How the arguments of a call of the write family are read. `fd` and `count` are the numbers,
   from 1 on, of those that hold the written descriptor and the size (writes.def). */
struct write_form {
    char name[16];
    uint8_t requested; /* enum requested_form */
    uint8_t fd;
    uint8_t count;
    bool sends;
};
enum {
#define WRITE(result, name, ...) FORM_##name,
#include "writes.def"
    FORMS
};
extern const struct write_form write_forms[FORMS];

/* The number of bytes, or -1 if the app's memory cannot be read. */
long requested_bytes(struct requested requested);

#endif
