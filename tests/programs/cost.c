/*
 * cost CALL COUNT: that many calls that succeed, between two calls of getppid(), which mark the
 * place in a trace.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "broken.h"

static char data[] = "x";

/* What nobody receives is thrown away, so each send to it succeeds. */
static int datagram_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const int receiver = socket(AF_INET, SOCK_DGRAM, 0);
    const int sender = socket(AF_INET, SOCK_DGRAM, 0);
    must(bind(receiver, (struct sockaddr *)&address, size) == 0, "bind");
    must(getsockname(receiver, (struct sockaddr *)&address, &size) == 0, "getsockname");
    must(connect(sender, (struct sockaddr *)&address, size) == 0, "connect");
    return sender;
}

static int null_fd;
static int socket_fd;

static ssize_t make_write(void)
{
    return write(null_fd, data, 1);
}

static ssize_t make_writev(void)
{
    const struct iovec part = {data, 1};
    return writev(null_fd, &part, 1);
}

static ssize_t make_send(void)
{
    return send(socket_fd, data, 1, 0);
}

static ssize_t make_sendto(void)
{
    return sendto(socket_fd, data, 1, 0, NULL, 0);
}

static ssize_t make_sendmsg(void)
{
    struct iovec part = {data, 1};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(socket_fd, &message, 0);
}

static ssize_t make_sendmmsg(void)
{
    struct iovec part = {data, 1};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    return sendmmsg(socket_fd, &message, 1, 0);
}

static const struct {
    const char *name;
    ssize_t (*make)(void);
} calls[] = {
    {"write", make_write},   {"writev", make_writev},   {"send", make_send},
    {"sendto", make_sendto}, {"sendmsg", make_sendmsg}, {"sendmmsg", make_sendmmsg},
};

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    null_fd = open("/dev/null", O_WRONLY);
    must(null_fd >= 0, "/dev/null");
    socket_fd = datagram_socket();
    const long count = strtol(argv[2], NULL, 10);
    getppid();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(argv[1], "all") != 0 && strcmp(argv[1], calls[i].name) != 0)
            continue;
        for (long j = 0; j < count; j++)
            must(calls[i].make() == 1, calls[i].name);
    }
    getppid();
    return 0;
}
