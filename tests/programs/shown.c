/* Prints its arguments and its environment as they are, each with a NUL behind it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        fwrite(argv[i], 1, strlen(argv[i]) + 1, stdout);
    for (char **entry = environ; *entry; entry++)
        fwrite(*entry, 1, strlen(*entry) + 1, stdout);
    return 0;
}
