/*
 * odd_environment odd|large|many COMMAND [ARGUMENT]...
 *
 * Becomes the command, which is named by its path, with an environment that no shell would
 * make: entries that occur twice, have a name that is no shell's, or no "=", one that is a
 * large part of what the kernel takes, or very many of them (execve(2), "Limits on size of
 * arguments and environment"). LD_PRELOAD and NOSIGPIPE_OPTIONS are handed on as they are.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *const odd[] = {"A=first",
                            "discovery.type=single-node",
                            "BASH_FUNC_x%%=() {  :\n}",
                            "A=second",
                            "no equals sign",
                            "",
                            "=no name",
                            "=",
                            "B=",
                            "LD_PRELOAD",
                            "LD_PRELOADED=1",
                            "NOSIGPIPE_OPTION=1",
                            "\x01\xff=\x7f\x80",
                            "PWD=/nowhere",
                            "OLDPWD=relative",
                            "SHLVL=abc",
                            "_=underscore",
                            "IFS=x",
                            "format=1",
                            "object=2"};

enum { MOST = 60000, LARGE = 12, LARGE_SIZE = 120000 };

int main(int argc, char **argv)
{
    static char *variables[MOST + 3];
    size_t count = 0;
    if (argc < 3)
        return 125;
    for (; argv[1][0] == 'o' && count < sizeof(odd) / sizeof(odd[0]); count++)
        variables[count] = odd[count];
    for (; argv[1][0] == 'm' && count < MOST; count++)
        variables[count] = "x";
    for (; argv[1][0] == 'l' && count < LARGE; count++) {
        variables[count] = calloc(LARGE_SIZE, 1);
        if (!variables[count])
            return 125;
        memset(variables[count], 'a' + (int)count, LARGE_SIZE - 1);
    }
    for (char **entry = environ; *entry && count < MOST + 2; entry++) {
        if (strncmp(*entry, "LD_PRELOAD=", 11) == 0 ||
            strncmp(*entry, "NOSIGPIPE_OPTIONS=", 18) == 0)
            variables[count++] = *entry;
    }
    execve(argv[2], argv + 2, variables);
    perror(argv[2]);
    return errno == ENOENT ? 127 : 126;
}
