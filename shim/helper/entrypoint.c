/*
 * nosigpipe-entrypoint: a container's ENTRYPOINT. It preloads the library into the command and
 * all that the command starts, then executes the command. The process id stays the same, so
 * signals reach the command as before.
 */
#include "base/version.h"
#include "helper/keep.h"

#include <errno.h>
#include <string.h>

static const char help[] =
    "Usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND [ARGUMENT]...\n"
    "Become COMMAND, with libnosigpipe.so preloaded into it and into all that it\n"
    "starts. For the ENTRYPOINT of a container image, which needs no shell for it.\n"
    "\n"
    "NOSIGPIPE_OPTIONS (see libnosigpipe(7)) begins with stdio=default,log=stderr\n"
    "here; what the variable has already comes behind that and wins.\n"
    "\n"
    "      --keep-output[=FILE]\n"
    "                    pass standard output and error on by a process that keeps\n"
    "                    them open when their reader goes away, and connects anew;\n"
    "                    meanwhile to FILE. NOSIGPIPE_KEEP_OUTPUT=yes, or =FILE,\n"
    "                    does the same\n"
    "      --no-preload  leave the environment as it is\n"
    "  -h, --help        show this and exit\n"
    "  -V, --version     show the version and exit\n"
    "\n"
    "The status is COMMAND's; 125 if nosigpipe-entrypoint itself fails, 126 if\n"
    "COMMAND cannot be executed, 127 if it is not found.\n";

static const char version[] = "nosigpipe-entrypoint " VERSION "\n";

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

/* What the options ask for. */
struct request {
    char **command;
    bool preloads;
    bool keeps;
    const char *file; /* for the output, or NULL */
};

static int become(const struct process *process, const struct request *request,
                  char **variables)
{
    if (request->keeps)
        keep_output(process, request->file, request->command[0]);
    const long error = exec_command(request->command, variables);
    print_message("cannot start ", request->command[0], "", error);
    return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* The new environment fits on the stack: the kernel limits arguments and environment together
   to a quarter of its size (execve(2)). */
static int become_preloaded(const struct process *process, const struct request *request,
                            const char *library)
{
    const struct needs needs = environment_needs(process->variables, library);
    char *made[needs.pointers];
    char bytes[needs.bytes];
    struct strbuf strings = {bytes, 0, needs.bytes};
    environment_make(made, &strings, process->variables, library);
    check_log(environment_value(made, "NOSIGPIPE_OPTIONS="));
    return become(process, request, made);
}

static int run_preloaded(const struct process *process, const struct request *request)
{
    char self_space[PATH_CAPACITY];
    char library_space[PATH_CAPACITY];
    struct strbuf self = {self_space, 0, sizeof(self_space)};
    struct strbuf library = {library_space, 0, sizeof(library_space)};
    if (!find_library(process, &self, &library))
        return fail("libnosigpipe.so cannot be read beside ", self_space,
                    ", nor in ../lib, ../lib64 and the like from there");
    if (!is_preloadable(library_space))
        return fail("the loader takes no path with white space or a colon: ", library_space,
                    "");
    return become_preloaded(process, request, library_space);
}

/* Makes a path from the root. A folder that is not below it, since it was removed or is in
   another mount namespace, has none (getcwd(2)). Returns 0 or a negated errno value. */
static long add_whole_path(struct strbuf *path, const char *file)
{
    if (*file != '/') {
        const long size = SYSCALL(SYS_getcwd, path->start, path->capacity);
        if (size <= 0 || *path->start != '/')
            return size < 0 ? size : -ENOENT;
        path->size = (size_t)size - 1;
        strbuf_add(path, "/");
    }
    const size_t before = path->size;
    strbuf_add(path, file);
    return path->size > before ? 0 : -ENAMETOOLONG;
}

/* The keeper's folder is the root, so FILE becomes a path from there. */
static int find_file(struct request *request)
{
    static char space[PATH_CAPACITY];
    struct strbuf path = {0};
    path.start = space; /* an initializer would have to be relocated */
    path.capacity = sizeof(space) - 1;
    long error = add_whole_path(&path, request->file);
    if (!error)
        error = place_try_file(space);
    if (error)
        print_message("cannot write the output to ", request->file, "", error);
    request->file = space;
    return error ? STATUS_FAILED : 0;
}

static int run(const struct process *process, struct request *request)
{
    if (!request->command[0] || !*request->command[0])
        return fail("no command given (usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND"
                    " [ARGUMENT]...)",
                    NULL, "");
    if (request->file && find_file(request) != 0)
        return STATUS_FAILED;
    return request->preloads ? run_preloaded(process, request)
                             : become(process, request, process->variables);
}

/* An option wins over the variable. */
static int take_variable(const struct process *process, struct request *request)
{
    const char *const value = environment_take(process->variables, "NOSIGPIPE_KEEP_OUTPUT=");
    if (request->keeps || !value || !*value)
        return 0;
    request->keeps = true;
    if (strcmp(value, "yes") == 0)
        return 0;
    request->file = value;
    return *value == '/' ? 0
                         : fail("bad value ", value,
                                " of NOSIGPIPE_KEEP_OUTPUT (accepted: yes, or a path that"
                                " begins with a slash)");
}

static bool is_either(const char *argument, const char *brief, const char *word)
{
    return strcmp(argument, brief) == 0 || strcmp(argument, word) == 0;
}

static int take_option(const char *option, struct request *request)
{
    const char *const file = after_prefix(option, "--keep-output=");
    if (strcmp(option, "--no-preload") == 0) {
        request->preloads = false;
    } else if (file || strcmp(option, "--keep-output") == 0) {
        request->keeps = true;
        request->file = file;
        if (file && !*file)
            return fail("'--keep-output=' needs a file", NULL, "");
    } else {
        return fail("unknown option ", option, " ('nosigpipe-entrypoint --help' lists all)");
    }
    return 0;
}

int entrypoint(const struct process *process)
{
    struct request request = {.preloads = true, .command = process->arguments};
    int status = 0;
    if (*request.command) /* there may be no argument 0 */
        request.command++;
    for (; *request.command && **request.command == '-' && status == 0; request.command++) {
        const char *const option = *request.command;
        if (strcmp(option, "--") == 0) {
            request.command++;
            break;
        }
        if (is_either(option, "-h", "--help"))
            return show(help);
        if (is_either(option, "-V", "--version"))
            return show(version);
        status = take_option(option, &request);
    }
    if (status == 0)
        status = take_variable(process, &request);
    return status ? status : run(process, &request);
}
