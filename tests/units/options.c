/* NOSIGPIPE_OPTIONS: found on the stack that the kernel has set up, and read. */
#include <sys/auxv.h>
#define getauxval unit_getauxval /* the sanitizers call libc's own */
#include "../fuzz/kernel.h"

#include "../../shim/config/auxiliary_vector.c" // NOLINT(bugprone-suspicious-include)
#include "../../shim/config/options.c"          // NOLINT(bugprone-suspicious-include)

#include <string.h>

#include "../fuzz/check.h"

static char said[4096];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct iovec *const parts = (const struct iovec *)b;
    (void)d, (void)e, (void)f;
    CHECK(number == SYS_writev && a == 2);
    for (long i = 0; i < c; i++)
        strncat(said, parts[i].iov_base, parts[i].iov_len);
    return 1;
}

/* Replaces getauxval(3). Set by the assembler, since the compiler would know that it is not
   NULL. */
__asm__(".weak unit_getauxval\n.set unit_getauxval, answer");
static unsigned long secure;
unsigned long answer(unsigned long type);
unsigned long answer(unsigned long type)
{
    CHECK(type == AT_SECURE || type == AT_EXECFN);
    return type == AT_SECURE ? secure : 7;
}

/* The environment and the auxiliary vector behind it, as execve(2) leaves them, with one NULL
   between them or with more. */
struct stack {
    char *pointers[64];
};

static void set_up_stack(struct stack *stack, const char *const *variables, unsigned nulls,
                         const ElfW(auxv_t) * vector, size_t entries)
{
    size_t at = 0;
    memset(stack, 0, sizeof(*stack));
    for (; *variables; variables++)
        stack->pointers[at++] = (char *)(uintptr_t)*variables;
    at += nulls;
    memcpy(&stack->pointers[at], vector, entries * sizeof(*vector));
}

static const char *find_at_start(const char *const *variables, unsigned nulls,
                                 const ElfW(auxv_t) * vector, size_t entries)
{
    struct stack stack;
    set_up_stack(&stack, variables, nulls, vector, entries);
    return options_find(stack.pointers, true);
}

static void check_found(void)
{
    static const char *const none[] = {"PATH=/", NULL};
    static const char *const empty[] = {NULL};
    static const char *const set[] = {"NOSIGPIPE_OPTION=a",       "NOSIGPIPE_OPTIONS",
                                      "OSIGPIPE_OPTIONS=b",       "NOSIGPIPE_OPTIONS=first",
                                      "NOSIGPIPE_OPTIONS=second", NULL};
    static const char *const unset[] = {"NOSIGPIPE_OPTION=a", "NOSIGPIPE_OPTIONS",
                                        "nosigpipe_options=b", " NOSIGPIPE_OPTIONS=c", NULL};
    static const ElfW(auxv_t)
        plain[] = {{AT_PAGESZ, {4096}}, {AT_SECURE, {0}}, {AT_UID, {1}}, {AT_NULL, {0}}};
    static const ElfW(auxv_t)
        elevated[] = {{AT_PAGESZ, {0}}, {AT_SECURE, {1}}, {AT_UID, {0}}, {AT_NULL, {0}}};
    static const ElfW(auxv_t) silent[] = {{AT_PAGESZ, {4096}}, {AT_NULL, {0}}};
    for (unsigned nulls = 1; nulls < 4; nulls++) {
        const char *const found = find_at_start(set, nulls, plain, 4);
        CHECK(found && strcmp(found, "first") == 0);
        CHECK(!find_at_start(none, nulls, plain, 4) && !find_at_start(empty, nulls, plain, 4));
        CHECK(!find_at_start(unset, nulls, plain, 4));
        CHECK(!find_at_start(set, nulls, elevated, 4));
        CHECK(
            !find_at_start(set, nulls, silent, 2)); /* without AT_SECURE it must not be read */
    }
    /* The first entry of a type counts. */
    static const ElfW(auxv_t) twice[] = {{AT_EXECFN, {5}}, {AT_EXECFN, {6}}, {AT_NULL, {0}}};
    struct stack stack;
    set_up_stack(&stack, none, 2, twice, 3);
    CHECK(auxiliary_value(stack.pointers, true, AT_EXECFN, 1) == 5);
    CHECK(auxiliary_value(stack.pointers, true, AT_UID, 1) == 1);
    CHECK(auxiliary_value(stack.pointers, false, AT_EXECFN, 1) == 7);
    /* Later the environment may be anywhere, and getauxval(3) is called. */
    char variable[] = "NOSIGPIPE_OPTIONS=later";
    char *environment[] = {variable, NULL};
    CHECK(strcmp(options_find(environment, false), "later") == 0);
    secure = 1;
    CHECK(!options_find(environment, false));
    secure = 0;
    CHECK(!options_find(NULL, false) && !options_find(NULL, true));
}

static void check_off(void)
{
    static const char *const others[] = {"", "of", "offf", "Off", "off,", "mode=off", "xff"};
    CHECK(options_read_off("off") && options.off);
    CHECK(!options_read_off(NULL) && !options.off);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        CHECK(!options_read_off(others[i]) && !options.off);
}

/* Checks the message about a text, after the words that begin each line. */
static void check_said(const char *text, const char *expected)
{
    char line[1024];
    said[0] = '\0';
    options_read(text);
    snprintf(line, sizeof(line), "%s%s", *expected ? "nosigpipe: NOSIGPIPE_OPTIONS: " : "",
             expected);
    CHECK(strcmp(said, line) == 0);
}

/* All keys, with their smallest and largest values. */
static void check_values(void)
{
    char path[300] = "log=file:/";
    options = (struct options){0};
    check_said(NULL, "");
    check_said("", "");
    check_said(
        "mode=flags,action=stop,stdio=default,handlers=override,children=release,events=all,"
        "log=journal,format=json,backtrace=32,storm=1000000",
        "");
    CHECK(options.mode == MODE_FLAGS && options.action == ACTION_STOP);
    CHECK(options.stdio == STDIO_DEFAULT && options.handlers == HANDLERS_OVERRIDE);
    CHECK(options.children == CHILDREN_RELEASE && options.events == EVENTS_ALL);
    CHECK(options.log == LOG_JOURNAL && options.format == FORMAT_JSON);
    CHECK(options.backtrace == 32 && options.storm == 1000000);
    check_said("backtrace=33", "bad value '33' for 'backtrace' (accepted: 0 to 32)\n");
    CHECK(options.backtrace == 0);
    check_said("storm=1000001", "bad value '1000001' for 'storm' (accepted: 0 to 1000000)\n");
    CHECK(options.storm == 0);
    check_said("storm=000000012", "");
    CHECK(options.storm == 12);
    check_said("storm=0000000012",
               "bad value '0000000012' for 'storm' (accepted: 0 to 1000000)\n");
    check_said("storm=", "bad value '' for 'storm' (accepted: 0 to 1000000)\n");
    check_said("storm=1:", "bad value '1:' for 'storm' (accepted: 0 to 1000000)\n");
    check_said("storm=/9", "bad value '/9' for 'storm' (accepted: 0 to 1000000)\n");
    check_said("storm=909", "");
    CHECK(options.storm == 909);
    check_said("mode=ignore=x",
               "bad value 'ignore=x' for 'mode' (accepted: catch ignore mask flags)\n");
    CHECK(options.mode == MODE_CATCH);
    check_said("log=file",
               "bad value 'file' for 'log' (accepted: off stderr syslog journal file:PATH)\n");
    check_said("a\nb\x1b=1", "unknown key 'a\\nb\\u001b' (accepted: mode action stdio handlers "
                             "children events log format backtrace storm)\n");
    /* A path has up to 255 bytes. */
    memset(path + 10, 'p', 254);
    check_said(path, "");
    CHECK(options.log == LOG_FILE && strcmp(options_log_path, path + 9) == 0);
    CHECK(strlen(options_log_path) == 255);
    path[264] = 'p';
    said[0] = '\0';
    options_read(path);
    CHECK(strstr(said, "' for 'log' (accepted: off stderr") && options.log == LOG_OFF);
    check_said("log=file:/", "");
    CHECK(options.log == LOG_FILE && strcmp(options_log_path, "/") == 0);
    check_said(
        "log=fil:/x",
        "bad value 'fil:/x' for 'log' (accepted: off stderr syslog journal file:PATH)\n");
    check_said(
        "log=gile:/x",
        "bad value 'gile:/x' for 'log' (accepted: off stderr syslog journal file:PATH)\n");
}

int main(void)
{
    check_found();
    check_off();
    check_values();
    return 0;
}
