/* The write family with its results observed: which event is reported of a call, and when its
   signal is drained. */
#include "observed_writes.h"

static int on_sigaction(int signal_number, const struct sigaction *set, struct sigaction *old)
{
    (void)set, (void)old;
    return signal_number;
}

/* Puts the definitions into `next`, then the calls that observe them. */
static void choose(unsigned mode, bool matters)
{
#define SET(name, ...) next.name = next_##name;
    WRITES(SET)
    SENDS(SET, 0, 0)
#undef SET
    next.sigaction = on_sigaction;
    guard_send_flag = MSG_NOSIGNAL;
    options.mode = mode;
    memset(&now, 0, sizeof(now));
    now.matters = matters;
    memset(&done, 0, sizeof(done));
    seen.calls = 0;
    seen.meanwhile = during_the_call;
    observed_writes_install();
    CHECK(next.sigaction == on_sigaction);
    CHECK(done.choices == (mode == MODE_FLAGS && !matters));
    CHECK(guard_send_flag == (matters ? 0 : MSG_NOSIGNAL)); /* the guard needs the signal */
    CHECK(done.notes == ((mode == MODE_CATCH || mode == MODE_FLAGS) && matters));
}

static bool is_event(const char *call, enum requested_form form, const void *data, size_t count)
{
    const bool same =
        done.events == 1 && strcmp(done.event.call, call) == 0 && done.event.fd == FD &&
        done.event.requested.form == form && done.event.requested.data == data &&
        done.event.requested.count == count && done.event.written == 0 && !done.event.context;
    done.events = 0;
    return same;
}

static void answer(long result, int error)
{
    next_answer = result;
    next_error = error;
}

/* Checks a call's result, and the arguments that the definition gets. */
#define SAME(name, arguments, by_next, number, by_kernel)                                      \
    CHECK(next.name arguments == next_answer);                                                 \
    CHECK(was_called(#name, 0, by_next));

#define UNTOUCHED(name, ...) CHECK(next.name == next_##name);
#define OBSERVED(name, ...)  CHECK(next.name &&next.name != next_##name);

/* Where the guard gets every signal, or where no event matters, no call is observed. */
static void try_unobserved(void)
{
    static const struct {
        unsigned mode;
        bool matters;
    } table[] = {{MODE_CATCH, false},
                 {MODE_CATCH, true},
                 {MODE_IGNORE, false},
                 {MODE_FLAGS, false},
                 {MODE_FLAGS, true}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        choose(table[i].mode, table[i].matters);
        WRITES(UNTOUCHED)
        SENDS(UNTOUCHED, 0, 0)
    }
}

static void try_without_libc(void)
{
    static const struct next none;
    static const unsigned modes[] = {MODE_IGNORE, MODE_MASK, MODE_MASK};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        now.matters = i < 2;
        options.mode = modes[i];
        next = none;
        observed_writes_install();
        CHECK(memcmp(&next, &none, sizeof(next)) == 0);
    }
}

/* By the arguments that writes.def names. */
#define EVENT(call, form, data, count) CHECK(is_event(#call, form, data, count));
static void try_events(void)
{
#define REPORTS(name, arguments, by_next, number, by_kernel)                                   \
    SAME(name, arguments, by_next, number, by_kernel) EVENT_OF_##name
#define EVENT_OF_write       EVENT(write, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF___write     EVENT(__write, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_writev      EVENT(writev, REQUESTED_PARTS, parts, 2)
#define EVENT_OF_pwritev2    EVENT(pwritev2, REQUESTED_PARTS, parts, 2)
#define EVENT_OF_pwritev64v2 EVENT(pwritev64v2, REQUESTED_PARTS, parts, 2)
#define EVENT_OF_sendfile    EVENT(sendfile, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_sendfile64  EVENT(sendfile64, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_splice      EVENT(splice, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_tee         EVENT(tee, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_vmsplice    EVENT(vmsplice, REQUESTED_PARTS, parts, 2)
#define EVENT_OF_send        EVENT(send, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF___send      EVENT(__send, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_sendto      EVENT(sendto, REQUESTED_BYTES, NULL, SIZE)
#define EVENT_OF_sendmsg     EVENT(sendmsg, REQUESTED_MESSAGE, &messages[0].msg_hdr, 1)
#define EVENT_OF_sendmmsg    EVENT(sendmmsg, REQUESTED_MESSAGES, messages, 2)
#define EVENT_OF___sendmmsg  EVENT(__sendmmsg, REQUESTED_MESSAGES, messages, 2)
    choose(MODE_IGNORE, true);
    answer(-1, EPIPE);
    WRITES(REPORTS)
    SENDS(REPORTS, 0, 0)
    CHECK(done.drains == 0);
    SENDS(REPORTS, MSG_DONTWAIT, MSG_DONTWAIT)
    /* If the app itself passes MSG_NOSIGNAL, there is no event. */
    SENDS(SAME, MSG_NOSIGNAL, MSG_NOSIGNAL)
    SENDS(SAME, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL)
    CHECK(done.events == 0 && done.drains == 0);
}

static void try_other_results(void)
{
    static const struct {
        long answer;
        int error;
    } others[] = {{SIZE, 0}, {0, 0}, {-1, EAGAIN}, {-1, ECONNRESET}, {1, EPIPE}};
    static const unsigned modes[] = {MODE_IGNORE, MODE_MASK};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        for (size_t mode = 0; mode < sizeof(modes) / sizeof(modes[0]); mode++) {
            choose(modes[mode], true);
            WRITES(OBSERVED)
            SENDS(OBSERVED, 0, 0)
            answer(others[i].answer, others[i].error);
            errno = others[i].error;
            now.drained = now.hides = true;
            WRITES(SAME)
            SENDS(SAME, 0, 0)
            CHECK(errno == others[i].error);
            CHECK(done.events == 0 && done.drains == 0);
        }
    }
}

static unsigned count_events(void)
{
    sigpipe_counts = (struct sigpipe_counts){6, 5, 4, 3};
    done.events = done.drains = 0;
    answer(-1, EPIPE);
    CHECK(next.write(FD, bytes, SIZE) == -1 && errno == EPIPE);
    CHECK(sigpipe_counts.runs == 6 && sigpipe_counts.one_shots == 5);
    return done.events;
}

/* An event is reported if the kernel has discarded the signal, and the app has the default. */
static void try_mode_ignore(void)
{
    choose(MODE_IGNORE, true);
    CHECK(count_events() == 1);
    now.signalled = true;
    CHECK(count_events() == 0);
    now.signalled = false;
    now.sets = true;
    CHECK(count_events() == 0);
    now.sets = false;
    CHECK(count_events() == 1);
    now.app = (uintptr_t)SIG_IGN;
    CHECK(count_events() == 0);
    now.app = (uintptr_t)SIG_DFL;
    now.action_result = -EPERM;
    CHECK(count_events() == 0);
    now.action_result = 0;
    now.blocked = true;
    CHECK(count_events() == 0);
    now.blocked = false;
    CHECK(count_events() == 1 && done.drains == 0);
    sandboxed = true;
    CHECK(count_events() == 0);
    app_kept_default = true;
    CHECK(count_events() == 1);
    sandboxed = app_kept_default = false;
    now.other = true;
    CHECK(count_events() == 0);
}

static void try_mode_mask(void)
{
    choose(MODE_MASK, true);
    CHECK(count_events() == 0 && done.drains == 1);
    now.hides = true;
    CHECK(count_events() == 0);
    now.signalled = true; /* the guard, which has reported the event */
    CHECK(count_events() == 0);
    now.drained = true;
    CHECK(count_events() == 1 && done.drains == 1);
    now.breaks_in = true;
    CHECK(count_events() == 2 && done.drains == 2);
    CHECK(count_events() == 1);
    /* The handler's write drains no signal, so neither write has raised one. */
    now.drained = false;
    now.breaks_in = true;
    CHECK(count_events() == 0);
    /* The app itself has SIGPIPE blocked, so the interrupted write's signal stays pending. */
    now.drained = true;
    now.breaks_in = true;
    now.hides = false;
    CHECK(count_events() == 1);
}

static bool was_harmless(const char *why)
{
    return count_events() == 1 && strcmp(done.event.harmless, why) == 0;
}

/* events=all in each mode: a write that was no deadly event. */
static void try_harmless(void)
{
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        options.events = EVENTS_ALL;
        options.log = LOG_STDERR;
        choose(mode, true);
        now.app = (uintptr_t)SIG_IGN;
        CHECK(was_harmless("ignored"));
        now.blocked = true;
        CHECK(was_harmless("ignored"));
        now.app = (uintptr_t)on_sigaction;
        CHECK(was_harmless("blocked"));
        now.app = (uintptr_t)SIG_DFL;
        CHECK(was_harmless("blocked"));
        now.hides = true;
        CHECK(count_events() == 0);
        now.blocked = false;
        now.hides = false;
        now.app = (uintptr_t)on_sigaction;
        CHECK(was_harmless("handled"));
        now.signalled = now.overridden = true; /* the guard, which has reported the event */
        CHECK(count_events() == 0);
        now.overridden = false;
        now.app = (uintptr_t)SIG_DFL;
        CHECK(count_events() == 0);
        now.one_shot = true;
        CHECK(was_harmless("handled"));
        now.signalled = now.one_shot = false;
        now.sets = true;
        CHECK(was_harmless("handled"));
        now.sets = false;
        now.app = (uintptr_t)SIG_IGN;
        now.action_result = -EPERM;
        CHECK(count_events() == 0);
        now.action_result = 0;
        now.other = true;
        CHECK(count_events() == 0);
        now.other = false;
        sandboxed = true;
        CHECK(count_events() == 0);
        sandboxed = false;
        options.log = LOG_OFF; /* and no tracer */
        CHECK(count_events() == 0);
    }
}

/* Where the app has the default, the events are those of the mode. */
static void try_deadly_among_all(void)
{
    options.events = EVENTS_ALL;
    options.log = LOG_STDERR;
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        choose(mode, true);
        now.drained = true;
        CHECK(count_events() == (mode == MODE_IGNORE || mode == MODE_MASK));
        CHECK(!done.event.harmless && done.drains == (mode == MODE_MASK));
    }
}

#define NOSIGNAL(name, arguments, by_next, number, by_kernel)                                  \
    done.events = 0;                                                                           \
    SAME(name, arguments, by_next, number, by_kernel)                                          \
    CHECK(done.events == 1 && strcmp(done.event.harmless, "nosignal") == 0);

static void try_nosignal(void)
{
    options.events = EVENTS_ALL;
    options.log = LOG_STDERR;
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        choose(mode, true);
        now.app = (uintptr_t)SIG_IGN;
        answer(-1, EPIPE);
        SENDS(NOSIGNAL, MSG_NOSIGNAL, MSG_NOSIGNAL)
        NOSIGNAL(pwritev2, (FD, parts, 2, 0, RWF_NOSIGNAL),
                 SIX(FD, parts, 2, 0, RWF_NOSIGNAL, 0), 0, 0)
        NOSIGNAL(pwritev64v2, (FD, parts, 2, 0, RWF_NOSIGNAL),
                 SIX(FD, parts, 2, 0, RWF_NOSIGNAL, 0), 0, 0)
        CHECK(done.drains == 0);
    }
}

/* If no event matters, only the signal that a broken write has left is drained. */
#if __SIZEOF_LONG__ == 8
static void try_mode_mask_without_events(void)
{
    choose(MODE_MASK, false);
    WRITES(OBSERVED)
    SENDS(OBSERVED, 0, 0)
    answer(-1, EPIPE);
    WRITES(SAME)
    CHECK(done.drains == 10);
    done.drains = 0;
    SENDS(SAME, MSG_DONTWAIT, MSG_DONTWAIT)
    CHECK(done.drains == 6);
    done.drains = 0;
    SENDS(SAME, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL)
    answer(-1, EAGAIN);
    WRITES(SAME)
    SENDS(SAME, 0, 0)
    answer(SIZE, 0);
    errno = EPIPE; /* set by an earlier call */
    WRITES(SAME)
    SENDS(SAME, 0, 0)
    CHECK(done.drains == 0 && done.events == 0 && errno == EPIPE);
}
#else
static void try_mode_mask_without_events(void)
{
}
#endif

int main(void)
{
    apart(try_without_libc);
    apart(try_unobserved);
    apart(try_events);
    apart(try_other_results);
    apart(try_mode_ignore);
    apart(try_mode_mask);
    apart(try_harmless);
    apart(try_deadly_among_all);
    apart(try_nosignal);
    apart(try_mode_mask_without_events);
    return 0;
}
