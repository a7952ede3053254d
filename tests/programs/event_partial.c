/*
 * A sendmmsg(2) that sends the first of its two messages, and raises SIGPIPE for the second:
 * the peer of a TCP socket has closed it, and answers the first by a reset. On descriptor 3:
 * what it answered, and how many broken writes there were in all.
 */
#include "record_ends.h"

int main(void)
{
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct iovec part = {(char[]){"abcde"}, 5};
    struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}},
                                  {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};
    must(bind(listening, (struct sockaddr *)&address, size) == 0 && listen(listening, 1) == 0 &&
             getsockname(listening, (struct sockaddr *)&address, &size) == 0,
         "listen");
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&address, size) == 0, "connect");
    close(accept(listening, NULL, NULL));
    must(poll(&(struct pollfd){fd, POLLIN, 0}, 1, -1) == 1, "poll");
    dprintf(3, "answer %d\nfd=%d\n", sendmmsg(fd, messages, 2, 0), fd);
    return 0;
}
