/*
 * The first process of a pid namespace is sent a SIGPIPE while it sleeps in poll(2), which no
 * handler's flag makes go on. It says what poll answers.
 */
#include <poll.h>

#include "transcript_calls.h"

int main(void)
{
    int ends[2];
    char byte;
    require(getpid() == 1 && pipe(ends) == 0, "the first process");
    if (fork() == 0) {
        await_sleep(1);
        require(kill(1, SIGPIPE) == 0, "kill");
        await_sleep(1); /* still, or again */
        _exit(write(ends[1], "x", 1) != 1);
    }
    struct pollfd polled = {.fd = ends[0], .events = POLLIN};
    say_result("poll", poll(&polled, 1, -1));
    require(read(ends[0], &byte, 1) == 1, "read");
    return 0;
}
