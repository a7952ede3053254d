/*
 * Makes each call of the write family many times, on ends that are whole and on broken ones,
 * and prints the answers: preload_faults.c gives most of them.
 */
#include "named.h"
#include "transcript_calls.h"

enum { ROUNDS = 18 };

static void make_calls(const struct call *call, const char *on, int fd)
{
    char label[64];
    snprintf(label, sizeof label, "%s, %s", call->name, on);
    errno = 0;
    for (int i = 0; i < ROUNDS; i++)
        say_result(label, call->make(fd));
}

int main(void)
{
    alarm(CASE_SECONDS);
    int whole_pipe[2];
    int whole_socket[2];
    /* Room for all of it, so that nothing waits: each splice takes a slot of the pipe. */
    require(pipe(whole_pipe) == 0 && fcntl(whole_pipe[1], F_SETPIPE_SZ, 1 << 20) > 0 &&
                socketpair(AF_UNIX, SOCK_STREAM, 0, whole_socket) == 0,
            "descriptors");
    prepare_calls();
    NAMED("begin_faults", void(void))();
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (calls[i].works_on & ON_PIPE) {
            make_calls(&calls[i], "pipe", whole_pipe[1]);
            make_calls(&calls[i], "broken pipe", broken_pipe());
        }
        if (calls[i].works_on & ON_SOCKET) {
            make_calls(&calls[i], "socket", whole_socket[1]);
            make_calls(&calls[i], "broken socket", broken_socket());
        }
    }
    return 0;
}
