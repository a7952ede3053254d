/*
 * A server that hangs up on every client, for the programs of tests/real.bats.
 *
 *   real_server [COUNT]
 *
 * Listens on 127.0.0.1 and prints the port, which the kernel chose. To each client it sends
 * COUNT requests of the TELNET protocol (none unless given), which a TELNET client answers one
 * by one, and the end of the stream with the last of them.
 *
 * The client is sent the FIN first and a RST when it writes after that. A socket that is reset
 * after a FIN answers every write from then on with EPIPE, never with ECONNRESET (tcp_reset in
 * net/ipv4/tcp_input.c), so it does not matter who is the faster. A close(2) with data unread,
 * or one after SO_LINGER, would answer the client's first write with ECONNRESET and no signal.
 */
#include <arpa/telnet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void require(int condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(EXIT_FAILURE);
}

static int listen_on_loopback(void)
{
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    require(server >= 0, "socket");
    require(bind(server, (struct sockaddr *)&address, size) == 0, "bind");
    require(listen(server, SOMAXCONN) == 0, "listen");
    require(getsockname(server, (struct sockaddr *)&address, &size) == 0, "getsockname");
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    require(fflush(stdout) == 0, "stdout");
    return server;
}

/* Held back by MSG_MORE, the requests leave together with the FIN. */
static void send_requests(int client, long count)
{
    const unsigned char request[] = {IAC, DO, TELOPT_ECHO};
    while (count-- > 0)
        send(client, request, sizeof request, MSG_MORE | MSG_NOSIGNAL);
}

int main(int argc, char **argv)
{
    const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    const int server = listen_on_loopback();
    for (;;) {
        const int client = accept(server, NULL, NULL);
        require(client >= 0, "accept");
        send_requests(client, count);
        /* Of both directions, so that what the client writes from now on is answered by a RST
           at once (tcp_rcv_state_process, "RFC 1122 says we MUST send a reset"). */
        shutdown(client, SHUT_RDWR);
        close(client);
    }
}
