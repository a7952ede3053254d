// A process in a known state for nosigpipe-audit: audit_state STATE [THING...]
//
// STATE: default, ignore, handle, blocked (in both of two threads), half (in one of the two),
// or leader-gone (as blocked, but for a first thread that did not block SIGPIPE and has ended).
// THING: pipe, fifo=PATH, file=PATH, tcp, listener, listener6, unix, dgram, seqpacket, udp,
// name=TEXT, undumpable. Prints "ready", closes its output and waits for a line on its input;
// after that line it writes to a pipe without a reader, and so tells by its end what SIGPIPE
// does to it.

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t both_set;

static void handle(int number)
{
    (void)number;
}

static void set_blocked(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (pthread_sigmask(how, &set, NULL) != 0) {
        errx(2, "pthread_sigmask");
    }
}

_Noreturn static void serve(void)
{
    int ends[2];
    char line[16];
    if (close(STDERR_FILENO) != 0 || printf("ready\n") < 0 || fclose(stdout) != 0) {
        _exit(2);
    }
    if (read(STDIN_FILENO, line, sizeof line) <= 0) {
        _exit(0);
    }
    if (pipe(ends) != 0 || close(ends[0]) != 0) {
        _exit(2);
    }
    _exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2);
}

static void *block_and_wait(void *unused)
{
    (void)unused;
    set_blocked(SIG_BLOCK);
    pthread_barrier_wait(&both_set);
    while (pause() == -1) {
    }
    return NULL;
}

// The first thread of an ended leader stays as a zombie while others run.
static void wait_for_leader(void)
{
    char path[64];
    char line[512];
    const struct timespec step = {.tv_nsec = 2000000};
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
    do {
        nanosleep(&step, NULL);
        FILE *file = fopen(path, "r");
        if (file == NULL || fgets(line, sizeof line, file) == NULL) {
            err(2, "%s", path);
        }
        fclose(file);
    } while (strstr(line, ") Z ") == NULL);
}

static void *block_and_serve(void *unused)
{
    (void)unused;
    set_blocked(SIG_BLOCK);
    wait_for_leader();
    serve();
}

static void start_thread(void *(*body)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) != 0) {
        errx(2, "pthread_create");
    }
}

static void listen_on(int family)
{
    struct sockaddr_storage any = {.ss_family = (sa_family_t)family};
    socklen_t size =
        family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int listener = socket(family, SOCK_STREAM, 0);
    if (listener == -1 || bind(listener, (struct sockaddr *)&any, size) != 0 ||
        listen(listener, 1) != 0) {
        err(2, "listener");
    }
}

static void connect_to_self(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(client, (struct sockaddr *)&address, size) != 0 ||
        accept(listener, NULL, NULL) == -1 || close(listener) != 0) {
        err(2, "tcp");
    }
}

// What else a process may hold: not one of these can break.
static void open_udp(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (udp == -1 || bind(udp, (struct sockaddr *)&any, sizeof any) != 0) {
        err(2, "udp");
    }
}

static void open_fifo(const char *path)
{
    if (mkfifo(path, 0600) != 0 || open(path, O_RDONLY | O_NONBLOCK) == -1 ||
        open(path, O_WRONLY) == -1) {
        err(2, "%s", path);
    }
}

static void add(const char *thing)
{
    int pair[2];
    int failed = 0;
    if (strcmp(thing, "pipe") == 0) {
        failed = pipe(pair);
    } else if (strncmp(thing, "fifo=", 5) == 0) {
        open_fifo(thing + 5);
    } else if (strncmp(thing, "file=", 5) == 0) {
        failed = open(thing + 5, O_WRONLY | O_CREAT, 0600) == -1;
    } else if (strcmp(thing, "tcp") == 0) {
        connect_to_self();
    } else if (strcmp(thing, "listener") == 0) {
        listen_on(AF_INET);
    } else if (strcmp(thing, "listener6") == 0) {
        listen_on(AF_INET6);
    } else if (strcmp(thing, "unix") == 0) {
        failed = socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    } else if (strcmp(thing, "dgram") == 0) {
        failed = socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    } else if (strcmp(thing, "seqpacket") == 0) {
        failed = socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    } else if (strcmp(thing, "udp") == 0) {
        open_udp();
    } else if (strncmp(thing, "name=", 5) == 0) {
        failed = prctl(PR_SET_NAME, thing + 5);
    } else if (strcmp(thing, "undumpable") == 0) {
        failed = prctl(PR_SET_DUMPABLE, 0);
    } else {
        errx(2, "unknown thing '%s'", thing);
    }
    if (failed) {
        err(2, "%s", thing);
    }
}

int main(int argc, char **argv)
{
    close_range(STDERR_FILENO + 1, ~0U, 0);
    const char *state = argc > 1 ? argv[1] : "default";
    for (int i = 2; i < argc; i++) {
        add(argv[i]);
    }
    pthread_barrier_init(&both_set, NULL, 2);
    if (strcmp(state, "ignore") == 0) {
        signal(SIGPIPE, SIG_IGN);
    } else if (strcmp(state, "handle") == 0) {
        signal(SIGPIPE, handle);
    } else if (strcmp(state, "blocked") == 0 || strcmp(state, "half") == 0) {
        start_thread(block_and_wait);
        pthread_barrier_wait(&both_set);
        set_blocked(strcmp(state, "half") == 0 ? SIG_UNBLOCK : SIG_BLOCK);
    } else if (strcmp(state, "leader-gone") == 0) {
        start_thread(block_and_serve);
        pthread_exit(NULL);
    } else if (strcmp(state, "default") != 0) {
        errx(2, "unknown state '%s'", state);
    }
    serve();
}
