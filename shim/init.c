/*
 * The constructor. The object is linked with -z initfirst, so that it runs before those of all
 * other objects; what arrives earlier still, early.h serves.
 */
#include "config/environment.h"
#include "config/options.h"
#include "interpose/observed_writes.h"
#include "link/call_names.h"
#include "link/next.h"
#include "report/event.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"

extern char **__environ __attribute__((weak, visibility("default")));

/* glibc's dynamic linker hands a constructor what main() gets, before __environ is set, and
   where the host has no libc as well (elf/dl-init.c); musl hands nothing. */
static char **find_environment(int argc, char **argv, char **handed)
{
    if (argc >= 0 && handed == argv + argc + 1)
        return handed;
    /* Neither handed nor there has not been seen: musl's dynamic linker is its libc. */
    return &__environ ? __environ : NULL; /* GCOVR_EXCL_BR_LINE */
}

static void protect(char **environment)
{
    if (options.children == CHILDREN_RELEASE)
        environment_release(environment);
    if (options.mode != MODE_CATCH)
        guard_begin_suppression();
    if (options.mode == MODE_IGNORE)
        guard_ignore_instead();
    if (options.mode == MODE_MASK)
        hidden_mask_start();
    if (event_matters())
        call_names_remember();
    observed_writes_install();
}

__attribute__((constructor)) static void start(int argc, char **argv, char **handed)
{
    char **const environment = find_environment(argc, argv, handed);
    const char *const text = options_find(environment, environment == handed);
    next_find();
    if (options_read_off(text)) {
        guard_remove();
        return;
    }
    /* Before the options are read: a complaint about them may be a broken write itself. */
    guard_install();
    options_read(text);
    protect(environment);
}

__attribute__((destructor)) static void finish(void)
{
    event_end();
}
