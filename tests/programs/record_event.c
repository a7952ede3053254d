/*
 * record_event ORIGIN END [WHERE]: breaks one write, in a thread of its own, and prints on
 * descriptor 3, one field a line, what the record of that has to say, as far as the program
 * knows it by itself; then what the write answered. Without arguments: the names of the
 * origins.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "record_origins.h"

static struct known known;
static const struct origin *origin;
static pid_t reader;
static int to_read;

/* The one reader of the pipe leaves when the pipe is full. */
static void leave_when_full(void)
{
    int there = 0;
    const int capacity = fcntl(to_read, F_GETPIPE_SZ);
    for (int i = 0; i < 10000 && there != capacity; i++) {
        must(ioctl(to_read, FIONREAD, &there) == 0, "FIONREAD");
        poll(NULL, 0, 1);
    }
    _exit(0);
}

static struct known make_partial_end(void)
{
    int both[2];
    must(pipe(both) == 0, "pipe");
    to_read = both[0];
    reader = fork();
    if (reader == 0) {
        close(both[1]);
        leave_when_full();
    }
    close(both[0]);
    return (struct known){.fd = both[1], .kind = "pipe"};
}

static void print_known(unsigned long inode)
{
    const bool named = origin->knows_descriptor;
    char thread[16];
    pthread_getname_np(pthread_self(), thread, sizeof(thread));
    dprintf(3, "pid=%d\ntid=%d\nprogram=%s\nthread=%s\ncall=%s\nfd=%d\nkind=%s\n", getpid(),
            gettid(), program_invocation_short_name, thread, origin->call,
            named ? known.fd : -1, named ? known.kind : "unknown");
    dprintf(3, "local=%s\npeer=%s\npeer_pid=%d\ninode=%lu\nasked=%d\n",
            named ? known.local : "", named ? known.peer : "", named ? known.peer_pid : 0,
            named ? inode : 0, origin->asked);
}

static void *break_write(void *data)
{
    struct stat status;
    (void)data;
    pthread_setname_np(pthread_self(), "the writer");
    must(fstat(known.fd, &status) == 0, "fstat");
    print_known(status.st_ino);
    errno = 0;
    const ssize_t answer = origin->make(known.fd);
    const int error = errno;
    dprintf(3, "written=%zd\n", answer > 0 ? answer : 0);
    dprintf(3, "action=epipe\ncount=1\nfd_count=1\nanswer %zd %s\n", answer,
            strerrorname_np(error));
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
            puts(origins[i].name);
        return 0;
    }
    pthread_t thread;
    origin = find_origin(argv[1]);
    known = strcmp(origin->name, "partial") == 0 ? make_partial_end()
                                                 : make_end(argv[2], argc > 3 ? argv[3] : "");
    must(pthread_create(&thread, NULL, break_write, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL);
    if (reader)
        waitpid(reader, NULL, 0);
    return 0;
}
