/* early_dlopen [OBJECT]: loads it at run time, or says why not; then makes broken calls, and
   children too. */
#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>

#include "early_report.h"

int main(int argc, char **argv)
{
    struct early early = {0};
    int status = 0;
    if (argc > 1 && !dlopen(argv[1], RTLD_NOW))
        fprintf(stderr, "%s\n", dlerror());
    const pid_t child = fork();
    early_calls(&early);
    if (child == 0)
        _exit(0);
    waitpid(child, &status, 0);
    printf("child: wait status %d\n", status);
    early_report(&early);
    fflush(stdout);
    kill(getpid(), SIGPIPE); /* is still the end */
    return 3;
}
