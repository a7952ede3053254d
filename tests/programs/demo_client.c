/*
 * demo_client PORT [MILLISECONDS]: prints the server's greeting, then sends 1024 bytes once in
 * so many milliseconds, for ever. It knows nothing of SIGPIPE: a plain send, whose result is
 * looked at and printed where it is an error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 1024, DEFAULT_INTERVAL_MS = 200 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(unsigned short port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        fail("demo_client: connect");
    return fd;
}

/* The greeting is one line. */
static void print_greeting(int fd)
{
    char byte = 0;
    while (byte != '\n') {
        if (recv(fd, &byte, 1, 0) != 1)
            fail("demo_client: recv");
        putchar(byte);
    }
}

static void report(unsigned attempt, ssize_t result)
{
    if (result >= 0)
        return;
    if (errno == EPIPE)
        printf("send %u: -1 EPIPE (%s)\n", attempt, strerror(errno));
    else
        printf("send %u: -1 (%s)\n", attempt, strerror(errno));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: demo_client PORT [MILLISECONDS]\n");
        return 2;
    }
    const long interval = argc > 2 ? strtol(argv[2], NULL, 10) : DEFAULT_INTERVAL_MS;
    const struct timespec pause = {interval / 1000, interval % 1000 * 1000000};
    char message[MESSAGE_SIZE];

    setvbuf(stdout, NULL, _IOLBF, 0);
    const int fd = connect_to((unsigned short)strtoul(argv[1], NULL, 10));
    print_greeting(fd);

    memset(message, '.', sizeof message);
    const int used = snprintf(message, sizeof message, "hello from pid %d\n", (int)getpid());
    message[used] = '.'; /* in the place of the final null */
    for (unsigned attempt = 1;; attempt++) {
        report(attempt, send(fd, message, sizeof message, 0));
        nanosleep(&pause, NULL);
    }
}
