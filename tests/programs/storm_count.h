/*
 * What the storm expects to be counted, by the shim or by the program's own handler: one for
 * each SIGPIPE that the kernel raises. What nobody can know (the call that a thread was
 * cancelled in, a write during which the disposition became another) is counted by itself, as a
 * maybe.
 */
#ifndef STORM_COUNT_H
#define STORM_COUNT_H

#include "storm_cases.h"

/* Each has its own memory, and its owner alone counts there: in its signal handlers and vfork
   children as well, which are why these are atomic. */
struct tally {
    _Alignas(64) atomic_long answers; /* of calls that raise the signal */
    atomic_long sure[KINDS];
    atomic_long maybe[KINDS];
    atomic_long handler_sure; /* the part of these that is the program's own handler's */
    atomic_long handler_maybe;
    const struct attempt *volatile now; /* the call that it is in, if any */
};

enum { TALLIES = 128 };
static struct tally tallies[TALLIES];
static _Thread_local struct tally *mine;
static atomic_long wrong;

/* What stands as the program's disposition. Both counts are odd while it becomes another:
   `choices` always, `changes` where that makes a difference to the sum of what is counted. */
enum standing { DEFAULT, HANDLER, ONE_SHOT, IGNORED };
static atomic_int standing;
static atomic_uint choices;
static atomic_uint changes;

/* What stood when a call began. */
struct moment {
    unsigned choices;
    unsigned changes;
    int standing;
};

static struct moment this_moment(void)
{
    const struct moment now = {.choices = choices, .changes = changes};
    return (struct moment){now.choices, now.changes, standing};
}

static bool is_over(unsigned then, unsigned now)
{
    return then % 2 != 0 || then != now;
}

/* The modes in which the shim does not see every signal. */
static bool mode_ignore;
static bool mode_mask;
static bool is_counted;
static bool with_choices; /* the program sets dispositions, and blocks SIGPIPE */

static void say_wrong(const char *what, long is, long should_be)
{
    if (wrong++ < 20)
        fprintf(stderr, "storm: %s: %ld, not %ld\n", what, is, should_be);
}

static void expect(const char *what, long is, long should_be)
{
    if (is != should_be)
        say_wrong(what, is, should_be);
}

/* Whether a signal is counted that a call of this kind raises. mode=ignore sees none but those
   of interposed calls, and mode=mask neither as long as it masks. */
static bool is_seen(bool interposed, int stands)
{
    if (stands == IGNORED)
        return false;
    if (mode_ignore)
        return interposed || stands == HANDLER;
    return interposed || !mode_mask || with_choices;
}

/* In mode=mask such a signal waits, and is seen if the thread changes its mask before it is
   drained with that of an interposed call. */
static bool may_be_seen(bool interposed)
{
    return mode_mask && !with_choices && !interposed;
}

/* Of a one-shot handler only the first write is the handler's. */
static void count_raised(int kind, int signals, bool interposed, const struct moment *then)
{
    if (is_over(then->changes, changes) || may_be_seen(interposed))
        mine->maybe[kind] += signals;
    else if (is_seen(interposed, then->standing))
        mine->sure[kind] += signals;
    if (is_over(then->choices, choices) || then->standing == ONE_SHOT)
        mine->handler_maybe += signals;
    else if (then->standing == HANDLER)
        mine->handler_sure += signals;
}

/* A call without an answer. */
static void count_unknown(const struct attempt *one)
{
    mine->maybe[one->kind] += one->signals;
    mine->handler_maybe += one->signals;
}

/* Makes the call, and holds its answer against the kernel's. */
static void make_attempt(const struct attempt *one, int fd)
{
    const struct moment then = this_moment();
    mine->now = one;
    long result;
    int error;
    do { /* sendfile begins with a read, which a handler without SA_RESTART interrupts */
        errno = 0;
        result = one->call->make(fd, one->size);
        error = errno;
    } while (result == -1 && error == EINTR);
    mine->now = NULL;
    if (result != one->result || error != one->error) {
        say_wrong(one->call->name, result, one->result);
        say_wrong(kinds[one->kind].name, error, one->error);
    }
    mine->answers += one->signals > 0;
    if (one->signals)
        count_raised(one->kind, one->signals, one->call->interposed, &then);
}

/* A plain attempt at one of the descriptors, which are one of each kind. */
static void make_plain_attempt(unsigned number, const int fds[KINDS])
{
    const struct attempt *one;
    do
        one = &attempts[number++ % attempt_count];
    while (!one->plain || fds[one->kind] < 0);
    make_attempt(one, fds[one->kind]);
}

static long answers_so_far(void)
{
    long sum = 0;
    for (int i = 0; i < TALLIES; i++)
        sum += tallies[i].answers;
    return sum;
}

static void open_all(int fds[KINDS], int from, int to)
{
    for (int kind = 0; kind < KINDS; kind++)
        fds[kind] = kind >= from && kind < to ? open_broken(kind) : -1;
}

static void close_all(const int fds[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        if (fds[kind] >= 0)
            close(fds[kind]);
    }
}

#endif
