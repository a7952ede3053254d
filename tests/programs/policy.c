/*
 * policy FD KIND CALL COUNT [SET]: makes descriptor FD a broken pipe or socket (KIND: pipe,
 * socket), writes to it COUNT times by CALL, and prints each answer on descriptor 3. SET:
 * handler, one-shot, ignore, or wait (for a byte of input after each answer).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void make_broken(int fd, const char *kind)
{
    int ends[2];
    const int failed =
        strcmp(kind, "pipe") == 0 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    close(ends[0]);
    if (failed || dup2(ends[1], fd) < 0)
        exit(99);
    if (ends[1] != fd)
        close(ends[1]);
}

/* A pipe with something in it, for splice and tee. */
static int full_pipe(void)
{
    int ends[2];
    if (pipe(ends) || write(ends[1], "data", 4) != 4)
        exit(99);
    return ends[0];
}

static ssize_t write_by(const char *call, int fd)
{
    const struct iovec part = {(char[]){"x"}, 1};
    if (strcmp(call, "write") == 0)
        return write(fd, "x", 1);
    if (strcmp(call, "writev") == 0)
        return writev(fd, &part, 1);
    if (strcmp(call, "send") == 0)
        return send(fd, "x", 1, 0);
    if (strcmp(call, "quiet") == 0)
        return send(fd, "x", 1, MSG_NOSIGNAL);
    if (strcmp(call, "splice") == 0)
        return splice(full_pipe(), NULL, fd, NULL, 4, 0);
    if (strcmp(call, "tee") == 0)
        return tee(full_pipe(), fd, 4, 0);
    if (strcmp(call, "vmsplice") == 0)
        return vmsplice(fd, &part, 1, 0);
    if (strcmp(call, "sendfile") == 0)
        return sendfile(fd, open("/proc/self/exe", O_RDONLY), NULL, 1);
    if (strcmp(call, "stdio") == 0)
        return dprintf(fd, "x");
    if (strcmp(call, "raw") == 0)
        return syscall(SYS_write, fd, "x", 1);
    exit(98);
}

static void handler(int signal_number)
{
    (void)signal_number;
    dprintf(3, "handler\n");
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 97;
    const struct sigaction one_shot = {.sa_handler = handler, .sa_flags = (int)SA_RESETHAND};
    const int fd = atoi(argv[1]);
    const char *set = argc > 5 ? argv[5] : "";
    make_broken(fd, argv[2]);
    if (strcmp(set, "handler") == 0)
        signal(SIGPIPE, handler);
    if (strcmp(set, "one-shot") == 0)
        sigaction(SIGPIPE, &one_shot, NULL);
    if (strcmp(set, "ignore") == 0)
        signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < atoi(argv[4]); i++) {
        errno = 0;
        const ssize_t answer = write_by(argv[3], fd);
        dprintf(3, "%zd %s\n", answer, strerrorname_np(errno));
        if (strcmp(set, "wait") == 0 && read(STDIN_FILENO, &(char){0}, 1) < 1)
            return 96;
    }
    struct sigaction now;
    sigaction(SIGPIPE, NULL, &now);
    dprintf(3, "%s\n",
            now.sa_handler == SIG_DFL   ? "default"
            : now.sa_handler == SIG_IGN ? "ignore"
            : now.sa_handler == handler ? "handler"
                                        : "other");
    return 0;
}
