/* What a descriptor is. The oracle for addresses is libc. */
#include "../../shim/report/fd_info.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The only descriptor that exists. */
static struct {
    unsigned short type;
    int domain;
    int protocol;
    uint64_t inode;
    struct sockaddr_storage name;
    size_t name_size;
    long refused; /* a system call, or an option of a socket */
    long
        skipped; /* a system call that a filter answers with 0; seccomp(2), SECCOMP_RET_ERRNO */
    const char *link;
} known;

enum { FD = 1234, PEER = 77 };

static long get_option(int option, void *to, socklen_t *size)
{
    const struct ucred peer = {.pid = PEER, .uid = 1, .gid = 2};
    const int value = option == SO_DOMAIN ? known.domain : known.protocol;
    if (option == 28) { /* SO_PEERNAME takes no larger size than the name's: net/core/sock.c */
        if (*size > known.name_size)
            return -EINVAL;
        memcpy(to, &known.name, *size);
    } else if (option == SO_PEERCRED) {
        CHECK(*size == sizeof(peer));
        memcpy(to, &peer, sizeof(peer));
    } else {
        CHECK((option == SO_DOMAIN || option == SO_PROTOCOL) && *size == sizeof(value));
        memcpy(to, &value, sizeof(value));
    }
    return 0;
}

/* As net/socket.c, move_addr_to_user(): gives as many bytes as fit, and the full size. */
static long give_name(void *to, socklen_t *size)
{
    memcpy(to, &known.name, known.name_size < *size ? known.name_size : *size);
    *size = (socklen_t)known.name_size;
    return 0;
}

static long give_link(char *to, size_t size)
{
    const size_t whole = strlen(known.link);
    memcpy(to, known.link, whole < size ? whole : size);
    return (long)(whole < size ? whole : size);
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct stat status = {.st_mode = known.type, .st_ino = known.inode};
    (void)f;
    if (number == known.refused || (number == SYS_getsockopt && c == known.refused))
        return -ENOTCONN;
    if (number == known.skipped)
        return 0;
    switch (number) {
    case SYS_fstat:
        CHECK(a == FD);
        memcpy((void *)b, &status, sizeof(status));
        return 0;
    case SYS_getsockopt:
        CHECK(a == FD && b == SOL_SOCKET);
        return get_option((int)c, (void *)d, (socklen_t *)e);
    case SYS_getsockname:
    case SYS_getpeername:
        CHECK(a == FD);
        return give_name((void *)b, (socklen_t *)c);
    case SYS_readlinkat:
        CHECK(a == AT_FDCWD && strcmp((const char *)b, "/proc/self/fd/1234") == 0);
        return give_link((char *)c, (size_t)d);
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

static void check_address(const struct address *address, const char *expected)
{
    CHECK(address->size == strlen(expected));
    CHECK(memcmp(address->bytes, expected, address->size) == 0);
}

/* Checks the kind of the known socket, and the addresses of both ends, which are equal here. */
static void check_socket(const char *kind, const char *local, const char *peer, long peer_pid)
{
    struct fd_info description;
    known.type = S_IFSOCK;
    known.domain = known.domain ? known.domain : known.name.ss_family;
    fd_info_get(FD, &description);
    CHECK(strcmp(description.kind, kind) == 0 && description.inode == known.inode);
    check_address(&description.local, local);
    check_address(&description.peer, peer);
    CHECK(description.peer_pid == peer_pid);
    known.domain = 0;
}

static void check_ipv4(const char *app, unsigned short port)
{
    char expected[64];
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    CHECK(inet_pton(AF_INET, app, &in.sin_addr) == 1);
    memcpy(&known.name, &in, sizeof(in));
    known.name_size = sizeof(in);
    snprintf(expected, sizeof(expected), "%s:%u", app, port);
    check_socket("tcp", expected, expected, 0);
}

static void check_ipv6(const struct in6_addr *address, unsigned scope, unsigned short port)
{
    char app[INET6_ADDRSTRLEN + sizeof("%4294967295")];
    char expected[64];
    const struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                                     .sin6_port = htons(port),
                                     .sin6_addr = *address,
                                     .sin6_scope_id = scope};
    memcpy(&known.name, &in6, sizeof(in6));
    known.name_size = sizeof(in6);
    inet_ntop(AF_INET6, address, app, sizeof(app));
    /* The old form "::1.2.3.4", which glibc still writes, is not RFC 5952's. */
    if (IN6_IS_ADDR_V4COMPAT(address) && address->s6_addr16[6])
        snprintf(app, sizeof(app), "::%x:%x", ntohs(address->s6_addr16[6]),
                 ntohs(address->s6_addr16[7]));
    if (scope)
        snprintf(app + strlen(app), sizeof(app) - strlen(app), "%%%u", scope);
    snprintf(expected, sizeof(expected), "[%s]:%u", app, port);
    check_socket("tcp6", expected, expected, 0);
}

/* Zero groups in all places, among groups of one to four digits; and mapped addresses. */
static void check_internet(void)
{
    static const unsigned groups[] = {1, 0x20, 0xabc, 0xffff, 0x1000, 0xf, 0x80, 0x100};
    struct in6_addr address;
    known.protocol = IPPROTO_TCP;
    check_ipv4("0.0.0.0", 0);
    check_ipv4("127.0.0.1", 1);
    check_ipv4("10.20.199.255", 65535);
    check_ipv4("255.255.255.255", 0x1234);
    for (unsigned zeros = 0; zeros < 256; zeros++) {
        for (unsigned turn = 0; turn < 8; turn++) {
            for (unsigned i = 0; i < 8; i++)
                address.s6_addr16[i] =
                    htons((unsigned short)(zeros >> i & 1 ? 0 : groups[(i + turn) % 8]));
            check_ipv6(&address, 0, (unsigned short)(zeros << turn));
        }
    }
    /* Link-local addresses, with their interface; RFC 4007, 11. */
    for (unsigned scope = UINT32_MAX; scope; scope >>= 1) {
        check_ipv6(&(struct in6_addr){{{0xfe, 0x80, [15] = 1}}}, scope, 65535);
        memset(&address, 0xee, sizeof(address)); /* the longest ones */
        check_ipv6(&address, scope, 65535);
    }
    /* A mapped address, and those that differ from one by a bit of the first 12 bytes. */
    for (int bit = -1; bit < 96; bit++) {
        CHECK(inet_pton(AF_INET6, "::ffff:192.0.2.33", &address) == 1);
        if (bit >= 0)
            address.s6_addr[bit / 8] ^= (unsigned char)(1 << bit % 8);
        check_ipv6(&address, 0, 80);
    }
    /* Another protocol than TCP: SCTP. Other domains have no kind of their own. */
    known.protocol = IPPROTO_SCTP;
    check_socket("socket", "[::ff7f:c000:221]:80", "[::ff7f:c000:221]:80", 0);
    known.domain = AF_INET;
    known.name.ss_family = AF_VSOCK;
    check_socket("socket", "", "", 0);
    known.domain = AF_VSOCK;
    known.protocol = IPPROTO_TCP;
    check_socket("socket", "", "", 0);
    /* All questions fail, as after a reset or under a seccomp filter. */
    known.name.ss_family = AF_INET;
    known.name_size = sizeof(struct sockaddr_in);
    known.refused = 28;
    memset((char *)&known.name + 2, 0, 14);
    check_socket("tcp", "0.0.0.0:0", "", 0);
    known.refused = SYS_getsockname;
    check_socket("tcp", "", "0.0.0.0:0", 0);
    known.refused = SYS_getsockopt;
    check_socket("socket", "0.0.0.0:0", "", 0);
    known.refused = 0;
}

static void check_unix(const char *path, size_t size, const char *expected)
{
    memset(&known.name, 'x', sizeof(known.name));
    known.name.ss_family = AF_UNIX;
    memcpy((char *)&known.name + 2, path, size);
    known.name_size = 2 + size;
    known.inode++;
    check_socket("unix", expected, expected, PEER);
}

/* Unix sockets (unix(7)): unnamed, with a path (whose NUL may be beyond sun_path), abstract. */
static void check_unix_names(void)
{
    char longest[109];
    char abstract[109];
    memset(longest, 'p', 108);
    longest[108] = '\0';
    memcpy(abstract, longest, sizeof(abstract));
    abstract[0] = '@';
    check_unix("", 0, "");
    check_unix("/a", 3, "/a");
    check_unix("/a\0b", 4, "/a");
    check_unix("/ab", 3, "/ab"); /* no NUL */
    check_unix("\0abc", 4, "@abc");
    check_unix("\0", 1, "@"); /* of its own, no name */
    check_unix(longest, 109, longest);
    check_unix(longest, 108, longest);
    longest[0] = '\0';
    check_unix(longest, 108, abstract);
    known.refused = SYS_getpeername;
    check_socket("unix", abstract, "", PEER);
    known.refused = SO_PEERCRED;
    check_socket("unix", abstract, abstract, 0);
    known.refused = 0;
    known.skipped = SYS_getsockname;
    check_socket("unix", "", abstract, PEER);
    known.skipped = SYS_getpeername;
    check_socket("unix", abstract, "", PEER);
    known.skipped = 0;
    known.name_size = 1; /* less than any name has */
    check_socket("unix", "", "", PEER);
}

static void check_pipe(const char *link, const char *kind, const char *expected)
{
    struct fd_info description;
    known.type = S_IFIFO | 0600;
    known.inode = UINT64_MAX;
    known.link = link;
    fd_info_get(FD, &description);
    CHECK(strcmp(description.kind, kind) == 0 && description.inode == UINT64_MAX);
    check_address(&description.local, expected);
    check_address(&description.peer, "");
    CHECK(description.peer_pid == 0);
}

static void check_pipes(void)
{
    char path[160];
    char whole[160];
    check_pipe("pipe:[123]", "pipe", "");
    check_pipe("/a/fifo", "fifo", "/a/fifo");
    check_pipe("", "pipe", "");
    known.refused = SYS_readlinkat;
    check_pipe("/a/fifo", "pipe", "");
    known.refused = 0;
    for (size_t size = 105; size < 120; size++) {
        memset(path, '/', size);
        memcpy(path + size, "\xe2\x82\xac", 4); /* a character of three bytes, then nothing */
        snprintf(whole, sizeof(whole), "%.*s",
                 (int)(size + 3 <= ADDRESS_SIZE ? size + 3
                       : size < ADDRESS_SIZE    ? size
                                                : ADDRESS_SIZE),
                 path);
        check_pipe(path, "fifo", whole);
    }
}

static void check_others(void)
{
    struct fd_info description;
    known.type = S_IFREG;
    known.inode = 5;
    fd_info_get(FD, &description);
    CHECK(strcmp(description.kind, "other") == 0 && description.inode == 5);
    CHECK(description.local.size == 0 && description.peer.size == 0);
    known.refused = SYS_fstat;
    fd_info_get(FD, &description);
    CHECK(strcmp(description.kind, "unknown") == 0 && description.inode == 0);
    fd_info_get(-1, &description);
    CHECK(strcmp(description.kind, "unknown") == 0 && description.inode == 0);
}

int main(void)
{
    check_internet();
    check_unix_names();
    check_pipes();
    check_others();
    return 0;
}
