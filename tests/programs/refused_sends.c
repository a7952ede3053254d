/*
 * Sends on a socket of a protocol that preload_refuse.c makes refuse MSG_NOSIGNAL, before and
 * after one of a usual protocol is made; on that one, a broken send.
 */
#include <linux/netlink.h>

#include "transcript_calls.h"

static void send_each_way(void)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    struct nlmsghdr nothing = {.nlmsg_len = sizeof nothing, .nlmsg_type = NLMSG_NOOP};
    struct iovec part = {&nothing, sizeof nothing};
    struct mmsghdr messages[1] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};
    require(connect(fd, (const struct sockaddr *)&kernel, sizeof kernel) == 0, "connect");
    errno = 0;
    say_result("send", send(fd, &nothing, sizeof nothing, 0));
    say_result("sendto", sendto(fd, &nothing, sizeof nothing, 0, NULL, 0));
    say_result("sendmsg", sendmsg(fd, &messages[0].msg_hdr, 0));
    say_result("sendmmsg", sendmmsg(fd, messages, 1, 0));
    say_result("send, MSG_NOSIGNAL", send(fd, &nothing, sizeof nothing, MSG_NOSIGNAL));
    close(fd);
}

static void alone(void)
{
    send_each_way();
}

static void after_a_usual_one(void)
{
    broken_send();
    send_each_way();
    broken_send();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(alone), CASE(after_a_usual_one)};
    return run_cases(argc, argv, cases, COUNT(cases));
}
