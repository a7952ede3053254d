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

/* The record in each format, from `call` on. */
static void check_event(void)
{
    static const char *const formats[] = {
        [FORMAT_LOGFMT] = " call=write fd=%d kind=pipe local=\"\" peer=\"\" peer_pid=%ld"
                          " inode=%" PRIu64 " asked=%ld written=%ld action=epipe count=%lu"
                          " fd_count=%lu\n",
        [FORMAT_JSON] = ",\"call\":\"write\",\"fd\":%d,\"kind\":\"pipe\",\"local\":\"\","
                        "\"peer\":\"\",\"peer_pid\":%ld,\"inode\":%" PRIu64
                        ",\"asked\":%ld,\"written\":%ld,\"action\":\"epipe\",\"count\":%lu,"
                        "\"fd_count\":%lu}\n",
        [FORMAT_OTEL] = ",\"code.function.name\":\"write\",\"nosigpipe.fd\":%d,"
                        "\"nosigpipe.kind\":\"pipe\",\"network.transport\":\"pipe\","
                        "\"nosigpipe.peer_pid\":%ld,\"nosigpipe.inode\":%" PRIu64
                        ",\"nosigpipe.asked\":%ld,\"nosigpipe.written\":%ld,"
                        "\"nosigpipe.action\":\"epipe\",\"nosigpipe.count\":%lu,"
                        "\"nosigpipe.fd_count\":%lu}\n"};
    static const char *const first[] = {" call", ",\"call", ",\"code.function.name"};
    char expected[512];
    options.log = LOG_STDERR;
    for (options.format = 0; options.format < 3; options.format++) {
        write_event();
        const char *const call = strstr(written, first[options.format]);
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
    check_journal_field("MESSAGE_ID", "3a8b0f5d6c1e4f7f9d24a6b1c07e5e13");
    check_journal_field("CODE_FUNC", "write");
    check_journal_field("SYSLOG_IDENTIFIER", "record");
    check_journal_field("NOSIGPIPE_FD", "7");
    description.inode = 0;
    one = (struct event){
        .call = "write", .fd = -1, .requested = {.count = 3}, .written = LONG_MAX};
    description.peer_pid = 4194304; /* the largest: proc_sys_kernel(5), pid_max */
    event_counts = (struct event_counts){ULONG_MAX, ULONG_MAX, true};
    check_event();
    one = (struct event){
        .call = "write", .fd = INT_MAX, .requested = {REQUESTED_BYTES, NULL, LONG_MAX}};
    event_counts = (struct event_counts){LONG_MAX, (unsigned long)LONG_MAX + 1, true};
    check_event();
}

/* events=all: the field behind `action`. */
static void check_disposition(void)
{
    options.log = LOG_STDERR;
    options.events = EVENTS_ALL;
    write_event();
    CHECK(strstr(written, " action=epipe disposition=default count="));
    one.harmless = "blocked";
    write_event();
    CHECK(strstr(written, " action=epipe disposition=blocked count="));
    options.log = LOG_JOURNAL;
    write_event();
    check_journal_field("NOSIGPIPE_DISPOSITION", "blocked");
    one.harmless = NULL;
    options.events = EVENTS_DEADLY;
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
    description.kind = "unix";
    description.inode = UINT64_MAX;
    one.call = "__sendmmsg_chk_and_longer";
    one.written = LONG_MAX;
    one.harmless = "nosignal";
    options.events = EVENTS_ALL;
    options.backtrace = 32;
    for (unsigned form = 0; form < 18; form++) {
        options.log = LOG_STDERR + form / 6;
        options.format = form / 2 % 3;
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
    description = (struct fd_info){.kind = "pipe"};
}

/* Both ends in OpenTelemetry's names: no empty field, and a port is a number. */
static void check_connection(const char *kind, const char *local, const char *peer,
                             const char *fields)
{
    char expected[512];
    description.kind = kind;
    description.local.size = strlen(local);
    memcpy(description.local.bytes, local, description.local.size);
    description.peer.size = strlen(peer);
    memcpy(description.peer.bytes, peer, description.peer.size);
    options.log = LOG_STDERR;
    options.format = FORMAT_OTEL;
    write_event();
    snprintf(expected, sizeof(expected),
             "\"nosigpipe.kind\":\"%s\",%s\"nosigpipe.peer_pid\":", kind, fields);
    CHECK(strstr(written, expected));
    description = (struct fd_info){.kind = "pipe"};
    options.format = FORMAT_LOGFMT;
}

#define TRANSPORT(name)    "\"network.transport\":\"" name "\","
#define NETWORK(name)      "\"network.type\":\"" name "\","
#define ADDRESS(end, name) "\"network." end ".address\":\"" name "\","
#define PORT(end, number)  "\"network." end ".port\":" number ","

static void check_connections(void)
{
    check_connection("tcp", "192.0.2.1:1", "198.51.100.254:65535",
                     TRANSPORT("tcp") NETWORK("ipv4") ADDRESS("local", "192.0.2.1")
                         PORT("local", "1") ADDRESS("peer", "198.51.100.254")
                             PORT("peer", "65535"));
    check_connection("tcp6", "[::1]:80", "[fe80::1%2]:443",
                     TRANSPORT("tcp") NETWORK("ipv6") ADDRESS("local", "::1")
                         PORT("local", "80") ADDRESS("peer", "fe80::1%2") PORT("peer", "443"));
    check_connection("tcp6", "[::ffff:192.0.2.1]:0", "",
                     TRANSPORT("tcp") NETWORK("ipv4") ADDRESS("local", "::ffff:192.0.2.1")
                         PORT("local", "0"));
    check_connection("tcp", "", "", TRANSPORT("tcp"));
    check_connection("unix", "@a:1", "/run/a:2",
                     TRANSPORT("unix") ADDRESS("local", "@a:1") ADDRESS("peer", "/run/a:2"));
    check_connection("unix", "", "", TRANSPORT("unix"));
    check_connection("fifo", "/run/f:3.4", "",
                     TRANSPORT("pipe") ADDRESS("local", "/run/f:3.4"));
    check_connection("pipe", "", "", TRANSPORT("pipe"));
    check_connection("socket", "192.0.2.1:1", "192.0.2.2:2",
                     NETWORK("ipv4") ADDRESS("local", "192.0.2.1") PORT("local", "1")
                         ADDRESS("peer", "192.0.2.2") PORT("peer", "2"));
    check_connection("socket", "", "", "");
    check_connection("unknown", "", "", "");
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
    check_journal_field("MESSAGE_ID", "5b9a4e7d2f0c4a86b3e1d87c6a90f4b2");
    check_journal_field("NOSIGPIPE_BY_CALL", "write:2 send:1");
    CHECK(!strstr(written, "CODE_FUNC"));
    counters_add_event(&(struct event){.call = "write", .harmless = "ignored"}, "pipe", 1,
                       &event_counts);
    options.log = LOG_STDERR;
    record_summary();
    CHECK(!strstr(written, "by_disposition"));
    options.events = EVENTS_ALL;
    record_summary();
    CHECK(strstr(written, " by_disposition=\"default:3 ignored:1\" lost=1\n"));
    options.events = EVENTS_DEADLY;
}

int main(void)
{
    check_summary();
    check_numbers();
    check_disposition();
    check_longest();
    check_connections();
    check_no_frame();
    return 0;
}
