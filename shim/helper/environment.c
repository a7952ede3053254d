#include "helper/helper.h"

#include <string.h>

#define PRELOAD "LD_PRELOAD="
#define OPTIONS "NOSIGPIPE_OPTIONS="

/* In a container, the pipelines of shell scripts shall end quietly, and standard error is the
   log. */
#define DEFAULTS "stdio=default,log=stderr"

static bool is_end(char c)
{
    return !c || c == ' ' || c == ':'; /* ld.so(8) */
}

static bool lists(const char *list, const char *library)
{
    for (;;) {
        const char *rest = after_prefix(list, library);
        if (rest && is_end(*rest))
            return true;
        while (!is_end(*list))
            list++;
        if (!*list)
            return false;
        list++;
    }
}

/* Adds the NUL of the string that begins at offset `start`, and returns that string. */
static char *terminate(struct strbuf *strings, size_t start)
{
    strbuf_add_bytes(strings, "", 1);
    return strings->start + start;
}

/* Appends the library to the list: a sanitizer's runtime, for one, has to be the first. */
static char *add_preload(struct strbuf *strings, const char *value, const char *library)
{
    const size_t start = strings->size;
    strbuf_add(strings, PRELOAD);
    strbuf_add(strings, value);
    if (!lists(value, library)) {
        strbuf_add(strings, *value ? ":" : "");
        strbuf_add(strings, library);
    }
    return terminate(strings, start);
}

/* Puts the defaults in front, since the last value of a key counts. "off" has to stand alone.
 */
static char *add_options(struct strbuf *strings, const char *value)
{
    const size_t start = strings->size;
    strbuf_add(strings, OPTIONS);
    if (strcmp(value, "off") != 0) {
        strbuf_add(strings, DEFAULTS);
        strbuf_add(strings, *value ? "," : "");
    }
    strbuf_add(strings, value);
    return terminate(strings, start);
}

const char *environment_take(char **variables, const char *name)
{
    const char *const value = environment_value(variables, name);
    char **kept = variables;
    for (; *variables; variables++) {
        if (!after_prefix(*variables, name))
            *kept++ = *variables;
    }
    *kept = NULL;
    return value;
}

/* The environment may have each variable more than once. Of several LD_PRELOAD, glibc's loader
   takes the last (elf/rtld.c, process_envvars) and musl's the first (ldso/dynlink.c), so every
   one is changed. */
struct needs environment_needs(char **variables, const char *library)
{
    const size_t entry = sizeof(OPTIONS DEFAULTS) + strlen(library) + 2;
    struct needs needs = {3, 2 * entry};
    for (; *variables; variables++) {
        needs.pointers++;
        if (after_prefix(*variables, PRELOAD) || after_prefix(*variables, OPTIONS))
            needs.bytes += strlen(*variables) + entry;
    }
    return needs;
}

void environment_make(char **made, struct strbuf *strings, char **variables,
                      const char *library)
{
    bool preloads = false;
    bool has_options = false;
    for (; *variables; variables++) {
        const char *preload = after_prefix(*variables, PRELOAD);
        const char *options = after_prefix(*variables, OPTIONS);
        preloads = preloads || preload;
        has_options = has_options || options;
        *made++ = preload   ? add_preload(strings, preload, library)
                  : options ? add_options(strings, options)
                            : *variables;
    }
    if (!preloads)
        *made++ = add_preload(strings, "", library);
    if (!has_options)
        *made++ = add_options(strings, "");
    *made = NULL;
}
