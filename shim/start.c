/*
 * The constructor. The object is linked with -z initfirst, so that it runs before those of all
 * other objects; what arrives earlier still, early.h serves.
 */
#include "event.h"
#include "guard.h"
#include "next.h"
#include "options.h"
#include "release.h"
#include "routes.h"
#include "self.h"
#include "thread_mask.h"

OPTIONAL const char *gnu_get_libc_version(void);
extern char **__environ __attribute__((weak, visibility("default")));

/* glibc hands the environment to a constructor, before __environ is set; musl hands nothing. */
static char **find_environment(char **handed)
{
    if (gnu_get_libc_version)
        return handed;
    return &__environ ? __environ : NULL;
}

static void protect(char **environment)
{
    if (options.children == CHILDREN_RELEASE)
        release_children(environment);
    if (options.mode == MODE_IGNORE)
        guard_ignore_instead();
    if (options.mode == MODE_MASK)
        thread_mask_start();
    if (options.log != LOG_OFF)
        next_remember_code();
    routes_choose();
}

__attribute__((constructor)) static void start(int argc, char **argv, char **handed)
{
    (void)argc;
    (void)argv;
    char **const environment = find_environment(handed);
    const char *const text = options_find(environment);
    next_find();
    if (options_read_off(text)) {
        guard_remove();
        return;
    }
    /* Before the options are read: a complaint about them may be a broken write itself. */
    self_remember();
    guard_install();
    options_read(text);
    protect(environment);
}

__attribute__((destructor)) static void finish(void)
{
    event_end();
}
