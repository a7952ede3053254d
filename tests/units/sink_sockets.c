/* A record to syslog or the journal, by the type of the socket there. */
#include "../../shim/report/sink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "../../shim/config/options.h"
#include "../../shim/report/counters.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

enum { SIZE = 100 };
static char record[SIZE];

/* The state of the system, and what the kernel answers. */
static struct {
    int type;
    const char *path;
    long fd;        /* that it opens next */
    long connected; /* to connect(2), if not 0 */
    long refused;   /* bytes that it does not take, or a negated errno value */
} kernel;

/* The system calls that were made. */
static struct {
    int type; /* of the socket that is open, or 0 */
    bool is_connected;
    unsigned calls;
    size_t sent;
    char last; /* byte of that */
} done;

/* The type is checked first; net/unix/af_unix.c, unix_find_other(). */
static long find(const struct sockaddr_un *address, long size)
{
    CHECK(address->sun_family == AF_UNIX && size == sizeof(*address));
    CHECK(strcmp(address->sun_path, kernel.path) == 0);
    return done.type == kernel.type ? 0 : -EPROTOTYPE;
}

static long send_to(const char *bytes, size_t size, const struct sockaddr_un *address,
                    long address_size)
{
    const long found = done.is_connected ? 0 : find(address, address_size);
    CHECK(bytes == record && (!done.is_connected || (!address && !address_size)));
    if (found != 0 || kernel.refused < 0)
        return found ? found : kernel.refused;
    done.sent = size;
    done.last = bytes[size - 1];
    return (long)size - kernel.refused;
}

static long connect_to(const struct sockaddr_un *address, long size)
{
    const long found = find(address, size);
    done.is_connected = !found && !kernel.connected;
    return found ? found : kernel.connected;
}

static long open_one(long domain, long type, long protocol)
{
    CHECK(!done.type && domain == AF_UNIX && protocol == 0);
    CHECK((type & SOCK_CLOEXEC) && (type & SOCK_NONBLOCK));
    if (kernel.fd < 0)
        return kernel.fd;
    done.type = (int)type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    return kernel.fd;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    done.calls++;
    if (number == SYS_socket)
        return open_one(a, b, c);
    CHECK(a == kernel.fd && done.type);
    switch (number) {
    case SYS_connect:
        return connect_to((const struct sockaddr_un *)b, c);
    case SYS_sendto:
        CHECK(d == MSG_NOSIGNAL);
        return send_to((const char *)b, (size_t)c, (const struct sockaddr_un *)e, f);
    case SYS_close:
        done.type = 0;
        done.is_connected = false;
        return 0;
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

/* Writes the record; true if it is not counted as lost. */
static bool taken(int broken)
{
    const struct strbuf text = {record, SIZE, SIZE};
    const unsigned long lost = counters_lost_records();
    done.calls = 0;
    done.sent = 0;
    record[SIZE - 1] = '\n';
    sink_write(&text, broken);
    CHECK(!done.type && counters_lost_records() - lost <= 1);
    return counters_lost_records() == lost;
}

/* Checks where the record is sent, which bytes, and by how many calls. A record that is not
   sent whole and at once is lost. */
static void check_socket(int type, size_t size, char last, unsigned calls)
{
    kernel.type = type;
    CHECK(taken(2) && done.sent == size && done.last == last && done.calls == calls);
    kernel.fd = 0; /* whichever descriptor the app has closed */
    CHECK(taken(-1) && done.calls == calls);
    kernel.refused = 1;
    CHECK(!taken(-1) && done.calls == calls);
    kernel.refused = -ECONNREFUSED;
    CHECK(!taken(-1) && done.calls == calls);
    kernel.fd = -EMFILE;
    CHECK(!taken(-1) && done.calls == 1);
    kernel.fd = 9;
    kernel.refused = 0;
}

int main(void)
{
    memset(record, 'x', SIZE);
    kernel.fd = 9;
    options.log = LOG_JOURNAL;
    kernel.path = "/run/systemd/journal/socket";
    check_socket(SOCK_DGRAM, SIZE, '\n', 3);
    kernel.type = SOCK_STREAM;
    CHECK(!taken(-1) && done.calls == 3);
    options.log = LOG_SYSLOG;
    kernel.path = "/dev/log";
    check_socket(SOCK_DGRAM, SIZE - 1, 'x', 3);
    check_socket(SOCK_STREAM, SIZE, '\0', 7);
    kernel.connected = -EAGAIN; /* too many wait already; connect(2) */
    CHECK(!taken(-1) && done.calls == 6 && done.sent == 0);
    kernel.connected = 0;
    kernel.type = SOCK_SEQPACKET;
    CHECK(!taken(-1) && done.sent == 0);
    return 0;
}
