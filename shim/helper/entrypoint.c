/*
 * nosigpipe-entrypoint: a container's ENTRYPOINT. It preloads the library into the command and
 * all that the command starts, then executes the command. The process id stays the same, so
 * signals reach the command as before.
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

/* The Makefile defines NOSIGPIPE_VERSION without quotes. */
#define QUOTED(word) #word
#define STRING(word) QUOTED(word)
static const char version[] = "nosigpipe-entrypoint " STRING(NOSIGPIPE_VERSION) "\n";

const char helper_name[] = "nosigpipe-entrypoint";

static int fail(const char *before, const char *quoted, const char *after)
{
    print_message(before, quoted, after, 0);
    return STATUS_FAILED;
}

/* Writes a text to descriptor 1, and returns the exit status. After a short write, the next one
   fails with the reason. */
static int show(const char *text)
{
    long written = 0;
    for (size_t left = strlen(text); left; left -= (size_t)written) {
        written = SYSCALL(SYS_write, STDOUT_FILENO, text, left);
        if (written <= 0) {
            print_message("cannot write to standard output", NULL, "", written);
            return STATUS_FAILED;
        }
        text += written;
    }
    return 0;
}

/* glibc splits LD_PRELOAD at spaces and colons (ld.so(8)), musl at colons and all white space;
   neither has a way to quote them. */
static bool is_preloadable(const char *path)
{
    while (*path && *path != ' ' && *path != ':' && (*path < '\t' || *path > '\r'))
        path++;
    return !*path;
}

/* The new environment fits on the stack: the kernel limits arguments and environment together
   to a quarter of its size (execve(2)). */
static int run_with(const char *library, char **arguments, char **variables)
{
    const struct needs needs = environment_needs(variables, library);
    char *made[needs.pointers];
    char bytes[needs.bytes];
    struct strbuf strings = {bytes, 0, needs.bytes};
    environment_make(made, &strings, variables, library);
    check_log(environment_value(made, "NOSIGPIPE_OPTIONS="));
    const long error = exec_command(arguments, made);
    print_message("cannot start ", arguments[0], "", error);
    return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

static int run(const struct process *process, char **arguments)
{
    char self_space[PATH_CAPACITY];
    char library_space[PATH_CAPACITY];
    struct strbuf self = {self_space, 0, sizeof(self_space)};
    struct strbuf library = {library_space, 0, sizeof(library_space)};
    if (!arguments[0] || !*arguments[0])
        return fail("no command given (usage: nosigpipe-entrypoint [--] COMMAND [ARGUMENT]...)",
                    NULL, "");
    if (!find_library(process, &self, &library))
        return fail("libnosigpipe.so cannot be read beside ", self_space,
                    ", nor in ../lib, ../lib64 and the like from there");
    if (!is_preloadable(library_space))
        return fail("the loader takes no path with white space or a colon: ", library_space,
                    "");
    return run_with(library_space, arguments, process->variables);
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
