/*
 * sender ADDRESS PORT: sends each line of its standard input, as librdkafka did when this was
 * reported of it in January 2013: by sendmsg with no flags, in a thread of its own.
 *
 * Behind the line "starttls" it speaks TLS, by OpenSSL, which writes with write(2). When the
 * connection is lost it says so, connects again as soon as it can, and sends the line once
 * more. At the end of the input it takes leave, and ends with status 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in peer = {.sin_family = AF_INET};
static int connection;
static SSL *session; /* NULL: no TLS yet */

static void require(int condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "sender: %s\n", what);
    exit(EXIT_FAILURE);
}

static int send_plain(const char *text, size_t size)
{
    struct iovec part = {(void *)text, size};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(connection, &message, 0) == (ssize_t)size;
}

static int send_text(const char *text)
{
    const size_t size = strlen(text);
    return session ? SSL_write(session, text, (int)size) == (int)size : send_plain(text, size);
}

static int start_tls(void)
{
    static SSL_CTX *settings;
    settings = settings ? settings : SSL_CTX_new(TLS_client_method());
    require(settings != NULL, "no TLS");
    SSL *const begun = SSL_new(settings);
    require(begun != NULL && SSL_set_fd(begun, connection) == 1, "no TLS");
    session = begun;
    return SSL_connect(begun) == 1;
}

static void leave(void)
{
    if (session)
        SSL_shutdown(session);
    SSL_free(session);
    session = NULL;
    close(connection);
}

static void connect_to_peer(void)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    for (;;) {
        connection = socket(AF_INET, SOCK_STREAM, 0);
        require(connection >= 0, "socket");
        if (connect(connection, (const struct sockaddr *)&peer, sizeof peer) == 0)
            break;
        close(connection);
        nanosleep(&pause, NULL);
    }
    puts("connected");
}

/* One line on the connection that there is; a failed call's errno in `why`. */
static int deliver(const char *line, int *why)
{
    errno = 0;
    const int done = send_text(line) && (strcmp(line, "starttls\n") != 0 || start_tls());
    *why = errno;
    return done;
}

static void *send_lines(void *unused)
{
    char line[256];
    connect_to_peer();
    while (fgets(line, sizeof line, stdin)) {
        int why = 0;
        while (!deliver(line, &why)) {
            const int with_tls = session != NULL;
            printf("lost: %s\n", strerror(why));
            SSL_free(session);
            session = NULL;
            close(connection);
            connect_to_peer();
            if (with_tls && strcmp(line, "starttls\n") != 0)
                require(deliver("starttls\n", &why), "no TLS again");
        }
    }
    leave();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    require(argc == 3, "usage: sender ADDRESS PORT");
    require(inet_pton(AF_INET, argv[1], &peer.sin_addr) == 1, "ADDRESS");
    peer.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));
    setvbuf(stdout, NULL, _IOLBF, 0);
    require(pthread_create(&thread, NULL, send_lines, NULL) == 0, "no thread");
    pthread_join(thread, NULL);
    puts("done");
    return EXIT_SUCCESS;
}
