/*
 * broker ADDRESS PORT [ADVERTISED-PORT]: a Kafka broker, which is librdkafka's own mock cluster
 * of one in a process of its own. Prints the port that it listens on; PORT 0 is for one that
 * the kernel chooses. Clients are told to come to ADVERTISED-PORT, where something in front of
 * it may listen.
 *
 * The mock cluster listens on 127.0.0.1 and a port of the kernel's choice, always; a broker
 * that is started anew has to come back where it was. So the two calls that it makes for that,
 * bind and getsockname, are defined here, and come before libc's.
 */
#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sockaddr_in listening = {.sin_family = AF_INET};
static in_port_t advertised;

static void require(int condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "broker: %s\n", what);
    exit(EXIT_FAILURE);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    (void)address;
    (void)size;
    require(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) == 0,
            "SO_REUSEADDR");
    const int result = (int)syscall(SYS_bind, fd, &listening, sizeof listening);
    require(result == 0, "bind");
    return result;
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
    struct sockaddr_in *const name = (struct sockaddr_in *)(void *)address;
    const int result = (int)syscall(SYS_getsockname, fd, address, size);
    require(result == 0, "getsockname");
    printf("%u\n", (unsigned)ntohs(name->sin_port));
    fflush(stdout);
    if (advertised)
        name->sin_port = advertised;
    return result;
}

static in_port_t port_from(const char *text)
{
    return htons((in_port_t)strtoul(text, NULL, 10));
}

int main(int argc, char **argv)
{
    char error[256];
    require(argc > 2, "usage: broker ADDRESS PORT [ADVERTISED-PORT]");
    require(inet_pton(AF_INET, argv[1], &listening.sin_addr) == 1, "ADDRESS");
    listening.sin_port = port_from(argv[2]);
    advertised = argc > 3 ? port_from(argv[3]) : 0;

    rd_kafka_conf_t *const settings = rd_kafka_conf_new();
    /* Not that the instance the cluster hangs on has no broker itself. */
    rd_kafka_conf_set(settings, "log_level", "0", NULL, 0);
    rd_kafka_t *const instance = rd_kafka_new(RD_KAFKA_PRODUCER, settings, error, sizeof error);
    require(instance != NULL, error);
    require(rd_kafka_mock_cluster_new(instance, 1) != NULL, "no cluster");
    for (;;)
        pause();
}
