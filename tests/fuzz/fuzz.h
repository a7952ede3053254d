/* What the fuzz targets share: reading their input, and refusing system calls. */
#ifndef NOSIGPIPE_FUZZ_H
#define NOSIGPIPE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "check.h"
#include "kernel.h"

/* libFuzzer calls this. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program at a system call that the target does not expect. */
static inline _Noreturn void refuse_call(long number)
{
    fprintf(stderr, "system call %ld was not expected\n", number);
    abort();
}

struct input {
    const uint8_t *at;
    size_t left;
};

/* A little-endian number of `size` bytes; missing bytes are 0. */
static inline uint64_t take_number(struct input *input, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size && input->left; i++, input->left--)
        number |= (uint64_t)*input->at++ << 8 * i;
    return number;
}

/* One of `count` choices, by the next byte. */
static inline size_t take_choice(struct input *input, size_t count)
{
    return (size_t)take_number(input, 1) % count;
}

struct taken {
    const char *bytes;
    size_t size;
};

/* As many bytes as the next byte gives, at most `most`. */
static inline struct taken take_bytes(struct input *input, size_t most)
{
    size_t size = take_number(input, 1);
    size = size < most ? size : most;
    size = size < input->left ? size : input->left;
    const struct taken taken = {(const char *)input->at, size};
    input->at += size;
    input->left -= size;
    return taken;
}

#endif
