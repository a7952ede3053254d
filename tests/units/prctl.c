/* What precedes a sandbox, and which calls begin one. */
#include "../../shim/interpose/prctl.h"

#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/base/seccomp.h"
#include "../../shim/config/options.h"
#include "../../shim/interpose/fallback.h"
#include "../../shim/link/next.h"
#include "../../shim/signal/disposition.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/process.h"
#include "../fuzz/check.h"

struct next next;
struct options options;

/* A pointer, since the compiler assumes that libc's functions call nothing in this file. */
static int (*volatile call_prctl)(int option, ...) = prctl;

static enum memory memory;
static unsigned ends;
static unsigned prepared;
static bool was_known;
static unsigned begun;
static long passed[6];

enum memory process_memory(void)
{
    CHECK(!sandboxed);
    return memory;
}

/* These three precede the restriction: after it any call may be forbidden.
 */
void guard_end_suppression(void)
{
    CHECK(!sandboxed);
    ends++;
}

void process_prepare_for_sandbox(bool is_known)
{
    CHECK(!sandboxed);
    prepared++;
    was_known = is_known;
}

void disposition_begin_sandbox(void)
{
    CHECK(!sandboxed);
    begun++;
}

uintptr_t next_look_up(size_t offset)
{
    uintptr_t found;
    memcpy(&found, (const char *)&next + offset, sizeof(found));
    return found;
}

long fallback_syscall5(long a, long b, long c, long d, long e, long number)
{
    const long all[6] = {number, a, b, c, d, e};
    memcpy(passed, all, sizeof(passed));
    return 7;
}

static int next_prctl_answer(int option, ...)
{
    va_list list;
    passed[1] = option;
    va_start(list, option);
    for (int i = 2; i < 6; i++)
        passed[i] = va_arg(list, long);
    va_end(list);
    return 9;
}

/* All arguments reach the kernel or the next definition. */
static void check_prctl(void)
{
    static const long expected[5] = {PR_GET_NAME, 21, 22, 23, 24};
    CHECK(call_prctl(PR_GET_NAME, 21l, 22l, 23l, 24l) == 7 && passed[0] == SYS_prctl);
    CHECK(memcmp(&passed[1], expected, sizeof(expected)) == 0);
    next.prctl = next_prctl_answer;
    memset(passed, 0, sizeof(passed));
    CHECK(call_prctl(PR_GET_NAME, 21l, 22l, 23l, 24l) == 9 && passed[0] == 0);
    CHECK(memcmp(&passed[1], expected, sizeof(expected)) == 0);
    options.off = true;
    call_prctl(PR_SET_SECCOMP, 2l, 0l, 0l, 0l);
    options.off = false;
    CHECK(!sandboxed);
}

/* How often a sandbox has begun since the last call of this. */
static bool has_begun(unsigned times)
{
    const bool so = ends == times && prepared == times && begun == times;
    ends = prepared = begun = 0;
    return so;
}

/* Only once: another call would come after the restriction. */
static void check_sandbox(void (*enter)(void))
{
    enter();
    CHECK(sandboxed && has_begun(1));
    enter();
    CHECK(sandboxed && has_begun(0));
    sandboxed = false;
}

/* A child in its parent's memory begins none, because the parent is not restricted. Where
   nobody knows whose memory it is, it begins one without an id. */
static void check_sandbox_of_child(void (*enter)(void))
{
    memory = MEMORY_OF_PARENT;
    enter();
    CHECK(!sandboxed && has_begun(0));
    memory = MEMORY_UNKNOWN;
    check_sandbox(enter);
    CHECK(!was_known);
    memory = MEMORY_OWN;
    check_sandbox(enter);
    CHECK(was_known);
}

static void by_new_privileges(void)
{
    CHECK(call_prctl(PR_SET_NO_NEW_PRIVS, 1l, 0l, 0l, 0l) == 9);
    CHECK(passed[1] == PR_SET_NO_NEW_PRIVS);
}

static void by_seccomp(void)
{
    CHECK(call_prctl(PR_SET_SECCOMP, 2l, 0l, 0l, 0l) == 9 && passed[1] == PR_SET_SECCOMP);
}

static void by_number(void)
{
    const bool before = sandboxed;
    sandbox_note_prctl(PR_GET_NAME);
    CHECK(sandboxed == before);
    sandbox_note_prctl(PR_SET_NO_NEW_PRIVS);
}

int main(void)
{
    static void (*const ways[])(void) = {sandbox_begin, by_new_privileges, by_seccomp,
                                         by_number};
    check_prctl();
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        check_sandbox(ways[i]);
        check_sandbox_of_child(ways[i]);
    }
    return 0;
}
