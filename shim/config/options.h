/* The options that the user sets in NOSIGPIPE_OPTIONS. */
#ifndef NOSIGPIPE_OPTIONS_H
#define NOSIGPIPE_OPTIONS_H

#include "base/libc.h"

/* The values of each choice, in the order of options.def. */
enum { MODE_CATCH, MODE_IGNORE, MODE_MASK, MODE_FLAGS };
enum { ACTION_EPIPE, ACTION_DIE, ACTION_CORE, ACTION_STOP };
enum { STDIO_EPIPE, STDIO_DEFAULT, STDIO_SUCCESS };
enum { HANDLERS_KEEP, HANDLERS_OVERRIDE };
enum { CHILDREN_PROTECT, CHILDREN_RELEASE };
enum { EVENTS_DEADLY, EVENTS_ALL };
enum { LOG_OFF, LOG_STDERR, LOG_SYSLOG, LOG_JOURNAL, LOG_FILE };
enum { FORMAT_LOGFMT, FORMAT_JSON, FORMAT_OTEL };

struct options {
    bool off;
#define CHOICE(key, member, values)  unsigned member;
#define NUMBER(key, member, largest) unsigned member;
#include "options.def"
#undef CHOICE
#undef NUMBER
};

/* All zero, which is the default of every key, until options_read() has run. */
extern struct options options;

/* The PATH of log=file:PATH. A copy, since apps write over their environment
   (setproctitle(3bsd)). */
enum { LOG_PATH_SIZE = 256 };
extern char options_log_path[LOG_PATH_SIZE];

/* The value of NOSIGPIPE_OPTIONS in an environment. NULL if it is not set, or if the app has
   more privileges than its caller (AT_SECURE; getauxval(3)). `at_start`: the environment is
   where the kernel has put it, with the auxiliary vector behind. */
const char *options_find(char **environment, bool at_start);

/* Whether the value (or NULL) is "off"; sets options.off. */
bool options_read_off(const char *text);

/* Reads a value other than "off" (or NULL). For each unknown key or bad value, writes one line
   to descriptor 2; the key has its default then. */
void options_read(const char *text);

#endif
