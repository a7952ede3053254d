/*
 * demo_server: greets every client and prints what it receives, until it is killed.
 *
 * It listens on the loopback address, on a port that the kernel chooses; the first line printed
 * names it. One process serves all, so that one SIGKILL takes every connection away.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 1024, CLIENTS = 8 };

/* A message may arrive in parts: TCP is a stream. */
struct client {
    size_t received;
    char message[MESSAGE_SIZE + 1]; /* and a null, which is never overwritten */
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_on_loopback(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, CLIENTS) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("demo_server: listen");
    printf("listening on port %u\n", ntohs(address.sin_port));
    return listener;
}

static void greet(int fd, int number)
{
    char greeting[64];
    const int size =
        snprintf(greeting, sizeof greeting, "Hello, client %d, says the server\n", number);
    if (send(fd, greeting, (size_t)size, 0) != size)
        perror("demo_server: send");
}

/* Whether the connection is still there. Prints the first line of each whole message. */
static int receive(int fd, struct client *client)
{
    const ssize_t count =
        recv(fd, client->message + client->received, MESSAGE_SIZE - client->received, 0);
    if (count <= 0)
        return 0;
    client->received += (size_t)count;
    if (client->received == MESSAGE_SIZE) {
        printf("received %d bytes: %.*s\n", MESSAGE_SIZE, (int)strcspn(client->message, "\n"),
               client->message);
        client->received = 0;
    }
    return 1;
}

int main(void)
{
    static struct client clients[CLIENTS];
    struct pollfd polled[1 + CLIENTS]; /* the listener, then the clients in their order */
    nfds_t count = 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    polled[0] = (struct pollfd){.fd = listen_on_loopback(), .events = POLLIN};
    while (poll(polled, count, -1) > 0) {
        for (nfds_t i = 1; i < count; i++) {
            if (polled[i].revents && !receive(polled[i].fd, &clients[i - 1])) {
                close(polled[i].fd);
                polled[i].fd = -1; /* poll(2) passes over a negative descriptor */
            }
        }
        if (polled[0].revents && count <= CLIENTS) {
            const int fd = accept(polled[0].fd, NULL, NULL);
            if (fd < 0)
                fail("demo_server: accept");
            polled[count] = (struct pollfd){.fd = fd, .events = POLLIN};
            greet(fd, (int)count++);
        }
    }
    fail("demo_server: poll");
}
