#include "helper/helper.h"

#include <string.h>

#define PRELOAD "LD_PRELOAD="
#define OPTIONS "NOSIGPIPE_OPTIONS="

/* Containers run shell scripts, whose pipelines are to end quietly, and their log is what they
   write. */
#define DEFAULTS "stdio=default,log=stderr"

static bool is_end(char c)
{
    return !c || c == ' ' || c == ':'; /* ld.so(8) */
}

static bool has_object(const char *list, const char *object)
{
    for (;;) {
        const char *rest = after_prefix(list, object);
        if (rest && is_end(*rest))
            return true;
        while (!is_end(*list))
            list++;
        if (!*list)
            return false;
        list++;
    }
}

/* Ends the string that begins at `start`. */
static char *ended(struct strbuf *strings, size_t start)
{
    strbuf_add_bytes(strings, "", 1);
    return strings->start + start;
}

/* Behind what is there already: a sanitizer's runtime, for one, wants to be the first. */
static char *add_preload(struct strbuf *strings, const char *value, const char *object)
{
    const size_t start = strings->size;
    strbuf_add(strings, PRELOAD);
    strbuf_add(strings, value);
    if (!has_object(value, object)) {
        strbuf_add(strings, *value ? ":" : "");
        strbuf_add(strings, object);
    }
    return ended(strings, start);
}

/* In front, since the last value of a key counts; "off" has to stand alone. */
static char *add_options(struct strbuf *strings, const char *value)
{
    const size_t start = strings->size;
    strbuf_add(strings, OPTIONS);
    if (strcmp(value, "off") != 0) {
        strbuf_add(strings, DEFAULTS);
        strbuf_add(strings, *value ? "," : "");
    }
    strbuf_add(strings, value);
    return ended(strings, start);
}

/* Each of the two may be in the environment more than once. Of LD_PRELOAD glibc's loader takes
   the last (elf/rtld.c, process_envvars) and musl's the first (ldso/dynlink.c). */
struct needs environment_needs(char **variables, const char *object)
{
    const size_t entry = sizeof(OPTIONS DEFAULTS) + strlen(object) + 2;
    struct needs needs = {3, 2 * entry};
    for (; *variables; variables++) {
        needs.pointers++;
        if (after_prefix(*variables, PRELOAD) || after_prefix(*variables, OPTIONS))
            needs.bytes += strlen(*variables) + entry;
    }
    return needs;
}

void environment_make(char **made, struct strbuf *strings, char **variables, const char *object)
{
    bool preloads = false;
    bool has_options = false;
    for (; *variables; variables++) {
        const char *preload = after_prefix(*variables, PRELOAD);
        const char *options = after_prefix(*variables, OPTIONS);
        preloads = preloads || preload;
        has_options = has_options || options;
        *made++ = preload   ? add_preload(strings, preload, object)
                  : options ? add_options(strings, options)
                            : *variables;
    }
    if (!preloads)
        *made++ = add_preload(strings, "", object);
    if (!has_options)
        *made++ = add_options(strings, "");
    *made = NULL;
}
