/* late_flush N: makes N broken writes, and leaves one more to stdio's flush at exit. */
#include "broken.h"

int main(int argc, char **argv)
{
    const int broken = broken_pipe();
    must(argc == 2, "usage: late_flush N");
    for (int i = 0; i < atoi(argv[1]); i++)
        must(write(broken, "x", 1) == -1, "write");
    must(dup2(broken, STDOUT_FILENO) == STDOUT_FILENO, "dup2");
    printf("late");
    return 0;
}
