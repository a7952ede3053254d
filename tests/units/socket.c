/* The calls that create a socket: the arguments that the next definition gets, and what is
   noted of the protocols. */
#include <sys/socket.h>

#include "../../shim/base/seccomp.h"
#include "../../shim/interpose/fallback.h"
#include "../../shim/link/next.h"
#include "../../shim/signal/guard.h"
#include "../fuzz/kernel.h"
#include "seen.h"

struct next next;
bool sandboxed;

/* Pointers, since the compiler assumes that libc's functions call nothing in this file. */
static int (*volatile call_socket)(int family, int type, int protocol) = socket;
static int (*volatile call_socketpair)(int family, int type, int protocol,
                                       int pair[2]) = socketpair;

uintptr_t next_look_up(size_t offset)
{
    return *(uintptr_t *)(void *)((char *)&next + offset);
}

/* What has been noted, before the socket is created. */
static struct {
    unsigned begins;
    unsigned ends;
} noted;

void guard_begin_suppression(void)
{
    CHECK(seen.calls == 0);
    noted.begins++;
}

void guard_end_suppression(void)
{
    CHECK(seen.calls == 0);
    noted.ends++;
}

void guard_install(void)
{
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    note("", number, SIX(a, b, c, d, e, f));
    return next_answer;
}

DEFINITION(int, socket, (int family, int type, int protocol), family, type, protocol, 0, 0, 0)
DEFINITION(int, socketpair, (int family, int type, int protocol, int pair[2]), family, type,
           protocol, pair, 0, 0)

static bool notes(unsigned begins, unsigned ends)
{
    const bool right = noted.begins == begins && noted.ends == ends;
    noted.begins = noted.ends = 0;
    return right;
}

static void check_calls(void)
{
    static int pair[2];
    next.socket = next_socket;
    next.socketpair = next_socketpair;
    next_answer = 7;
    CHECK(call_socket(AF_INET, SOCK_STREAM, 9) == 7);
    CHECK(was_called("socket", 0, SIX(AF_INET, SOCK_STREAM, 9, 0, 0, 0)) && notes(1, 0));
    CHECK(call_socketpair(AF_UNIX, SOCK_DGRAM, 9, pair) == 7);
    CHECK(was_called("socketpair", 0, SIX(AF_UNIX, SOCK_DGRAM, 9, pair, 0, 0)) && notes(1, 0));
    CHECK(call_socketpair(AF_TIPC, SOCK_DGRAM, 9, pair) == 7 && notes(0, 1));
    next.socket = NULL;
    next.socketpair = NULL;
    next_answer = -EMFILE;
    seen.calls = 0;
    CHECK(call_socket(AF_INET, SOCK_STREAM, 9) == -1 && errno == EMFILE);
    CHECK(was_called("", SYS_socket, SIX(AF_INET, SOCK_STREAM, 9, 0, 0, 0)) && notes(1, 0));
    errno = 0;
    CHECK(call_socketpair(AF_UNIX, SOCK_DGRAM, 9, pair) == -1 && errno == EMFILE);
    CHECK(was_called("", SYS_socketpair, SIX(AF_UNIX, SOCK_DGRAM, 9, pair, 0, 0)));
    CHECK(notes(1, 0));
}

/* Families whose protocols all take MSG_NOSIGNAL begin the suppression; others end it. */
static void check_families(void)
{
    for (int family = -1; family <= AF_MAX; family++) {
        const bool usual = family == AF_UNIX || family == AF_INET || family == AF_INET6;
        for (int inside = 0; inside < 2; inside++) {
            sandboxed = inside; /* there the shim makes no system call of its own */
            call_socket(family, SOCK_STREAM, 0);
            seen.calls = 0;
            CHECK(notes(usual && !inside, !usual));
        }
    }
    sandboxed = false;
}

int main(void)
{
    check_calls();
    check_families();
    return 0;
}
