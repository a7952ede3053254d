/* The write family where its answers are looked at: what the guard and the log are told of a
   call, and when its signal is taken. */
#include "observed_writes.h"

static int on_sigaction(int signal_number, const struct sigaction *set, struct sigaction *old)
{
    (void)set, (void)old;
    return signal_number;
}

/* `next` as it is found, and routed. */
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
    now.type = -ENOTSOCK;
    memset(&done, 0, sizeof(done));
    seen.calls = 0;
    observed_writes_install();
    CHECK(next.sigaction == on_sigaction);
    CHECK(done.choices == (mode == MODE_FLAGS && !matters));
    CHECK(guard_send_flag == (matters ? 0 : MSG_NOSIGNAL)); /* the signal is to tell */
    CHECK(done.notes == ((mode == MODE_CATCH || mode == MODE_FLAGS) && matters));
}

static bool is_event(const char *call, enum requested_form form, const void *data, size_t count)
{
    const bool told =
        done.events == 1 && strcmp(done.event.call, call) == 0 && done.event.fd == FD &&
        done.event.requested.form == form && done.event.requested.data == data &&
        done.event.requested.count == count && done.event.written == 0 && !done.event.context;
    done.events = 0;
    return told;
}

static void answer(long result, int error)
{
    next_answer = result;
    next_error = error;
}

/* A call's answer, and the definition's arguments. */
#define SAME(name, arguments, by_next, number, by_kernel)                                      \
    CHECK(next.name arguments == next_answer);                                                 \
    CHECK(was_called(#name, 0, by_next));

#define UNTOUCHED(name, ...) CHECK(next.name == next_##name);
#define OBSERVED(name, ...)  CHECK(next.name &&next.name != next_##name);

/* The guard sees it all, or nobody wants to know. */
static void where_nothing_is_routed(void)
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

static void what_libc_lacks_stays_away(void)
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

/* As calls.def names the arguments. */
#define ASKED(call, form, data, count) CHECK(is_event(#call, form, data, count));
static void what_is_told(void)
{
#define TOLD(name, arguments, by_next, number, by_kernel)                                      \
    SAME(name, arguments, by_next, number, by_kernel) TOLD_##name
#define TOLD_write       ASKED(write, REQUESTED_BYTES, NULL, SIZE)
#define TOLD___write     ASKED(__write, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_writev      ASKED(writev, REQUESTED_PARTS, parts, 2)
#define TOLD_pwritev2    ASKED(pwritev2, REQUESTED_PARTS, parts, 2)
#define TOLD_pwritev64v2 ASKED(pwritev64v2, REQUESTED_PARTS, parts, 2)
#define TOLD_sendfile    ASKED(sendfile, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_sendfile64  ASKED(sendfile64, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_splice      ASKED(splice, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_tee         ASKED(tee, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_vmsplice    ASKED(vmsplice, REQUESTED_PARTS, parts, 2)
#define TOLD_send        ASKED(send, REQUESTED_BYTES, NULL, SIZE)
#define TOLD___send      ASKED(__send, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_sendto      ASKED(sendto, REQUESTED_BYTES, NULL, SIZE)
#define TOLD_sendmsg     ASKED(sendmsg, REQUESTED_MESSAGE, &messages[0].msg_hdr, 1)
#define TOLD_sendmmsg    ASKED(sendmmsg, REQUESTED_MESSAGES, messages, 2)
#define TOLD___sendmmsg  ASKED(__sendmmsg, REQUESTED_MESSAGES, messages, 2)
    choose(MODE_IGNORE, true);
    answer(-1, EPIPE);
    WRITES(TOLD)
    SENDS(TOLD, 0, 0)
    CHECK(done.drains == 0);
    SENDS(TOLD, MSG_DONTWAIT, MSG_DONTWAIT)
    /* Where the caller has asked for no signal, it is no event. */
    SENDS(SAME, MSG_NOSIGNAL, MSG_NOSIGNAL)
    SENDS(SAME, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL)
    CHECK(done.events == 0 && done.drains == 0);
}

static void what_is_no_broken_write(void)
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

static unsigned told(void)
{
    done.events = done.drains = done.forgotten = 0;
    seen.calls = 0;
    answer(-1, EPIPE);
    CHECK(next.write(FD, bytes, SIZE) == -1 && errno == EPIPE && done.forgotten != 0);
    return done.events;
}

/* Nobody has been told where the kernel has swallowed the signal, for the default's sake. */
static void in_mode_ignore(void)
{
    choose(MODE_IGNORE, true);
    CHECK(told() == 1);
    now.signalled = true;
    CHECK(told() == 0);
    now.signalled = false;
    now.sets = true;
    CHECK(told() == 0);
    now.sets = false;
    CHECK(told() == 1);
    now.app = (uintptr_t)SIG_IGN;
    CHECK(told() == 0);
    now.app = (uintptr_t)SIG_DFL;
    now.asking = -EPERM;
    CHECK(told() == 0);
    now.asking = 0;
    now.mask = sigpipe_bit;
    CHECK(told() == 0);
    now.mask = ~sigpipe_bit;
    CHECK(told() == 1);
    now.mask = sigpipe_bit;
    now.asking_mask = -EPERM;
    CHECK(told() == 1);
    now.asking_mask = 0;
    now.mask = 0;
    CHECK(told() == 1 && done.drains == 0);
    now.type = SOCK_STREAM;
    CHECK(told() == 1);
    for (now.type = 0; now.type < 8; now.type++) /* datagrams and their like raise no signal */
        CHECK(told() == (now.type == SOCK_STREAM));
}

static void in_mode_mask(void)
{
    choose(MODE_MASK, true);
    CHECK(told() == 0 && done.drains == 1);
    now.hides = true;
    CHECK(told() == 0);
    now.signalled = true; /* the guard, which has then told of it */
    CHECK(told() == 0);
    now.drained = true;
    CHECK(told() == 1 && done.drains == 1);
    now.breaks_in = true;
    CHECK(told() == 2 && done.drains == 2);
    CHECK(told() == 1);
    /* The handler's call takes none, so there was none for either. */
    now.drained = false;
    now.breaks_in = true;
    CHECK(told() == 0);
    /* What pends is then what the host has blocked itself. */
    now.drained = true;
    now.breaks_in = true;
    now.hides = false;
    CHECK(told() == 1);
}

/* All that is to be done is to take the signal that a broken write has left. */
#if __SIZEOF_LONG__ == 8
static void in_mode_mask_where_nothing_matters(void)
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
    errno = EPIPE; /* of an earlier call */
    WRITES(SAME)
    SENDS(SAME, 0, 0)
    CHECK(done.drains == 0 && done.events == 0 && errno == EPIPE);
}
#else
static void in_mode_mask_where_nothing_matters(void)
{
}
#endif

int main(void)
{
    apart(what_libc_lacks_stays_away);
    apart(where_nothing_is_routed);
    apart(what_is_told);
    apart(what_is_no_broken_write);
    apart(in_mode_ignore);
    apart(in_mode_mask);
    apart(in_mode_mask_where_nothing_matters);
    return 0;
}
