/*
 * New threads. A small stack is made larger by what the guard and its signal frame need. In
 * mode=mask a thread inherits the kernel's mask and hides that SIGPIPE is blocked in it; one
 * that is to show its mask (hidden_mask.h) begins in a function of the shim's.
 */
#include <errno.h>
#include <stdatomic.h>

#include "config/options.h"
#include "interpose/fallback.h"
#include "link/next.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"

WEAK_IMPORT int pthread_attr_getsigmask_np(const pthread_attr_t *attributes, sigset_t *mask);
WEAK_IMPORT int pthread_attr_getstacksize(const pthread_attr_t *attributes, size_t *size);
WEAK_IMPORT int pthread_attr_getstack(const pthread_attr_t *attributes, void **stack,
                                      size_t *size);
WEAK_IMPORT int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size);

/* In bytes: the most that a signal frame (AT_MINSIGSTKSZ, getauxval(3): 3.5 KiB with AVX-512)
   and the guard with a log and a backtrace need, and the stack size that has this to spare. */
enum { GUARD_ROOM = 16 << 10, SMALL_STACK = 64 << 10 };

/* For new threads that are to show their mask. While all are in use, a new thread hides
 * instead.
 */
enum { HANDOVERS = 32 };
static struct handover {
    atomic_int taken; /* not a bool: not every CPU can exchange a byte */
    uintptr_t start;  /* the app's function, of one of two types */
    void *argument;
} handovers[HANDOVERS];

/* In the new thread: frees the place, and shows the mask from here on. */
static struct handover receive(void *data)
{
    struct handover *handover = data;
    struct handover copy = {.start = handover->start, .argument = handover->argument};
    handover->taken = 0;
    hidden_mask_show();
    return copy;
}

static void *begin(void *data)
{
    const struct handover handover = receive(data);
    return ((void *(*)(void *))handover.start)(handover.argument);
}

static int c11_begin(void *data)
{
    const struct handover handover = receive(data);
    return ((int (*)(void *))handover.start)(handover.argument);
}

/* Whether a new thread's mask is the app's own: it is copied from a thread that shows its mask,
   or given by the attributes. */
static bool begins_showing(const pthread_attr_t *attributes)
{
    sigset_t mask;
    if (!hidden_mask_is_on())
        return false;
    return !hidden_mask_hides() || (attributes && pthread_attr_getsigmask_np &&
                                    pthread_attr_getsigmask_np(attributes, &mask) == 0);
}

/* What a new thread finds at its argument, or NULL where it begins in `start` itself. */
static struct handover *hand_over(const pthread_attr_t *attributes, uintptr_t start,
                                  void *argument)
{
    if (!begins_showing(attributes))
        return NULL;
    for (struct handover *place = handovers; place < handovers + HANDOVERS; place++) {
        if (!atomic_exchange(&place->taken, 1)) {
            place->start = start;
            place->argument = argument;
            return place;
        }
    }
    return NULL;
}

/* Whether the app has allocated the stack itself, by pthread_attr_setstack(3). If not, glibc
   returns a stack that ends at address 0, and musl fails. */
static bool has_own_stack(const pthread_attr_t *attributes)
{
    void *lowest = NULL;
    size_t size = 0;
    return pthread_attr_getstack(attributes, &lowest, &size) == 0 &&
           (uintptr_t)lowest + size != 0;
}

/* Adds the guard's room to a small stack that libc will allocate. A libc has all of these
   functions or none. */
static void make_room(pthread_attr_t *attributes)
{
    size_t size = SMALL_STACK;
    if (!pthread_attr_getstack || has_own_stack(attributes))
        return;
    pthread_attr_getstacksize(attributes, &size);
    if (size < SMALL_STACK)
        pthread_attr_setstacksize(attributes, size + GUARD_ROOM);
}

/* In mode=mask no signal is delivered while the app has kept the default, so that only a record
   needs the room. */
static bool needs_room(void)
{
    return !hidden_mask_is_on() || !app_kept_default || options.log != LOG_OFF;
}

/* Creates a thread with the app's attributes, or a copy with more room. The copy is flat and is
   never destroyed, so what it points to stays the app's. Returns 0 or an errno value. */
static int create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                  void *argument)
{
    if (!attributes || options.off || !needs_room())
        return next.pthread_create(thread, attributes, start, argument);
    pthread_attr_t roomy = *attributes;
    make_room(&roomy);
    return next.pthread_create(thread, &roomy, start, argument);
}

static int create_handed_over(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*start)(void *), void *argument)
{
    if (!NEXT(pthread_create))
        return ENOSYS;
    struct handover *const handover = hand_over(attributes, (uintptr_t)start, argument);
    if (!handover)
        return create(thread, attributes, start, argument);
    const int result = create(thread, attributes, begin, handover);
    if (result != 0)
        handover->taken = 0;
    return result;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
    return create_handed_over(thread, attributes, start, argument);
}

/* Programs linked with glibc 2.0 have shorter attributes and get libc's own function for them
   (glibc, nptl/pthread_create.c). The two later versions behave alike, but each needs a
   function: ld makes a single symbol of two names of one. */
#if defined(OLD_PTHREAD_CREATE) && defined(NOSIGPIPE_OBJECT)
EXPORT int old_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*start)(void *), void *argument)
{
    return create_handed_over(thread, attributes, start, argument);
}
EXPORT_OLD(pthread_create, OLD_PTHREAD_CREATE)
#endif

EXPORT int thrd_create(thrd_t *thread, thrd_start_t start, void *argument)
{
    if (!NEXT(thrd_create))
        return thrd_error;
    struct handover *const handover = hand_over(NULL, (uintptr_t)start, argument);
    if (!handover)
        return next.thrd_create(thread, start, argument);
    const int result = next.thrd_create(thread, c11_begin, handover);
    if (result != thrd_success)
        handover->taken = 0;
    return result;
}
