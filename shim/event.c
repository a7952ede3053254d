#include "event.h"

#include <fcntl.h>

#include "api.h"
#include "guard.h"
#include "options.h"
#include "storm.h"
#include "syscalls.h"

bool event_matters(void)
{
    return options.action != ACTION_EPIPE || options.stdio != STDIO_EPIPE || options.storm != 0;
}

/* The rule of stdio=default is for pipes alone; F_GETPIPE_SZ fails on all else (fcntl(2)). */
static bool is_standard_pipe(int fd)
{
    return (fd == STDOUT_FILENO || fd == STDERR_FILENO) && RAW(SYS_fcntl, fd, F_GETPIPE_SZ) > 0;
}

void event(int fd)
{
    if (options.action == ACTION_DIE ||
        (options.stdio == STDIO_DEFAULT && is_standard_pipe(fd)) ||
        (options.storm && storm_reaches(fd, options.storm)))
        guard_take_default_action();
}

void event_on_output(int fd)
{
    if (options.stdio == STDIO_DEFAULT && is_standard_pipe(fd))
        guard_take_default_action();
}
