/*
 * The constructor. -z initfirst makes it run before the constructors of all other objects,
 * unless an object that is loaded later has that flag as well (elf/dl-load.c,
 * GL(dl_initfirst)), as glibc's libpthread has before 2.34. For constructors that run earlier
 * there is __gmon_start__, for calls that arrive even before those interpose/fallback.h.
 */
#include "base/libc.h"
#include "config/environment.h"
#include "config/host_options.h"
#include "config/options.h"
#include "interpose/observed_writes.h"
#include "link/call_names.h"
#include "link/next.h"
#include "report/event.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"

extern char **__environ __attribute__((weak, visibility("default")));

/* glibc's dynamic linker passes main()'s arguments to a constructor, before __environ is set
   and also if the app has no libc (elf/dl-init.c); musl's passes none. */
static char **find_environment(int argc, char **argv, char **passed)
{
    if (argc >= 0 && passed == argv + argc + 1)
        return passed;
    /* __environ is always there: musl's dynamic linker is its libc. */
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

EXPORT void __gmon_start__(void);

/* The _init of every object that is linked with glibc's crti.o calls this before the
   constructors of the object (sysdeps/x86_64/crti.S). It is for profiling: a program that is
   linked with -pg has one of its own. */
void __gmon_start__(void)
{
    guard_install();
}

__attribute__((constructor)) static void start(int argc, char **argv, char **passed)
{
    char **const environment = find_environment(argc, argv, passed);
    const bool at_start = environment && environment == passed;
    const char *const text = options_find(environment, at_start);
    next_find();
    if (options_read_off(text) || host_options_leave_out(environment, at_start)) {
        options.off = true;
        guard_remove();
        return;
    }
    /* Before options_read, whose message about a bad option may be a broken write itself. */
    guard_install();
    host_options_read(environment, at_start);
    options_read(text);
    protect(environment);
}

__attribute__((destructor)) static void finish(void)
{
    event_end();
}
