/*
 * Starts a child in every way there is, so that what it inherits can be compared with the same
 * run without the shim.
 *
 *   children run SETTING PLACE PROGRAM ARGUMENT   each way starts PROGRAM ARGUMENT
 *   children failed SETTING PLACE                 each way is given a program that does not
 *                                                 exist; then what this process knows of its
 *                                                 own state
 *   children failed-write SETTING PLACE           the same, and two broken writes after each
 *   children pend COMMAND [ARGUMENT]...           runs COMMAND with a SIGPIPE blocked, pending
 *
 * SETTING is what this process does to its SIGPIPE first (children_settings.h), PLACE is `main`
 * or `thread`: the thread that does all that.
 */
#include <pthread.h>

#include "children_settings.h"
#include "children_ways.h"
#include "sigpipe_state.h"

static char nowhere[] = "/nonexistent/no-such-program";
static char nothing[] = "nothing";

static const struct setting *setting;
static const struct way *way;
static char **program = (char *[]){nowhere, nothing, NULL};
static const char *place;
static bool writes;

static void fail(const char *message)
{
    fprintf(stderr, "children: %s\n", message);
    exit(125);
}

/* Runs `body` here or in a thread of its own. */
static void in_place(void *(*body)(void *))
{
    pthread_t thread;
    if (strcmp(place, "main") == 0)
        body(NULL);
    else if (pthread_create(&thread, NULL, body, NULL) || pthread_join(thread, NULL))
        fail("no thread");
}

static void *replace(void *unused)
{
    (void)unused;
    setting->make_again();
    _exit(way->start(program) ? 126 : 0);
}

static int start(void)
{
    if (!way->replaces)
        return way->start(program);
    const pid_t child = fork();
    if (child == 0)
        in_place(replace);
    return status_of(child);
}

static void *run_all(void *unused)
{
    setting->make();
    for (way = ways; way < ways + WAYS; way++) {
        printf("== %s\n", way->name);
        fflush(stdout);
        printf("result %d\n", start());
    }
    print_state("host");
    return unused;
}

static void *fail_all(void *unused)
{
    setting->make();
    for (way = ways; way < ways + WAYS; way++) {
        printf("== %s\n", way->name);
        fflush(stdout);
        printf("result %d\n", way->start(program));
        for (int raw = 0; writes && raw < 2; raw++) {
            const ssize_t result = broken_write(raw);
            printf("write %zd %s\n", result, result < 0 ? strerrorname_np(errno) : "");
        }
        if (!writes)
            print_state("host");
    }
    return unused;
}

static void choose_setting(const char *name)
{
    for (setting = settings; setting < settings + SETTINGS; setting++) {
        if (strcmp(setting->name, name) == 0)
            return;
    }
    fail("no such setting");
}

/* What the calls with an environment of their own are given: the variables that the shim looks
   at as this process has them (twice where it may be taken for one), between others. */
static void make_own_environment(void)
{
    static char first[] = "FIRST=1";
    static char bare_word[] = "NO_EQUALS_SIGN";
    static char near[] = "LD_PRELOADED=near";
    static char last[] = "LAST=";
    char **to = own_environment;
    *to++ = first;
    *to++ = bare_word;
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, "LD_PRELOAD=", strlen("LD_PRELOAD=")) == 0 ||
            strncmp(*entry, "NOSIGPIPE_OPTIONS=", strlen("NOSIGPIPE_OPTIONS=")) == 0)
            *to++ = *entry;
    }
    *to++ = near;
    *to++ = last;
}

static int run_pending(char **command)
{
    set_pending();
    execvp(command[0], command);
    return 127;
}

int main(int count, char **arguments)
{
    const char *verb = count > 1 ? arguments[1] : "";
    if (strcmp(verb, "pend") == 0 && count > 2)
        return run_pending(arguments + 2);
    const bool runs = strcmp(verb, "run") == 0 && count == 6;
    writes = strcmp(verb, "failed-write") == 0;
    if (!runs && !(count == 4 && (writes || strcmp(verb, "failed") == 0)))
        fail(
            "usage: run|failed|failed-write SETTING PLACE [PROGRAM ARGUMENT], or pend COMMAND");
    choose_setting(arguments[2]);
    place = arguments[3];
    make_own_environment();
    if (runs)
        program = arguments + 4;
    in_place(runs ? run_all : fail_all);
    return 0;
}
