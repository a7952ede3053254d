/* What the user asked for in NOSIGPIPE_OPTIONS. */
#ifndef NOSIGPIPE_OPTIONS_H
#define NOSIGPIPE_OPTIONS_H

#include "base/libc.h"

/* The values of each choice, in the order of options.def. */
enum { MODE_CATCH, MODE_IGNORE, MODE_MASK, MODE_FLAGS };
enum { ACTION_EPIPE, ACTION_DIE, ACTION_CORE, ACTION_STOP };
enum { STDIO_EPIPE, STDIO_DEFAULT };
enum { HANDLERS_KEEP, HANDLERS_OVERRIDE };
enum { CHILDREN_PROTECT, CHILDREN_RELEASE };
enum { LOG_OFF, LOG_STDERR, LOG_SYSLOG, LOG_JOURNAL, LOG_FILE };
enum { FORMAT_LOGFMT, FORMAT_JSON };

struct options {
    bool off;
#define CHOICE(key, member, values)  unsigned member;
#define NUMBER(key, member, largest) unsigned member;
#include "options.def"
#undef CHOICE
#undef NUMBER
};

/* All zero, which is the default of every key, until options_read has run. */
extern struct options options;

/* The PATH of log=file:PATH. A copy: hosts write over their environment (setproctitle(3bsd)).
 */
enum { LOG_PATH_SIZE = 256 };
extern char options_log_path[LOG_PATH_SIZE];

/* The value of NOSIGPIPE_OPTIONS in an environment, or NULL: where it is not set, or where the
   host runs with more rights than its caller (AT_SECURE; getauxval(3)). `at_start` says that
   the environment stands where the kernel has left it. */
const char *options_find(char **environment, bool at_start);

/* Whether the value (or NULL) is "off"; sets options.off. */
bool options_read_off(const char *text);

/* Reads any other value (or NULL). What is not known is told on descriptor 2, a line each,
   and its key keeps the default. */
void options_read(const char *text);

#endif
