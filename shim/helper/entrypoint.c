/*
 * nosigpipe-entrypoint: a container's ENTRYPOINT. It sets the preload for the command and all
 * that it starts, then becomes the command: same process id, so signals from outside reach it
 * as ever.
 */
#include "helper/helper.h"

#include <errno.h>
#include <string.h>

static const char help[] =
    "Usage: nosigpipe-entrypoint [--] COMMAND [ARGUMENT]...\n"
    "Become COMMAND, with libnosigpipe.so preloaded into it and into all that it\n"
    "starts. For the ENTRYPOINT of a container image, which needs no shell for it.\n"
    "\n"
    "NOSIGPIPE_OPTIONS (see libnosigpipe(7)) begins with stdio=default,log=stderr\n"
    "here; what the variable has already comes behind that and wins.\n"
    "\n"
    "  -h, --help     show this and exit\n"
    "  -V, --version  show the version and exit\n"
    "\n"
    "The status is COMMAND's; 125 if nosigpipe-entrypoint itself fails, 126 if\n"
    "COMMAND cannot be executed, 127 if it is not found.\n";

/* The Makefile's word, which is not a string there. */
#define QUOTED(word) #word
#define STRING(word) QUOTED(word)
static const char version[] = "nosigpipe-entrypoint " STRING(NOSIGPIPE_VERSION) "\n";

static int fail(const char *before, const char *culprit, const char *after)
{
    tell(before, culprit, after, 0);
    return STATUS_FAILED;
}

/* A write that takes less than all is followed by one that says why. */
static int show(const char *text)
{
    long written = 0;
    for (size_t left = strlen(text); left; left -= (size_t)written) {
        written = SYSCALL(SYS_write, STDOUT_FILENO, text, left);
        if (written <= 0) {
            tell("cannot write to standard output", NULL, "", written);
            return STATUS_FAILED;
        }
        text += written;
    }
    return 0;
}

/* glibc splits LD_PRELOAD at spaces and colons (ld.so(8)), musl at all white space; neither
   knows a way to quote them. */
static bool is_preloadable(const char *path)
{
    while (*path && *path != ' ' && *path != ':' && (*path < '\t' || *path > '\r'))
        path++;
    return !*path;
}

/* Both on the stack, whatever the size of the environment: the kernel gives arguments and
   environment a quarter of it at most (execve(2)). */
static int run_with(const char *object, char **arguments, char **variables)
{
    const struct needs needs = environment_needs(variables, object);
    char *made[needs.pointers];
    char bytes[needs.bytes];
    struct strbuf strings = {bytes, 0, needs.bytes};
    environment_make(made, &strings, variables, object);
    log_look(environment_value(made, "NOSIGPIPE_OPTIONS="));
    const long error = become(arguments, made);
    tell("cannot start ", arguments[0], "", error);
    return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

static int run(const struct process *process, char **arguments)
{
    char self_space[PATH_ROOM];
    char object_space[PATH_ROOM];
    struct strbuf self = {self_space, 0, sizeof(self_space)};
    struct strbuf object = {object_space, 0, sizeof(object_space)};
    if (!arguments[0] || !*arguments[0])
        return fail("no command given (usage: nosigpipe-entrypoint [--] COMMAND [ARGUMENT]...)",
                    NULL, "");
    if (!object_find(process, &self, &object))
        return fail("libnosigpipe.so cannot be read beside ", self_space,
                    ", nor in ../lib, ../lib64 and the like from there");
    if (!is_preloadable(object_space))
        return fail("the loader takes no path with white space or a colon: ", object_space, "");
    return run_with(object_space, arguments, process->variables);
}

static bool is_either(const char *argument, const char *brief, const char *word)
{
    return strcmp(argument, brief) == 0 || strcmp(argument, word) == 0;
}

int entrypoint(const struct process *process)
{
    char **arguments = process->arguments;
    const char *first = *arguments ? *++arguments : NULL; /* there may be no argument 0 */
    if (!first)
        return run(process, arguments);
    if (strcmp(first, "--") == 0)
        return run(process, arguments + 1);
    if (is_either(first, "-h", "--help"))
        return show(help);
    if (is_either(first, "-V", "--version"))
        return show(version);
    if (*first == '-')
        return fail("unknown option ", first, " ('nosigpipe-entrypoint --help' lists all)");
    return run(process, arguments);
}
