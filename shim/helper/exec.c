#include "helper/helper.h"

#include <errno.h>
#include <string.h>

#define SHELL "/bin/sh"

/* As execvp(3) does: a file whose format the kernel does not know is a script without `#!`. */
static long run_by_shell(const char *path, char **arguments, char **variables)
{
    size_t count = 0;
    while (arguments[count])
        count++;
    char *words[count + 2];
    words[0] = (char *)(uintptr_t)SHELL;
    words[1] = (char *)(uintptr_t)path;
    for (size_t i = 1; i <= count; i++)
        words[i + 1] = arguments[i];
    SYSCALL(SYS_execve, SHELL, words, variables);
    return -ENOEXEC;
}

static long run(const char *path, char **arguments, char **variables)
{
    const long error = SYSCALL(SYS_execve, path, arguments, variables);
    return error == -ENOEXEC ? run_by_shell(path, arguments, variables) : error;
}

/* Whether the search goes on in the next folder of PATH, as in glibc (posix/execvpe.c). */
static bool continues_search(long error)
{
    return error == -ENOENT || error == -EACCES || error == -ENOTDIR || error == -ESTALE ||
           error == -ENODEV || error == -ETIMEDOUT;
}

static size_t size_until(const char *string, char mark)
{
    size_t size = 0;
    while (string[size] && string[size] != mark)
        size++;
    return size;
}

/* An empty folder is the current one. */
static long run_in(const char *folder, size_t size, char **arguments, char **variables)
{
    char space[PATH_MAX + NAME_MAX + 2];
    struct strbuf path = {space, 0, sizeof(space)};
    const size_t whole = size + (size > 0) + strlen(arguments[0]) + 1;
    if (size > PATH_MAX) /* no such folder exists, and glibc skips it */
        return -ENOENT;
    if (whole > sizeof(space))
        return -ENAMETOOLONG;
    strbuf_add_bytes(&path, folder, size);
    strbuf_add(&path, size ? "/" : "");
    strbuf_add(&path, arguments[0]);
    strbuf_add_bytes(&path, "", 1);
    return run(space, arguments, variables);
}

/* As glibc does: without PATH, the system's own folders are searched (confstr(3), _CS_PATH). If
   no folder has the command, an EACCES on the way is the result. */
static long search(char **arguments, char **variables)
{
    const char *folders = environment_value(variables, "PATH=");
    bool refused = false;
    long error;
    if (!folders)
        folders = "/bin:/usr/bin";
    for (;;) {
        const size_t size = size_until(folders, ':');
        error = run_in(folders, size, arguments, variables);
        refused = refused || error == -EACCES;
        folders += size;
        if (!continues_search(error) || !*folders++)
            break;
    }
    return continues_search(error) && refused ? -EACCES : error;
}

long exec_command(char **arguments, char **variables)
{
    const char *name = arguments[0];
    return name[size_until(name, '/')] ? run(name, arguments, variables)
                                       : search(arguments, variables);
}
