/* What a descriptor is: parsing the text of an address gives the kernel's address. */
#include "../../shim/report/fd_info.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fuzz.h"

/* The state of the only descriptor. */
static struct {
    uint16_t type;
    int domain;
    int protocol;
    bool failing;
    uint64_t inode;
    struct sockaddr_storage local;
    struct sockaddr_storage peer;
    size_t local_size;
    size_t peer_size;
    int peer_pid;
    struct taken link;
} known;

/* As net/socket.c, move_addr_to_user(): gives as many bytes as fit, and the full size. */
static long give_name(const struct sockaddr_storage *name, size_t name_size, void *to,
                      socklen_t *size)
{
    memcpy(to, name, name_size < *size ? name_size : *size);
    *size = (socklen_t)name_size;
    return known.failing ? -ENOTCONN : 0;
}

static long get_option(int option, void *to, socklen_t *size)
{
    const struct ucred credentials = {.pid = known.peer_pid};
    const int value = option == SO_DOMAIN ? known.domain : known.protocol;
    if (option == 28) { /* SO_PEERNAME: net/core/sock.c, sk_getsockopt() */
        if (*size > known.peer_size || known.failing)
            return -EINVAL;
        memcpy(to, &known.peer, *size);
        return 0;
    }
    if (option == SO_PEERCRED) {
        CHECK(*size == sizeof(credentials));
        memcpy(to, &credentials, sizeof(credentials));
        return 0;
    }
    CHECK((option == SO_DOMAIN || option == SO_PROTOCOL) && *size == sizeof(value));
    memcpy(to, &value, sizeof(value));
    return 0;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    struct stat status = {.st_mode = known.type, .st_ino = known.inode};
    (void)f;
    switch (number) {
    case SYS_fstat:
        CHECK(a == 7);
        memcpy((void *)b, &status, sizeof(status));
        return 0;
    case SYS_getsockopt:
        CHECK(a == 7 && b == SOL_SOCKET);
        return get_option((int)c, (void *)d, (socklen_t *)e);
    case SYS_getsockname:
        return give_name(&known.local, known.local_size, (void *)b, (socklen_t *)c);
    case SYS_getpeername:
        return give_name(&known.peer, known.peer_size, (void *)b, (socklen_t *)c);
    case SYS_readlinkat:
        CHECK(a == AT_FDCWD && strcmp((const char *)b, "/proc/self/fd/7") == 0);
        if (known.failing)
            return -ENOENT;
        memcpy((void *)c, known.link.bytes,
               known.link.size < (size_t)d ? known.link.size : (size_t)d);
        return (long)(known.link.size < (size_t)d ? known.link.size : (size_t)d);
    default:
        refuse_call(number);
    }
}

/* An address that a socket of this family can have, of a size listed in unix(7). */
static size_t take_name(struct input *input, struct sockaddr_storage *name)
{
    memset(name, 0, sizeof(*name));
    const size_t all = known.domain == AF_INET    ? sizeof(struct sockaddr_in)
                       : known.domain == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                  : sizeof(struct sockaddr_un) + 1;
    const struct taken taken = take_bytes(input, all - 2);
    memcpy((char *)name + 2, taken.bytes, taken.size);
    name->ss_family = (sa_family_t)known.domain;
    if (known.domain != AF_UNIX)
        return all;
    /* The kernel ends a path with a NUL, which may be beyond sun_path (net/unix/af_unix.c). */
    const char *const path = (const char *)name + 2;
    if (taken.size && path[0])
        return 2 + strnlen(path, 108) + 1;
    ((char *)name)[2 + 108] = 0;
    return 2 + (taken.size < 108 ? taken.size : 108);
}

static void check_internet(const char *text, const struct sockaddr_storage *name)
{
    const struct sockaddr_in *in = (const void *)name;
    const struct sockaddr_in6 *in6 = (const void *)name;
    char usual[INET6_ADDRSTRLEN];
    char node[ADDRESS_SIZE + 1];
    unsigned char bytes[16];
    const bool six = name->ss_family == AF_INET6;
    const char *const colon = strrchr(text, ':');
    const size_t size = (size_t)(colon - text);
    const void *const address =
        six ? (const void *)&in6->sin6_addr : (const void *)&in->sin_addr;
    CHECK(colon && atoi(colon + 1) == ntohs(six ? in6->sin6_port : in->sin_port));
    CHECK(!six || (text[0] == '[' && colon[-1] == ']'));
    snprintf(node, sizeof(node), "%.*s", (int)size - 2 * six, text + six);
    char *const scope = strchr(node, '%');
    if (scope)
        *scope = '\0';
    CHECK((scope ? strtoul(scope + 1, NULL, 10) : 0) == (six ? in6->sin6_scope_id : 0));
    CHECK(!scope || scope[1] != '0');
    CHECK(inet_pton(name->ss_family, node, bytes) == 1);
    CHECK(memcmp(bytes, address, six ? 16 : 4) == 0);
    /* libc's form is the same, except for "::1.2.3.4", which is not RFC 5952's. */
    inet_ntop(name->ss_family, address, usual, sizeof(usual));
    CHECK(strcmp(usual, node) == 0 ||
          (six && strncmp(usual, "::", 2) == 0 && strchr(usual, '.')));
}

static void check_name(const struct address *address, const struct sockaddr_storage *name,
                       size_t size)
{
    char text[ADDRESS_SIZE + 1] = "";
    const char *const path = (const char *)name + 2;
    CHECK(address->size <= ADDRESS_SIZE);
    memcpy(text, address->bytes, address->size);
    if (known.failing) {
        CHECK(address->size == 0);
    } else if (name->ss_family == AF_INET || name->ss_family == AF_INET6) {
        check_internet(text, name);
    } else if (size > 2 && path[0] == '\0') {
        CHECK(text[0] == '@' && address->size == size - 2);
        CHECK(memcmp(text + 1, path + 1, address->size - 1) == 0);
    } else {
        CHECK(address->size == strnlen(path, size - 2) &&
              memcmp(text, path, address->size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t types[] = {S_IFSOCK, S_IFSOCK, S_IFSOCK, S_IFIFO, S_IFREG, 0};
    static const int domains[] = {AF_UNIX, AF_INET, AF_INET6};
    struct fd_info description;
    struct input input = {data, size};
    known.type = types[take_choice(&input, 6)];
    known.domain = domains[take_choice(&input, 3)];
    known.protocol = take_choice(&input, 2) ? IPPROTO_TCP : 17;
    known.failing = take_choice(&input, 8) == 7;
    known.peer_pid = (int)take_number(&input, 4);
    known.inode = take_number(&input, 8);
    known.local_size = take_name(&input, &known.local);
    known.peer_size = take_name(&input, &known.peer);
    known.link = (struct taken){(const char *)input.at, input.left};

    fd_info_get(7, &description);
    CHECK(description.inode == known.inode && description.kind);
    CHECK(description.local.size <= ADDRESS_SIZE && description.peer.size <= ADDRESS_SIZE);
    if (known.type == S_IFSOCK) {
        check_name(&description.local, &known.local, known.local_size);
        check_name(&description.peer, &known.peer, known.peer_size);
        CHECK(description.peer_pid == (known.domain == AF_UNIX ? known.peer_pid : 0));
        CHECK(strcmp(description.kind, "tcp6") != 0 || known.domain == AF_INET6);
    } else if (known.type == S_IFIFO && description.local.size) {
        CHECK(strcmp(description.kind, "fifo") == 0 && description.local.bytes[0] == '/');
        CHECK(memcmp(description.local.bytes, known.link.bytes, description.local.size) == 0);
    } else {
        CHECK(description.local.size == 0 && description.peer.size == 0);
    }
    return 0;
}
