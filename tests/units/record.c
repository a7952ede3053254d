/* Whole records, with the largest numbers and the longest names. */
#include "recorded.h"

#include <inttypes.h>
#include <limits.h>

#include "../../shim/report/backtrace.h"

/* Replaces the frames by as many bytes as fit. */
static bool has_frames;
void backtrace_add(struct strbuf *text, const struct frame *start, unsigned most)
{
    CHECK(start && most == options.backtrace);
    while (has_frames && text->size < text->capacity)
        strbuf_add_bytes(text, "f", 1);
}

/* The record in logfmt and JSON, from `call` on. */
static void check_event(void)
{
    static const char *const formats[] = {
        [FORMAT_LOGFMT] = " call=write fd=%d kind=pipe local=\"\" peer=\"\" peer_pid=%ld"
                          " inode=%" PRIu64 " asked=%ld written=%ld action=epipe count=%lu"
                          " fd_count=%lu\n",
        [FORMAT_JSON] = ",\"call\":\"write\",\"fd\":%d,\"kind\":\"pipe\",\"local\":\"\","
                        "\"peer\":\"\",\"peer_pid\":%ld,\"inode\":%" PRIu64
                        ",\"asked\":%ld,\"written\":%ld,\"action\":\"epipe\",\"count\":%lu,"
                        "\"fd_count\":%lu}\n"};
    char expected[512];
    options.log = LOG_STDERR;
    for (options.format = 0; options.format < 2; options.format++) {
        write_event();
        const char *const call = strstr(written, options.format ? ",\"call" : " call");
        const long requested =
            one.requested.form == REQUESTED_UNKNOWN ? -1 : (long)one.requested.count;
        snprintf(expected, sizeof(expected), formats[options.format], one.fd,
                 description.peer_pid, description.inode, requested, one.written,
                 event_counts.process, event_counts.descriptor);
        CHECK(call && strcmp(call, expected) == 0);
    }
    options.format = FORMAT_LOGFMT;
}

/* journald's fields, each with its size; systemd, "Native Journal Protocol". */
static void check_journal_field(const char *key, const char *value)
{
    char field[256] = "";
    const size_t key_size = strlen(key);
    snprintf(field, sizeof(field), "%s\n", key);
    field[key_size + 1] = (char)strlen(value); /* and seven zeros: little-endian */
    snprintf(field + key_size + 9, sizeof(field) - key_size - 9, "%s\n", value);
    CHECK(memmem(written, written_size, field, key_size + 10 + strlen(value)));
}

/* The largest numbers. An inode number has 64 bits and no sign; stat(3type). */
static void check_numbers(void)
{
    static const uint64_t inodes[] = {0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};
    char digits[32];
    for (size_t i = 0; i < sizeof(inodes) / sizeof(inodes[0]); i++) {
        description.inode = inodes[i];
        check_event();
        options.log = LOG_JOURNAL;
        write_event();
        snprintf(digits, sizeof(digits), "%" PRIu64, inodes[i]);
        check_journal_field("NOSIGPIPE_INODE", digits);
    }
    check_journal_field("PRIORITY", "4"); /* warning; syslog(3) */
    check_journal_field("MESSAGE", "a write found its reader gone (SIGPIPE)");
    check_journal_field("SYSLOG_IDENTIFIER", "record");
    check_journal_field("NOSIGPIPE_FD", "7");
    description.inode = 0;
    one = (struct event){
        .call = "write", .fd = -1, .requested = {.count = 3}, .written = LONG_MAX};
    description.peer_pid = 4194304; /* the largest: proc_sys_kernel(5), pid_max */
    event_counts = (struct event_counts){ULONG_MAX, ULONG_MAX, true};
    check_event();
    one = (struct event){"write", INT_MAX, {REQUESTED_BYTES, NULL, LONG_MAX}, 0, NULL};
    event_counts = (struct event_counts){LONG_MAX, (unsigned long)LONG_MAX + 1, true};
    check_event();
}

/* All names and paths fit into the record at their longest, with each byte escaped as six, and
   so does a frame. */
static void check_longest(void)
{
    const struct frame start = {.interrupted = true};
    char name[80];
    memset(name, '\1', sizeof(name));
    program_invocation_short_name = name;
    memset(thread_name, '\1', 15);
    memset(&description.local, '\1', sizeof(description.local));
    description.local.size = ADDRESS_SIZE;
    description.peer = description.local;
    one.call = "__sendmmsg_chk_and_longer";
    options.backtrace = 32;
    for (unsigned form = 0; form < 12; form++) {
        options.log = LOG_STDERR + form / 4;
        options.format = form / 2 % 2;
        has_frames = form % 2;
        written_size = 0;
        record_event(&one, &description, "epipe", &event_counts, has_frames ? &start : NULL);
        const char *const end = options.log == LOG_JOURNAL || !options.format ? "" : "}";
        const bool newline = options.log != LOG_SYSLOG; /* a datagram there is a line */
        CHECK(written_size > 800 && written_size <= 4096);
        CHECK(!newline || written[--written_size] == '\n');
        CHECK(!*end || written[--written_size] == '}');
        const char *const last = has_frames ? "ff" : "8";
        CHECK(memmem(written + written_size - 4, 4, last, strlen(last)));
    }
    program_invocation_short_name = NULL;
}

/* A backtrace without a frame adds no field. */
static void check_no_frame(void)
{
    const struct frame start = {.interrupted = true};
    options.log = LOG_STDERR;
    options.format = FORMAT_LOGFMT;
    has_frames = false;
    record_event(&one, &description, "epipe", &event_counts, &start);
    CHECK(strstr(written, " count=") && !strstr(written, "backtrace"));
}

static void check_summary(void)
{
    const struct event events[] = {{.call = "write", .fd = 3}, {.call = "send", .fd = 4}};
    options.log = LOG_STDERR;
    options.format = FORMAT_LOGFMT;
    written_size = 0;
    record_summary();
    CHECK(written_size == 0); /* there was none */
    counters_add_event(&events[0], "pipe", 1, &event_counts);
    record_summary();
    CHECK(strstr(written, " events=1 by_call=write:1 by_kind=pipe:1 lost=0\n"));
    counters_add_event(&events[1], "tcp", 1, &event_counts);
    counters_add_event(&events[0], "pipe", 1, &event_counts);
    counters_add_lost();
    record_summary();
    CHECK(strstr(written,
                 " events=3 by_call=\"write:2 send:1\" by_kind=\"pipe:2 tcp:1\" lost=1\n"));
    options.log = LOG_JOURNAL;
    record_summary();
    check_journal_field("MESSAGE", "the writes of this process that found no reader");
    check_journal_field("NOSIGPIPE_BY_CALL", "write:2 send:1");
}

int main(void)
{
    check_summary();
    check_numbers();
    check_longest();
    check_no_frame();
    return 0;
}
