/*
 * What the parts of the helper share: a static program without libc, for what a shell cannot
 * do. It may use more of the stack than the shim, since no program's frames are above its own.
 */
#ifndef NOSIGPIPE_HELPER_H
#define NOSIGPIPE_HELPER_H

#include "base/libc.h"

#include <limits.h>

#include "base/strbuf.h"
#include "base/syscall.h"
#include "config/environment.h"

/* The statuses of its own, as env(1) and chroot(1) have them. */
enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

/* What the kernel has handed over; each ends in NULL. */
struct process {
    char **arguments;
    char **variables;
    const char *executed; /* the path that execve(2) was given, or NULL */
};

/* The role of nosigpipe-entrypoint; returns the status where the command cannot be started. */
int entrypoint(const struct process *process);

/* One line on standard error, of which the culprit (in quotes, its control characters as "?")
   and the words for a negated errno value may be left out: NULL and 0. */
void tell(const char *before, const char *culprit, const char *after, long error);

/* The path of the program itself, and that of libnosigpipe.so; false where it is not found.
   Both end in a NUL, and have room for a path and some more. */
enum { PATH_ROOM = PATH_MAX + 64 };
bool object_find(const struct process *process, struct strbuf *self, struct strbuf *object);

/* How much room environment_make takes for the strings, and how many pointers. */
struct needs {
    size_t pointers;
    size_t bytes;
};
struct needs environment_needs(char **variables, const char *object);

/* The variables as they are, but for the two that are nosigpipe's. */
void environment_make(char **made, struct strbuf *strings, char **variables,
                      const char *object);

/* Tells where nothing will be logged that is to be, by the value of NOSIGPIPE_OPTIONS. */
void log_look(const char *pairs);

/* Becomes the command as execvp(3) would; otherwise a negated errno value. */
long become(char **arguments, char **variables);

#endif
