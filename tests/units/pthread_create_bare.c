/* New threads under a libc that lacks two calls for attributes: mask and stack stay as they
   are. */
#define pthread_attr_getsigmask_np no_getsigmask
#define pthread_attr_getstack      no_getstack
#include "../../shim/interpose/pthread_create.c" // NOLINT(bugprone-suspicious-include): with the names above

#include "../fuzz/check.h"

/* Replaces other parts of the shim. */
struct next next;
struct options options;
bool app_kept_default;

uintptr_t next_look_up(size_t offset)
{
    return ((uintptr_t *)&next)[offset / sizeof(uintptr_t)];
}

bool hidden_mask_is_on(void)
{
    return true;
}

bool hidden_mask_hides(void)
{
    return true;
}

void hidden_mask_show(void)
{
}

size_t stack_size;
void *(*started)(void *);

static int make(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                void *argument)
{
    (void)thread, (void)argument;
    started = start;
    return pthread_attr_getstacksize(attributes, &stack_size);
}

static void *run(void *argument)
{
    return argument;
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    next.pthread_create = make;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, 16384) == 0);
    CHECK(pthread_create(&thread, &attributes, run, NULL) == 0);
    CHECK(stack_size == 16384 && started == run);
    return 0;
}
