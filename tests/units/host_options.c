/* Options that are written into the object: globs, compared with fnmatch(3), and secure
 * execution. */
#include "../fuzz/kernel.h"

#include "../../shim/config/host_options.c" // NOLINT(bugprone-suspicious-include)

#include <elf.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../fuzz/check.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

/* Writes into the object, as nosigpipe-host does into a file. */
static void write_room(const char *text, const char *only, const char *except)
{
    char *const start = (char *)(uintptr_t)&room;
    const uintptr_t page = (uintptr_t)start & ~(uintptr_t)4095;
    const size_t size = (uintptr_t)(&room + 1) - page;
    CHECK(mprotect((void *)page, size, PROT_READ | PROT_WRITE) == 0);
    CHECK(strcmp(start, "nosigpipe-host room=1536:") == 0);
    char *const strings = start + strlen(start) + 1;
    memset(strings, 0, sizeof(room.strings));
    snprintf(strings, sizeof(room.strings), "%s%c%s%c%s", text, 0, only, 0, except);
}

static bool fits_one(const char *glob, const char *name)
{
    return fits(glob, glob + strlen(glob), name);
}

/* Each glob of up to five characters of a small alphabet, and names of it. fnmatch(3) takes a
   bracket that is not closed as a character, like fits(). */
static void compare_with_fnmatch(void)
{
    static const char letters[] = "a-b*?[]!/";
    static const char *const names[] = {
        "",   "a",   "b",    "-",  "ab", "ba", "/",   "a/b", "[", "]",  "[a", "[a]", "!",
        "a-", "aab", "abab", "!a", "[]", "a]", "[!a", "*",   "?", "b]", "/a", "-]",
    };
    const size_t count = sizeof(letters) - 1;
    size_t fitting = 0;
    for (size_t size = 0; size <= 5; size++) {
        size_t all = 1;
        for (size_t i = 0; i < size; i++)
            all *= count;
        for (size_t number = 0; number < all; number++) {
            char glob[8] = "";
            size_t rest = number;
            for (size_t i = 0; i < size; i++, rest /= count)
                glob[i] = letters[rest % count];
            for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                const bool expected = fnmatch(glob, names[i], FNM_NOESCAPE) == 0;
                if (fits_one(glob, names[i]) != expected) {
                    fprintf(stderr, "'%s' on '%s': not %d\n", glob, names[i], expected);
                    abort();
                }
                fitting += expected;
            }
        }
    }
    CHECK(fitting > 5000);
}

static void many_stars(void)
{
    char name[4096];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    CHECK(!fits_one("*a*a*a*a*a*a*a*b", name) && fits_one("*a*a*a*a*a*a*a*", name));
    CHECK(fits_one("caf\xc3\xa9", "caf\xc3\xa9") &&
          fits_one("caf[\x80-\xff][\x80-\xff]", "caf\xc3\xa9"));
}

static void who_is_left_out(void)
{
    static const struct {
        const char *only, *except, *program;
        bool out;
    } cases[] = {
        {"", "", "/usr/bin/a", false},
        {"", "", NULL, false},
        {"a", "", "/usr/bin/a", false},
        {"a", "", "a", false},
        {"a", "", "/usr/bin/b", true},
        {"a", "", "/a/b", true},
        {"a", "", NULL, true},
        {"a", "", "", true},
        {"*", "", NULL, true},
        {"*", "", "/usr/bin/a", false},
        {"b:a", "", "/usr/bin/a", false},
        {"b:c", "", "/usr/bin/a", true},
        {"/usr/bin/a", "", "/usr/bin/a", false},
        {"/usr/bin/a", "", "a", true},
        {"/usr/*", "", "/usr/lib/x/a", false},
        {"/usr/*", "", "./usr/a", true},
        {"", "a", "/usr/bin/a", true},
        {"", "a", "/usr/bin/aa", false},
        {"", "a", NULL, false},
        {"", "x:/opt/*:y", "/opt/z/x/q", true},
        {"a", "a", "/usr/bin/a", true},
        {"a*", "ab", "/usr/bin/ab", true},
        {"a*", "ab", "/usr/bin/ac", false},
        {"", ":", "/usr/bin/a", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        write_room("mode=mask", cases[i].only, cases[i].except);
        CHECK(leave_out(cases[i].only, cases[i].except, cases[i].program) == cases[i].out);
        /* The auxiliary vector follows the environment, which is empty. */
        char *environment[] = {NULL, (char *)(uintptr_t)AT_EXECFN,
                               (char *)(uintptr_t)cases[i].program, NULL, NULL};
        CHECK(host_options_leave_out(environment, true) == cases[i].out);
        CHECK(host_options_leave_out(NULL, false) == (*cases[i].only != '\0'));
    }
}

static void what_counts(void)
{
    char *const number = (char *)(uintptr_t)AT_SECURE;
    char *plain[] = {NULL, number, NULL, NULL, NULL};
    char *secure[] = {NULL, number, (char *)(uintptr_t)1, NULL, NULL};
    options = (struct options){.mode = MODE_MASK};
    host_options_read(plain, true);
    host_options_read(secure, true);
    CHECK(options.mode == MODE_MASK); /* an object without options looks at nothing */
    options.mode = MODE_CATCH;
    write_room(
        "mode=mask,action=die,stdio=success,handlers=override,children=release,events=all,"
        "log=journal,format=json,backtrace=3,storm=5",
        "", "");
    host_options_read(plain, true);
    CHECK(options.action == ACTION_DIE && options.format == FORMAT_JSON &&
          options.backtrace == 3);
    CHECK(options.handlers == HANDLERS_OVERRIDE && options.children == CHILDREN_RELEASE);
    CHECK(options.mode == MODE_MASK && options.events == EVENTS_ALL && options.storm == 5);
    host_options_read(secure, true);
    CHECK(options.mode == MODE_MASK && options.stdio == STDIO_SUCCESS);
    CHECK(options.log == LOG_JOURNAL && options.storm == 5);
    CHECK(!options.action && !options.handlers && !options.children && !options.events);
    CHECK(!options.format && !options.backtrace && !options.off);
    static const struct {
        const char *text;
        unsigned log;
    } logs[] = {{"log=syslog", LOG_SYSLOG}, {"log=stderr", LOG_OFF}, {"log=file:/x", LOG_OFF}};
    for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
        write_room(logs[i].text, "", "");
        options = (struct options){0};
        host_options_read(i ? secure : NULL, true);
        CHECK(options.log == logs[i].log);
    }
    /* NOSIGPIPE_OPTIONS is read later, and its keys count. */
    write_room("mode=mask,storm=5", "", "");
    options = (struct options){0};
    host_options_read(plain, true);
    options_read("mode=flags");
    CHECK(options.mode == MODE_FLAGS && options.storm == 5);
}

int main(void)
{
    what_counts();
    compare_with_fnmatch();
    many_stars();
    who_is_left_out();
    return 0;
}
