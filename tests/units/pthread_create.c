/* New threads, with libc's own calls answered here: how many can wait at a time to show their
   mask, what happens if a thread cannot be created, and the room on their stacks. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "../../shim/config/options.h"
#include "../../shim/link/next.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/check.h"

enum { MOST = 32, SMALLEST = 16384, TWICE_THAT = 32768, SMALL = 65536 };

/* Replaces other parts of the shim. */
struct next next;
struct options options;
bool app_kept_default = true;
static bool has_next;
static bool is_on;
static bool hides;
static unsigned shown;

uintptr_t next_look_up(size_t offset)
{
    return has_next ? ((uintptr_t *)&next)[offset / sizeof(uintptr_t)] : 0;
}

bool hidden_mask_is_on(void)
{
    return is_on;
}

bool hidden_mask_hides(void)
{
    return hides;
}

void hidden_mask_show(void)
{
    shown++;
}

/* As in glibc, or as in musl, where the call fails if the app has given no stack. */
static bool has_stack = true;

int pthread_attr_getstack(const pthread_attr_t *attributes, void **stack, size_t *size)
{
    __typeof__(pthread_attr_getstack) *const of_libc =
        (__typeof__(pthread_attr_getstack) *)(uintptr_t)dlsym(RTLD_NEXT,
                                                              "pthread_attr_getstack");
    return has_stack ? of_libc(attributes, stack, size) : EINVAL;
}

/* The threads that have been created and have not begun. */
unsigned made;
void *(*starts[MOST + 1])(void *);
int (*c11_starts[MOST + 1])(void *);
void *arguments[MOST + 1];
int result;
bool had_attributes;
size_t stack_size;

static int make(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                void *argument)
{
    had_attributes = attributes != NULL;
    if (attributes)
        CHECK(pthread_attr_getstacksize(attributes, &stack_size) == 0);
    *thread = 0;
    if (result)
        return result;
    starts[made] = start;
    arguments[made++] = argument;
    return 0;
}

static int c11_make(thrd_t *thread, thrd_start_t start, void *argument)
{
    *thread = 0;
    if (result)
        return result;
    c11_starts[made] = start;
    arguments[made++] = argument;
    return thrd_success;
}

static char given[MOST + 1];

static void *run(void *argument)
{
    return (char *)argument + 1;
}

static int c11_run(void *argument)
{
    return (int)((char *)argument - given) + 1000;
}

static void try_absent(void)
{
    pthread_t thread;
    thrd_t c11_thread;
    CHECK(pthread_create(&thread, NULL, run, NULL) == ENOSYS);
    CHECK(thrd_create(&c11_thread, c11_run, NULL) == thrd_error);
    CHECK(made == 0);
    has_next = true;
    next.pthread_create = make;
    next.thrd_create = c11_make;
}

/* Checks that libc gets the app's own function and argument. */
static void check_plain(const pthread_attr_t *attributes)
{
    pthread_t thread;
    thrd_t c11_thread;
    made = 0;
    CHECK(pthread_create(&thread, attributes, run, &given[3]) == 0);
    CHECK(starts[0] == run && arguments[0] == &given[3]);
    CHECK(had_attributes == (attributes != NULL));
    CHECK(thrd_create(&c11_thread, c11_run, &given[4]) == thrd_success);
    CHECK(c11_starts[1] == c11_run && arguments[1] == &given[4]);
}

/* As many threads as there are places show their mask; the next one does not. */
static void try_many(void)
{
    pthread_t thread;
    made = shown = 0;
    for (int i = 0; i < MOST; i++) {
        CHECK(pthread_create(&thread, NULL, run, &given[i]) == 0);
        CHECK(starts[i] != run && arguments[i] != &given[i]);
    }
    CHECK(pthread_create(&thread, NULL, run, &given[MOST]) == 0);
    CHECK(starts[MOST] == run && arguments[MOST] == &given[MOST]);
    for (int i = 0; i < MOST; i++)
        CHECK(starts[i](arguments[i]) == &given[i + 1]);
    CHECK(shown == MOST);
    made = 0;
    for (int i = 0; i < MOST; i++)
        CHECK(thrd_create(&thread, c11_run, &given[i]) == thrd_success);
    CHECK(thrd_create(&thread, c11_run, &given[MOST]) == thrd_success);
    CHECK(c11_starts[MOST] == c11_run && arguments[MOST] == &given[MOST]);
    for (int i = 0; i < MOST; i++)
        CHECK(c11_starts[i] != c11_run && c11_starts[i](arguments[i]) == 1000 + i);
    CHECK(shown == 2 * MOST);
}

/* A thread that could not be created takes no place. */
static void try_failures(void)
{
    pthread_t thread;
    for (int i = 0; i < 2 * MOST; i++) {
        result = EAGAIN;
        CHECK(pthread_create(&thread, NULL, run, NULL) == EAGAIN);
        result = thrd_nomem;
        CHECK(thrd_create(&thread, c11_run, NULL) == thrd_nomem);
    }
    result = 0;
    try_many();
}

static void try_masks(pthread_attr_t *attributes)
{
    sigset_t set;
    pthread_t thread;
    sigemptyset(&set);
    check_plain(NULL);
    is_on = hides = true;
    check_plain(NULL);
    check_plain(attributes);
    CHECK(pthread_attr_setsigmask_np(attributes, &set) == 0);
    made = shown = 0;
    CHECK(pthread_create(&thread, attributes, run, given) == 0);
    CHECK(starts[0] != run && starts[0](arguments[0]) == &given[1] && shown == 1);
    CHECK(pthread_attr_setsigmask_np(attributes, NULL) == 0);
    hides = false;
    try_many();
    try_failures();
    is_on = false;
    check_plain(NULL);
}

static size_t size_for(pthread_attr_t *attributes, size_t size)
{
    size_t kept;
    CHECK(pthread_attr_setstacksize(attributes, size) == 0);
    check_plain(attributes);
    CHECK(pthread_attr_getstacksize(attributes, &kept) == 0 && kept == size);
    return stack_size;
}

/* mode=mask: room is added only for a record, or once the app has set a disposition. */
static void try_mask_stacks(pthread_attr_t *attributes)
{
    is_on = hides = true;
    CHECK(size_for(attributes, SMALLEST) == SMALLEST);
    options.log = LOG_STDERR;
    CHECK(size_for(attributes, SMALLEST) == TWICE_THAT);
    options.log = LOG_OFF;
    app_kept_default = false;
    CHECK(size_for(attributes, SMALLEST) == TWICE_THAT);
    is_on = hides = false;
}

/* If the app requests less than 64 KiB, the copy of the attributes that libc gets has 16 KiB
   more; but not if the stack is the app's own, or if the shim is off. */
static void try_stacks(pthread_attr_t *attributes)
{
    static char stack[SMALLEST] __attribute__((aligned(4096)));
    pthread_attr_t own;
    CHECK(size_for(attributes, SMALLEST) == TWICE_THAT);
    CHECK(size_for(attributes, SMALL - 1) == SMALL - 1 + SMALLEST);
    CHECK(size_for(attributes, SMALL) == SMALL);
    has_stack = false;
    CHECK(size_for(attributes, SMALLEST) == TWICE_THAT && size_for(attributes, SMALL) == SMALL);
    has_stack = true;
    CHECK(pthread_attr_init(&own) == 0);
    CHECK(pthread_attr_setstack(&own, stack, sizeof(stack)) == 0);
    check_plain(&own);
    CHECK(stack_size == sizeof(stack));
    CHECK(pthread_attr_destroy(&own) == 0);
    try_mask_stacks(attributes);
    options.off = true;
    CHECK(size_for(attributes, SMALLEST) == SMALLEST);
}

int main(void)
{
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    try_absent();
    try_masks(&attributes);
    try_stacks(&attributes);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    return 0;
}
