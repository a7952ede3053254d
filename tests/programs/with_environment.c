/*
 * Executes a command with the entries given as its whole environment, whatever they look like:
 * with_environment [ENTRY]... -- COMMAND [ARGUMENT]...
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int i = 1;
    while (i < argc && strcmp(argv[i], "--") != 0)
        i++;
    if (i + 1 >= argc)
        return 2;
    argv[i] = NULL;
    execve(argv[i + 1], argv + i + 1, argv + 1);
    perror(argv[i + 1]);
    return 127;
}
