/*
 * Every call of the write family, on every kind of broken descriptor, from every kind of
 * place. One line a case: its name and what three calls in a row answered. The lines have no
 * number in them that differs from run to run, so two runs can be compared.
 *
 * matrix                 all cases
 * matrix CASE            one case
 * matrix --after-mask    all cases, after SIGPIPE was blocked for a moment
 * matrix --handled       all cases, with a handler; tells how often it ran
 * matrix --raises        all cases, with a handler; tells whether it ran
 * matrix --dies          all cases, in a child each; tells whether SIGPIPE ended it
 * matrix --absent        the cases of the calls that libc does not have, and the shim has
 * matrix --list          the names of the cases
 * matrix --calls         the names of the interposed calls among the calls
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/lib-names.h>
#else
#define LIBC_SO "libc.so"
#endif

#include "matrix_places.h"
#include "matrix_targets.h"

enum { IN_A_ROW = 3 };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct matrix_case {
    const struct call *call;
    const struct target *target;
    const struct place *place;
    size_t size;
    char name[96];
};

/* Shared with the children. */
static struct record {
    struct {
        ssize_t result;
        int error;
    } answers[IN_A_ROW];
    atomic_int signals;
} * record;

struct work {
    const struct matrix_case *chosen;
    struct ends ends;
};

static void make_calls(void *data)
{
    const struct work *work = data;
    const int fd = work->ends.fd;
    for (int i = 0; i < IN_A_ROW; i++) {
        errno = 0;
        const ssize_t result = work->chosen->call->make(fd, work->chosen->size);
        record->answers[i].error = errno;
        record->answers[i].result = result;
        if (result > 0 && work->chosen->size > 0 && work->ends.reset_follows)
            await(fd, 0);
    }
}

static bool libc_has(const char *name)
{
    static void *libc;
    if (!libc)
        libc = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);
    must(libc != NULL, LIBC_SO);
    return dlsym(libc, name) != NULL;
}

/* false where there is nothing to run: then the shim has the name and libc does not, or the
   other way round where those are asked for. */
static bool absent_wanted;
static bool run_case(const struct matrix_case *chosen)
{
    if (chosen->call->interposed && libc_has(chosen->call->name) == absent_wanted)
        return false;
    memset(record, 0, sizeof(*record));
    struct work work = {chosen, open_target(chosen->target)};
    chosen->place->run(make_calls, &work);
    close_target(&work.ends);
    return true;
}

typedef void visitor(const struct matrix_case *);

static void tell_answers(const struct matrix_case *chosen)
{
    printf("%s:", chosen->name);
    fflush(stdout);
    if (!run_case(chosen))
        printf(" libc has no such name");
    for (int i = 0; i < IN_A_ROW; i++) {
        const int error = record->answers[i].error;
        printf(" %zd%s%s%s", record->answers[i].result, error ? " (" : "",
               error ? strerror(error) : "", error ? ")" : "");
    }
    sigset_t pending;
    sigpending(&pending);
    printf("%s\n", sigismember(&pending, SIGPIPE) ? " pending" : "");
}

static void tell_signals(const struct matrix_case *chosen)
{
    run_case(chosen);
    printf("%s: %d\n", chosen->name, record->signals);
}

static void tell_raised(const struct matrix_case *chosen)
{
    run_case(chosen);
    printf("%s: %s\n", chosen->name, record->signals ? "SIGPIPE" : "none");
}

static void tell_death(const struct matrix_case *chosen)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        run_case(chosen);
        _exit(0);
    }
    int status = 0;
    must(child > 0 && waitpid(child, &status, 0) == child, "child");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE)
        printf("%s: SIGPIPE\n", chosen->name);
    else if (status == 0)
        printf("%s: none\n", chosen->name);
    else
        printf("%s: wait status %d\n", chosen->name, status);
}

static void tell_name(const struct matrix_case *chosen)
{
    puts(chosen->name);
}

static int each_place(struct matrix_case *chosen, visitor *visit, const char *only)
{
    static const char *const size_names[] = {"none", "short", "long"};
    const char *size = size_names[chosen->size > 5 ? 2 : chosen->size > 0];
    int visited = 0;
    for (size_t i = 0; i < COUNT(places); i++) {
        chosen->place = &places[i];
        snprintf(chosen->name, sizeof(chosen->name), "%s,%s,%s,%s", chosen->call->name,
                 chosen->target->name, size, chosen->place->name);
        if (only && strcmp(only, chosen->name) != 0)
            continue;
        visit(chosen);
        visited++;
    }
    return visited;
}

/* The number of the cases visited: all, or the one of that name. */
static int each_case(visitor *visit, const char *only)
{
    int visited = 0;
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (size_t j = 0; j < COUNT(targets); j++) {
            struct matrix_case chosen = {.call = &calls[i], .target = &targets[j]};
            if (targets[j].midway == NEVER) {
                visited += each_place(&chosen, visit, only);
                chosen.size = 5;
                visited += each_place(&chosen, visit, only);
            } else if (targets[j].midway == calls[i].midway) {
                chosen.size = sizeof(payload);
                visited += each_place(&chosen, visit, only);
            }
        }
    }
    return visited;
}

static void count_signal(int signal_number)
{
    (void)signal_number;
    record->signals++;
}

static void handle_sigpipe(void)
{
    const struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
    sigaction(SIGPIPE, &action, NULL);
}

static void block_for_a_moment(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void want_absent(void)
{
    absent_wanted = true;
}

static void list_calls(void)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (calls[i].interposed)
            puts(calls[i].name);
    }
}

static const struct mode {
    const char *name;
    visitor *visit;
    void (*before)(void);
} modes[] = {
    {"--after-mask", tell_answers, block_for_a_moment},
    {"--handled", tell_signals, handle_sigpipe},
    {"--raises", tell_raised, handle_sigpipe},
    {"--dies", tell_death, NULL},
    {"--absent", tell_answers, want_absent},
    {"--list", tell_name, NULL},
};

int main(int argc, char **argv)
{
    const char *argument = argc > 1 ? argv[1] : NULL;
    record =
        mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(record != MAP_FAILED, "mmap");
    if (argument && strcmp(argument, "--calls") == 0) {
        list_calls();
        return 0;
    }
    for (size_t i = 0; argument && i < COUNT(modes); i++) {
        if (strcmp(argument, modes[i].name) == 0) {
            if (modes[i].before)
                modes[i].before();
            each_case(modes[i].visit, NULL);
            return 0;
        }
    }
    return each_case(tell_answers, argument) > 0 ? 0 : 2;
}
