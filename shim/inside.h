/*
 * Which interposed call a thread is inside of, for the guard, which sees nothing but registers.
 * Kept only where the calls are routed (routes.h).
 */
#ifndef NOSIGPIPE_INSIDE_H
#define NOSIGPIPE_INSIDE_H

#include "api.h"
#include "arch.h"

/* How many bytes a call was asked to write, as its arguments tell it. The memory behind `data`
   is the host's and is only read when there is an event. */
enum asked_form { ASKED_UNKNOWN, ASKED_BYTES, ASKED_PARTS, ASKED_MESSAGE, ASKED_MESSAGES };
struct asked {
    enum asked_form form;
    const void *data;
    size_t count;
};

struct inside {
    const char *call; /* NULL: none */
    int fd;
    bool signalled; /* see inside_note_signal */
    struct asked asked;
    /* The interposer: the registers by which it finds its variables, and where its code is. */
    uintptr_t frame;
    uintptr_t stack;
    uintptr_t code;
};

/* Fills in the place of the function that this stands in, but for its code. */
static inline __attribute__((always_inline)) void inside_note_place(struct inside *inside)
{
    inside->frame = (uintptr_t)__builtin_frame_address(0);
    inside->stack = registers_stack_here();
}

/* Enters a call, and tells which one the thread was in before. That is left to again. */
void inside_enter(const struct inside *inner, struct inside *outer);
void inside_leave(const struct inside *outer);

/* The guard, or a one-shot handler, has had a SIGPIPE that may be that of the call which the
   thread is in now. And whether that was so. */
void inside_note_signal(void);
bool inside_signalled(void);

/* The call that was interrupted where the stack pointer was `stack`, or one with call == NULL.
   A call that a handler of the host's has left by a jump is not believed. */
struct inside inside_now(uintptr_t stack);

/* The number of bytes, or -1 where it cannot be read. */
long asked_bytes(struct asked asked);

#endif
