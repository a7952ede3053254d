/* The descriptor that broke, found without the registers: tested on any CPU, with pipes and
   sockets of this process. */
#include "../../shim/arch/arch.h"

#undef SYSCALL_ARG1

#include "../fuzz/kernel.h"

#include "../../shim/report/broken_fd.c" // NOLINT(bugprone-suspicious-include)

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../fuzz/check.h"

static bool closing;   /* by another thread, in between */
static bool forbidden; /* TCP_INFO, by a seccomp filter */
static int state;      /* what it answers, or 0 */

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_getsockopt && b == IPPROTO_TCP && forbidden)
        return -EPERM;
    if (number == SYS_getsockopt && b == IPPROTO_TCP && state) {
        *(unsigned char *)d = (unsigned char)state;
        return 0;
    }
    if (number == SYS_ppoll && closing) {
        ((struct pollfd *)a)->revents = POLLNVAL;
        return 1;
    }
    const long answer = syscall(number, a, b, c, d, e, f);
    return answer < 0 ? -errno : answer;
}

/* Counts the open descriptors, which the search must leave as they are. */
static unsigned count_open(void)
{
    unsigned count = 0;
    DIR *const folder = opendir("/proc/self/fd");
    CHECK(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* A write to each descriptor shows in the end whether the answer was right. */
static void check_found(int expected)
{
    const unsigned before = count_open();
    CHECK(broken_fd_find() == expected);
    CHECK(broken_fd_find() == expected);
    CHECK(count_open() == before);
}

static void check_breaks(int fd)
{
    check_found(fd);
    CHECK(write(fd, "x", 1) == -1 && errno == EPIPE);
    check_found(fd);
    close(fd);
    check_found(-1);
}

static void check_pipes(void)
{
    int both[2];
    CHECK(pipe(both) == 0);
    check_found(-1);
    close(both[0]);
    closing = true;
    check_found(-1);
    closing = false;
    check_breaks(both[1]);
    CHECK(pipe(both) == 0);
    close(both[1]); /* a pipe without a writer: no write can break */
    check_found(-1);
    close(both[0]);
}

static void check_unix(int type, bool breaks)
{
    int both[2];
    CHECK(socketpair(AF_UNIX, type, 0, both) == 0);
    check_found(-1);
    close(both[0]);
    if (breaks)
        check_breaks(both[1]);
    else
        check_found(-1);
    close(both[1]);
}

/* Makes both ends of a connection over the loopback interface. */
static void connect_tcp(int domain, int ends[2])
{
    union {
        struct sockaddr any;
        struct sockaddr_in6 in6;
    } name = {.in6 = {.sin6_family = (sa_family_t)domain}};
    socklen_t size = domain == AF_INET ? sizeof(struct sockaddr_in) : sizeof(name.in6);
    const int server = socket(domain, SOCK_STREAM, 0);
    CHECK(bind(server, &name.any, size) == 0 && listen(server, 1) == 0);
    check_found(-1);
    CHECK(getsockname(server, &name.any, &size) == 0);
    ends[0] = socket(domain, SOCK_STREAM, 0);
    CHECK(connect(ends[0], &name.any, size) == 0);
    ends[1] = accept(server, NULL, NULL);
    CHECK(ends[1] >= 0);
    close(server);
}

static void check_tcp(int domain)
{
    int ends[2];
    const struct linger at_once = {.l_onoff = 1};
    struct pollfd reset;
    connect_tcp(domain, ends);
    check_found(-1);
    CHECK(shutdown(ends[1], SHUT_WR) == 0);
    check_found(ends[1]); /* shut down at this end only; the other may still write */
    reset = (struct pollfd){.fd = ends[0], .events = POLLIN};
    CHECK(poll(&reset, 1, 10000) == 1);
    check_found(ends[1]);
    forbidden = true;
    check_found(-1);
    forbidden = false;
    CHECK(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
    close(ends[1]);
    reset.events = 0;
    CHECK(poll(&reset, 1, 10000) == 1 && (reset.revents & POLLERR));
    check_breaks(ends[0]);
    close(ends[0]);
}

/* All states of TCP, with the result of a write in each but that of a socket that listens:
   net/ipv4/tcp.c, tcp_sendmsg_locked() (sk_shutdown) and net/core/stream.c,
   sk_stream_wait_connect(). */
static void check_states(void)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    static const unsigned char whole[] = {TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_SYN_SENT,
                                          TCP_SYN_RECV, TCP_LISTEN};
    check_found(fd); /* not connected */
    for (state = TCP_ESTABLISHED; state <= TCP_CLOSING; state++)
        check_found(memchr(whole, state, sizeof(whole)) ? -1 : fd);
    state = 0;
    close(fd);
}

/* Descriptors to which a write can break, and others. */
static void check_may_break(void)
{
    int both[2];
    CHECK(pipe(both) == 0 && !fd_may_break(both[0]) && fd_may_break(both[1]));
    CHECK(fd_socket_option(both[0], SO_TYPE) == -1);
    close(both[0]);
    close(both[1]);
    CHECK(!fd_may_break(both[1]) && !fd_may_break(-1));
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
    CHECK(fd_may_break(both[0]) && fd_may_break(both[1]));
    CHECK(fd_socket_option(both[0], SO_TYPE) == SOCK_STREAM);
    CHECK(fd_socket_option(both[0], SO_DOMAIN) == AF_UNIX);
    close(both[0]);
    close(both[1]);
    CHECK(!fd_may_break(0)); /* /dev/null */
}

/* Of a descriptor that was closed or replaced meanwhile, the kernel tells nothing. */
static void check_epipe_signals(void)
{
    static const struct {
        int type;
        bool signals;
    } sockets[] = {{SOCK_STREAM, true}, {SOCK_SEQPACKET, false}, {SOCK_DGRAM, false}};
    int both[2];
    for (int i = 0; i < 3; i++) {
        CHECK(socketpair(AF_UNIX, sockets[i].type, 0, both) == 0);
        CHECK(fd_epipe_signals(both[0]) == sockets[i].signals);
        close(both[0]);
        close(both[1]);
    }
    CHECK(fd_epipe_signals(both[0]));
    CHECK(pipe(both) == 0 && fd_epipe_signals(both[1]));
    close(both[0]);
    close(both[1]);
    CHECK(!fd_epipe_signals(0)); /* /dev/null */
}

/* With two broken descriptors, or too many open ones, the answer is unknown. */
static void check_several(void)
{
    int both[2];
    int other[2];
    struct rlimit limit;
    CHECK(pipe(both) == 0 && pipe(other) == 0);
    close(both[0]);
    check_found(both[1]);
    close(other[0]);
    check_found(-1);
    close(other[1]);
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    /* 1024 entries are read, of which three are ".", ".." and the folder itself. */
    int last = 0;
    for (unsigned left = 1024 - count_open(); left; left--)
        last = dup(0);
    check_found(both[1]);
    const int one_more = dup(0);
    CHECK(one_more >= 0);
    check_found(-1);
    close(one_more);
    check_found(both[1]);
    for (int fd = both[1] + 1; fd <= last; fd++)
        close(fd);
    limit.rlim_cur = (rlim_t)both[1] + 1;
    for (int fd = 3; fd < both[1]; fd++)
        dup2(0, fd);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(broken_fd_find() == -1);   /* EMFILE */
    limit.rlim_cur = limit.rlim_max; /* for what gcov and the sanitizers open at the end */
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void check_numbers(void)
{
    CHECK(number_of("") == -1 && number_of(".") == -1 && number_of("..") == -1);
    CHECK(number_of("0") == 0 && number_of("9") == 9 && number_of("1048575") == 1048575);
    CHECK(number_of("1a") == -1 && number_of("/1") == -1 && number_of("1:") == -1);
}

int main(void)
{
    const struct rlimit limit = {4096, 4096};
    signal(SIGPIPE, SIG_IGN);
    /* Descriptors inherited from whoever runs this; one may be broken. */
    for (int fd = 0; fd < 256; fd++) {
        if (fd != STDERR_FILENO)
            close(fd);
    }
    CHECK(open("/dev/null", O_RDWR) == 0 && dup(0) == 1);
    setrlimit(RLIMIT_NOFILE, &limit);
    check_numbers();
    check_found(-1);
    check_pipes();
    check_unix(SOCK_STREAM, true);
    check_unix(SOCK_SEQPACKET, false);
    check_unix(SOCK_DGRAM, false);
    check_tcp(AF_INET);
    check_tcp(AF_INET6);
    check_states();
    check_may_break();
    check_epipe_signals();
    check_several();
    return 0;
}
