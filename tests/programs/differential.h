/*
 * What the parts of differential.c share: the transcript, the words of an operation, and
 * pointers of which the kernel can read all, a part or nothing.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "named.h"

/* The obsolete signal calls are among those tried here. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Descriptors that every image of a run has: the transcript, and a socket that listens. */
enum { TRANSCRIPT_FD = 200, LISTENER_FD = 201 };
enum { TRANSCRIPT_SIZE = 1 << 16, KERNEL_SET = 8 };
enum { CASE_SECONDS = 10 };
static const size_t PAGE = 4096;

/* Shared memory, so that a process may die at any point, and no call of the program's own has
   to be made in between, which the shim would see. What does not fit is dropped. */
struct transcript {
    size_t length;
    size_t absorbed; /* signals, by the oracle */
    char text[TRANSCRIPT_SIZE - 2 * sizeof(size_t)];
};
static struct transcript *transcript;

/* Set by the argument `oracle`; differential_oracle.h. */
static bool is_oracle;

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
    const int error = errno;
    const size_t room = sizeof transcript->text - transcript->length;
    va_list arguments;
    va_start(arguments, format);
    const int length =
        vsnprintf(transcript->text + transcript->length, room, format, arguments);
    va_end(arguments);
    transcript->length += (size_t)length < room ? (size_t)length : room - 1;
    errno = error;
}

static inline void require(bool condition, const char *what)
{
    if (!condition) {
        say("cannot go on: %s: %s\n", what, strerror(errno));
        _exit(99);
    }
}

/* An errno that no call sets, so that one which leaves errno alone is told from one that clears
   it. */
enum { NO_ERROR = ENOTNAM };

static inline void say_result(const char *what, long result)
{
    const int error = errno;
    const char *const name = strerrorname_np(error);
    say("%s: %ld %s\n", what, result, error == NO_ERROR ? "-" : name ? name : "0");
    errno = NO_ERROR;
}

static inline bool is(const char *word, const char *name)
{
    return strcmp(word, name) == 0;
}

/* The first word behind an operation, which is ";", "]" or NULL. */
static inline char **operation_end(char **at)
{
    for (int depth = 0; *at; at++) {
        if (depth == 0 && (is(*at, "]") || is(*at, ";")))
            break;
        depth += is(*at, "[") - is(*at, "]");
    }
    return at;
}

struct number {
    const char *name;
    long value;
};

static inline const struct number *find_in(const struct number *table, size_t count,
                                           const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (is(word, table[i].name))
            return &table[i];
    }
    return NULL;
}

/* A word as the number that it names in a table, or as a number. */
static inline long number_in(const struct number *table, size_t count, const char *word)
{
    const struct number *const found = find_in(table, count, word);
    char *end;
    if (found)
        return found->value;
    const long value = strtol(word, &end, 0);
    require(*word && !*end, word);
    return value;
}

static const struct number signal_names[] = {
    {"PIPE", SIGPIPE}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
    {"KILL", SIGKILL}, {"STOP", SIGSTOP}, {"RTMIN", 34},
};

static inline int signal_of(const char *word)
{
    return (int)number_in(signal_names, COUNT(signal_names), word);
}

static inline uint64_t bit_of(int signal_number)
{
    return (uint64_t)1 << (signal_number - 1);
}

/* "none", "all", or names joined by "+". SIGALRM is never blocked: it ends what hangs. All are
   those that sigfillset(3) knows: 32 and 33 are libc's own, and a default's mask is shown
   without. */
static inline uint64_t set_of(const char *word)
{
    char text[64];
    char *rest = text;
    uint64_t set = 0;
    if (is(word, "none"))
        return 0;
    if (is(word, "all"))
        return ~(bit_of(SIGALRM) | bit_of(32) | bit_of(33));
    snprintf(text, sizeof text, "%s", word);
    for (char *name = strsep(&rest, "+"); name; name = strsep(&rest, "+"))
        set |= bit_of(signal_of(name));
    return set;
}

static inline sigset_t libc_set(uint64_t set)
{
    sigset_t result;
    sigemptyset(&result);
    memcpy(&result, &set, sizeof set);
    return result;
}

static inline uint64_t first_signals(const void *set)
{
    uint64_t signals;
    memcpy(&signals, set, sizeof signals);
    return signals;
}

/* A page to read and write with one behind it that is not there, the same page to be read
   alone, and another one with none behind. */
static char *page;
static char *readable_page;
static char *cut_page;

/* What a call is to fill in has 0xa5 in each byte before, so that one which fails shows what it
   has touched. */
static char unset[256];

static inline void prepare_pages(void)
{
    const int fd = memfd_create("pages", MFD_CLOEXEC);
    require(fd >= 0 && ftruncate(fd, (off_t)PAGE) == 0, "memfd_create");
    page = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(page != MAP_FAILED, "mmap");
    require(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == page,
            "mmap");
    cut_page = page + 2 * PAGE;
    require(mprotect(cut_page, PAGE, PROT_READ | PROT_WRITE) == 0, "mprotect");
    memset(unset, 0xa5, sizeof unset);
    readable_page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    require(readable_page != MAP_FAILED, "mmap");
    close(fd);
}

/* Data where a word says: "null", "low" and "high" are no addresses, "none" is a page that may
   not be touched, "ro" one that may only be read; "edge" ends where the page ends, and "cut" 4
   bytes later. */
static inline void *place(const char *where, const void *data, size_t size)
{
    static _Thread_local size_t slot;
    char *at = page + PAGE - size;
    if (is(where, "null"))
        return NULL;
    if (is(where, "low"))
        return (void *)8;
    if (is(where, "high"))
        return (void *)-1;
    if (is(where, "none"))
        return page + PAGE;
    if (is(where, "cut")) {
        at = cut_page + PAGE - size + 4;
        memcpy(at, data, size > 4 ? size - 4 : 0);
        return at;
    }
    if (!is(where, "edge")) {
        require(is(where, "ok") || is(where, "ro"), where);
        at = page + 256 * (slot++ % 8);
    }
    memcpy(at, data, size);
    return is(where, "ro") ? readable_page + (at - page) : at;
}

static inline bool is_whole(const char *where)
{
    return is(where, "ok") || is(where, "ro") || is(where, "edge");
}

#endif
