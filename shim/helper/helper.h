/*
 * The helper: a static program without libc, for what a shell cannot do. It may use more of the
 * stack than the shim, which shares the stack of the app.
 */
#ifndef NOSIGPIPE_HELPER_H
#define NOSIGPIPE_HELPER_H

#include "base/libc.h"

#include <limits.h>

#include "base/file_status.h"
#include "base/strbuf.h"
#include "base/syscall.h"
#include "config/environment.h"

/* Exit statuses, the same as those of env(1) and chroot(1). */
enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

/* What the kernel passes to a new program. Both arrays end in NULL. */
struct process {
    char **arguments;
    char **variables;
    const char *executed; /* the path that execve(2) was given, or NULL */
};

/* Runs nosigpipe-entrypoint. Returns the exit status, unless the command is executed. */
int entrypoint(const struct process *process);

/* The command's name, which begins each message. */
extern const char helper_name[];

/* Writes one line to standard error: `before`, `quoted` in quotes and with "?" for control
   characters (unless NULL), `after`, and the text of the negated errno value `error` (unless
   0). */
void print_message(const char *before, const char *quoted, const char *after, long error);

/* As file_status (base/file_status.h), by a path, with O_NOFOLLOW in `flags` or nothing. The
   file itself is not opened (open(2), O_PATH), which others could notice: the reader of a FIFO,
   for one. */
long path_status(const char *path, int flags, struct file_status *status);

/* Writes the path of this program into `self`, and that of libnosigpipe.so into `library`, each
   with a NUL; false if the library is not found. Each buffer has PATH_CAPACITY bytes: a path
   and what is added to one. */
enum { PATH_CAPACITY = PATH_MAX + 64 };
bool find_library(const struct process *process, struct strbuf *self, struct strbuf *library);

/* The number of pointers, and the bytes of new strings, that environment_make() needs. */
struct needs {
    size_t pointers;
    size_t bytes;
};
struct needs environment_needs(char **variables, const char *library);

/* Writes into `made` a copy of the environment in which LD_PRELOAD has the library and
   NOSIGPIPE_OPTIONS the defaults. The new strings go into `strings`. */
void environment_make(char **made, struct strbuf *strings, char **variables,
                      const char *library);

/* Takes all entries of a variable out of an environment, in place; `name` is "NAME=". Returns
   the value of the first, or NULL if there is none. */
const char *environment_take(char **variables, const char *name);

/* Closes all descriptors but those of the array, in which those below 0 do not count. */
void close_others(const int *kept, unsigned count);

/* Prints a warning if the log that a value of NOSIGPIPE_OPTIONS asks for will not be written.
 */
void check_log(const char *pairs);

/* Executes the command as execvp(3) does. Returns a negated errno value, if at all. */
long exec_command(char **arguments, char **variables);

#endif
