#include "config/host_options.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/auxiliary_vector.h"
#include "config/options.h"

/*
 * Three strings, one behind the other: options as in NOSIGPIPE_OPTIONS, and the globs of `only`
 * and of `except`, with colons between them. All are empty but in a copy that nosigpipe-host(8)
 * has made: the mark tells it where they go and how much room there is
 * (scripts/nosigpipe/host_options.sh).
 */
#define ROOM       1536
#define TEXT(word) #word
#define MARK(room) "nosigpipe-host room=" TEXT(room) ":"
static const struct {
    char mark[sizeof(MARK(ROOM))];
    char strings[ROOM];
} room __attribute__((section(".nosigpipe_host"), used)) = {MARK(ROOM), ""};

/* The compiler must not take the strings for the empty ones above. */
static const char *first_string(void)
{
    const char *string = room.strings;
    __asm__("" : "+r"(string));
    return string;
}

static const char *next_string(const char *string)
{
    return string + strlen(string) + 1;
}

/* Whether a character is in a set, as in "[a-z_]" or "[!a-z_]". `set` is behind the bracket,
   `end` the bracket that closes it. */
static bool is_in_set(const char *set, const char *end, char c)
{
    const bool inverted = *set == '!';
    set += inverted;
    bool found = false;
    while (set < end) {
        const bool is_range = end - set > 2 && set[1] == '-';
        const char last = set[is_range ? 2 : 0];
        found |=
            (unsigned char)c >= (unsigned char)*set && (unsigned char)c <= (unsigned char)last;
        set += is_range ? 3 : 1;
    }
    return found != inverted;
}

/* The end of the set that begins with a bracket, or NULL if it has none: then the bracket is a
   character like others. A bracket that is the first of the set does not close it. */
static const char *end_of_set(const char *bracket, const char *end)
{
    const char *at = bracket + 1;
    at += at < end && *at == '!';
    for (at++; at < end; at++) {
        if (*at == ']')
            return at;
    }
    return NULL;
}

/* What follows the first element of the glob (but a star) if a character fits that, NULL if
 * not. */
static const char *after_element(const char *glob, const char *end, char c)
{
    const char *const set_end = *glob == '[' ? end_of_set(glob, end) : NULL;
    if (set_end)
        return is_in_set(glob + 1, set_end, c) ? set_end + 1 : NULL;
    return *glob == '?' || *glob == c ? glob + 1 : NULL;
}

/* A star stands for any characters, slashes too, as in a shell's `case`. */
static bool fits(const char *glob, const char *end, const char *name)
{
    const char *after_star = NULL;
    const char *retry = name;
    while (*name) {
        const char *next = NULL;
        if (glob < end && *glob == '*') {
            after_star = ++glob;
            retry = name;
            continue;
        }
        if (glob < end)
            next = after_element(glob, end, *name);
        if (!next && !after_star)
            return false;
        glob = next ? next : after_star;
        name = next ? name + 1 : ++retry;
    }
    while (glob < end && *glob == '*')
        glob++;
    return glob == end;
}

/* A glob with a slash is for the whole path, another one for its last part. */
static bool fits_any(const char *globs, const char *program)
{
    const char *name = program;
    for (const char *at = program; at && *at; at++)
        name = *at == '/' ? at + 1 : name;
    while (program && *globs) {
        const char *end = globs;
        bool has_slash = false;
        for (; *end && *end != ':'; end++)
            has_slash |= *end == '/';
        if (fits(globs, end, has_slash ? program : name))
            return true;
        globs = end + (*end == ':');
    }
    return false;
}

static bool leave_out(const char *only, const char *except, const char *program)
{
    return (*only && !fits_any(only, program)) || fits_any(except, program);
}

bool host_options_leave_out(char **environment, bool at_start)
{
    const char *const only = next_string(first_string());
    const char *const except = next_string(only);
    if (!*only && !*except)
        return false;
    const unsigned long program =
        environment ? auxiliary_value(environment, at_start, AT_EXECFN, 0) : 0;
    return leave_out(only, except, (const char *)program);
}

void host_options_read(char **environment, bool at_start)
{
    const char *const text = first_string();
    if (!*text)
        return;
    options_read(text);
    if (environment && !is_secure_execution(environment, at_start))
        return;
    const struct options all = options;
    options = (struct options){.mode = all.mode, .stdio = all.stdio, .storm = all.storm};
    if (all.log == LOG_SYSLOG || all.log == LOG_JOURNAL)
        options.log = all.log;
}
