/*
 * event_none CASE: writes that answer EPIPE though they raise no SIGPIPE, so that the program
 * lives: by each call, on a socket that is not of a stream, and on a Unix one that made the
 * writer wait. The answers are on standard output.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "transcript_calls.h"

static void make_each_call(int fd)
{
    prepare_calls();
    for (size_t i = 0; i < COUNT(calls); i++) {
        errno = 0;
        if (calls[i].works_on & ON_SOCKET)
            say_result(calls[i].name, calls[i].make(fd));
    }
}

static void seqpacket(void)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "socketpair");
    close(ends[0]);
    make_each_call(ends[1]);
}

static void unix_datagram(void)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "socketpair");
    shutdown(ends[0], SHUT_RD);
    make_each_call(ends[1]);
}

static void udp(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    require(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "connect");
    shutdown(fd, SHUT_WR);
    make_each_call(fd);
}

static int waiting[2];

static void *break_it(void *writer)
{
    await_sleep(*(pid_t *)writer);
    shutdown(waiting[0], SHUT_RD);
    return NULL;
}

/* net/unix/af_unix.c, unix_stream_sendmsg: an error of the wait for room passes by the signal.
 */
static void unix_that_waited(void)
{
    static char data[1 << 16];
    pid_t self = gettid();
    pthread_t thread;
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, waiting) == 0, "socketpair");
    while (send(waiting[1], data, sizeof data, MSG_DONTWAIT) > 0)
        ;
    pthread_create(&thread, NULL, break_it, &self);
    errno = 0;
    say_result("send", send(waiting[1], data, sizeof data, 0));
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(seqpacket), CASE(unix_datagram), CASE(udp),
                                             CASE(unix_that_waited)};
    for (size_t i = 0; argc == 2 && i < COUNT(cases); i++) {
        if (strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return 0;
        }
    }
    return 99;
}
