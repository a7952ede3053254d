/* Whole records through each sink: never partial, in their form, with all that was put in. */
#include "../../shim/report/record.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../shim/base/clock.h"
#include "../../shim/config/options.h"
#include "../../shim/report/backtrace.h"
#include "decode.h"

extern char *program_invocation_short_name;

static struct input answers; /* which system calls the kernel refuses */
static char thread_name[16];
static int64_t seconds;
static uint16_t sink_type;
static char written[1 << 13];
static size_t written_size;

static const char *frames_place; /* where the backtrace is made, before it becomes a field */

static long take_record(const char *bytes, size_t size)
{
    const size_t choice = take_choice(&answers, 16);
    CHECK(size <= 4096);
    CHECK(!frames_place || bytes + size <= frames_place);
    memcpy(written, bytes, size);
    written_size = size;
    return choice == 15 ? -EAGAIN : choice == 14 ? (long)size / 2 : (long)size;
}

static void fill_time(struct kernel_time *time)
{
    time->seconds = seconds;
    time->nanoseconds = 999999999;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct iovec *const part = (const struct iovec *)b;
    struct stat status = {.st_mode = sink_type};
    struct rlimit64 limit = {RLIM64_INFINITY, RLIM64_INFINITY};
    (void)f;
    switch (number) {
    case SYS_prctl:
        memcpy((void *)b, thread_name, sizeof(thread_name));
        return 0;
    case SYS_clock_gettime:
        fill_time((struct kernel_time *)b);
        return 0;
    case SYS_getpid:
    case SYS_gettid:
        return 4194304; /* the largest: proc_sys_kernel(5), pid_max */
    case SYS_fstat:
        memcpy((void *)b, &status, sizeof(status));
        return take_choice(&answers, 16) == 15 ? -EBADF : 0;
    case SYS_prlimit64:
        memcpy((void *)d, &limit, sizeof(limit));
        return 0;
    case SYS_ppoll:
        ((struct pollfd *)a)->revents = POLLOUT;
        return 1;
    case SYS_pwritev2:
        CHECK(c == 1 && d == -1 && e == -1);
        return take_choice(&answers, 4) == 3 ? -EOPNOTSUPP
                                             : take_record(part->iov_base, part->iov_len);
    case SYS_write:
    case SYS_sendto:
        return take_record((const char *)b, (size_t)c);
    case SYS_openat:
        CHECK(strcmp((const char *)b, options_log_path) == 0);
        return take_choice(&answers, 16) == 15 ? -EACCES : 5;
    case SYS_socket:
        return take_choice(&answers, 16) == 15 ? -EMFILE : 5;
    case SYS_close:
    case SYS_lseek:
    case SYS_ftruncate:
    case SYS_madvise:
        return 0;
    default:
        refuse_call(number);
    }
}

static struct taken frames;

/* As backtrace.h promises: fills the capacity at most, with bytes that need no escape. */
void backtrace_add(struct strbuf *text, const struct frame *start, unsigned most)
{
    CHECK(start && most > 0 && text->size == 0);
    frames_place = text->start;
    for (size_t i = 0; i < text->capacity; i++) {
        const char *const c = frames.size ? &frames.bytes[i % frames.size] : "_";
        strbuf_add_bytes(text, *c > ' ' && *c < 0x7f && *c != '"' && *c != '\\' ? c : "_", 1);
    }
}

static struct record record;
static const struct field *next_field;

static void expect(enum fields_form form, const char *key, const char *bytes, size_t size)
{
    if (form == FIELDS_OTEL && size == 0)
        return;
    CHECK(next_field < record.fields + record.count);
    check_field(form, next_field++, key, bytes, size);
}

static void expect_number(enum fields_form form, const char *key, long long number)
{
    CHECK(next_field < record.fields + record.count);
    check_number(form, next_field++, key, number);
}

/* The size of the text's first `most` bytes, without a partial character at the end. */
static size_t cut(const char *bytes, size_t most)
{
    const size_t size = strnlen(bytes, most);
    return size == most ? utf8_complete_prefix(bytes, most) : size;
}

/* Skips the header of RFC 3164, "<28>Nov  2 10:00:00 tag[123]: ". */
static const char *pass_header(const char *at)
{
    const char *const end = strstr(at, "]: ");
    char month[4];
    int day;
    int hour;
    int minute;
    int second;
    CHECK(end &&
          sscanf(at, "<28>%3s %2d %2d:%2d:%2d ", month, &day, &hour, &minute, &second) == 5);
    CHECK(day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60);
    CHECK(strchr(at + 20, '[') < end && strchr(at + 20, '[') - (at + 20) <= 32);
    return end + 3;
}

/* Checks the beginning of a record, and returns its form. */
static enum fields_form expect_begin(const char *program, size_t program_size,
                                     const struct event *event)
{
    const enum fields_form form = options.log == LOG_JOURNAL      ? FIELDS_JOURNAL
                                  : options.format == FORMAT_JSON ? FIELDS_JSON
                                  : options.format == FORMAT_OTEL ? FIELDS_OTEL
                                                                  : FIELDS_LOGFMT;
    const char *at = written;
    char time[32];
    char expected[64];
    const time_t moment = (time_t)seconds;
    struct tm utc;
    written[written_size] = '\0';
    if (options.log == LOG_SYSLOG)
        at = pass_header(at);
    const size_t newline = options.log == LOG_SYSLOG || options.log == LOG_JOURNAL ? 0 : 1;
    const size_t size = (size_t)(written + written_size - at);
    CHECK(!newline || at[size - 1] == '\n');
    decode(form, at, size - newline, &record);
    next_field = record.fields;
    if (form == FIELDS_JOURNAL) {
        CHECK(strcmp((next_field++)->key, "MESSAGE") == 0);
        CHECK(strcmp((next_field++)->key, "MESSAGE_ID") == 0);
        expect(form, "PRIORITY", "4", 1);
        expect(form, "SYSLOG_IDENTIFIER", program, program_size);
        if (event)
            expect(form, "CODE_FUNC", event->call, strlen(event->call));
    }
    CHECK(gmtime_r(&moment, &utc));
    strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &utc);
    const int used = snprintf(expected, sizeof(expected), "%s.999999Z", time);
    expect(form, "time", expected, (size_t)used);
    if (form == FIELDS_OTEL) {
        expect(form, ".severity_text", "WARN", 4);
        expect_number(form, ".severity_number", 13);
        CHECK(strcmp((next_field++)->key, ".event_name") == 0);
        CHECK(strcmp((next_field++)->key, ".body") == 0);
        if (event)
            expect(form, ".error.type", "EPIPE", 5);
    }
    expect_number(form, "pid", 4194304);
    expect_number(form, "tid", 4194304);
    expect(form, "program", program, program_size);
    return form;
}

static void take_address(struct input *input, struct address *address)
{
    const struct taken taken = take_bytes(input, ADDRESS_SIZE);
    memcpy(address->bytes, taken.bytes, taken.size);
    address->size = taken.size;
}

static void take_options(struct input *input)
{
    static const uint16_t types[] = {S_IFREG, S_IFSOCK, S_IFIFO};
    options.log = LOG_STDERR + (unsigned)take_choice(input, 4);
    options.format = (unsigned)take_choice(input, 3);
    snprintf(options_log_path, LOG_PATH_SIZE, "/log");
    sink_type = types[take_choice(input, 3)];
    /* From 1970 to 9999, since the time has four digits for the year. */
    seconds = (int64_t)(take_number(input, 8) % 253402300800);
}

static char *take_string(struct input *input, size_t most)
{
    const struct taken taken = take_bytes(input, most);
    char *const string = calloc(1, taken.size + 1);
    memcpy(string, taken.bytes, taken.size);
    return string;
}

/* The address of a TCP socket is well-formed, since fd_info_get() has made it. */
static void make_address(struct input *input, struct address *address)
{
    struct in6_addr bytes;
    char host[INET6_ADDRSTRLEN];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes.s6_addr[i] = (uint8_t)take_number(input, 1);
    inet_ntop(AF_INET6, &bytes, host, sizeof(host));
    const int size = snprintf(address->bytes, ADDRESS_SIZE, "[%s]:%u", host,
                              (unsigned)take_number(input, 2));
    address->size = (size_t)size;
}

static void expect_address(const char *key, const char *port_key, const struct address *address,
                           bool is_tcp)
{
    char text[ADDRESS_SIZE + 1] = "";
    memcpy(text, address->bytes, address->size);
    char *const end = is_tcp ? strstr(text, "]:") : NULL;
    if (!end) {
        expect(FIELDS_OTEL, key, text, address->size);
        return;
    }
    expect(FIELDS_OTEL, key, text + 1, (size_t)(end - text - 1));
    expect_number(FIELDS_OTEL, port_key, atoi(end + 2));
}

static void expect_connection(enum fields_form form, const struct fd_info *info)
{
    static const struct {
        const char *kind, *transport;
    } transports[] = {{"tcp6", "tcp"}, {"unix", "unix"}, {"fifo", "pipe"}};
    const bool is_tcp = strcmp(info->kind, "tcp6") == 0;
    if (form != FIELDS_OTEL) {
        expect(form, "local", info->local.bytes, info->local.size);
        expect(form, "peer", info->peer.bytes, info->peer.size);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(info->kind, transports[i].kind) == 0)
            expect(form, ".network.transport", transports[i].transport,
                   strlen(transports[i].transport));
    }
    if (is_tcp)
        expect(form, ".network.type",
               memchr(info->local.bytes, '.', info->local.size) ? "ipv4" : "ipv6", 4);
    expect_address(".network.local.address", ".network.local.port", &info->local, is_tcp);
    expect_address(".network.peer.address", ".network.peer.port", &info->peer, is_tcp);
}

static void check_event(const struct event *event, const struct fd_info *description,
                        const struct event_counts *event_counts, const char *program,
                        unsigned most)
{
    char inode[32];
    const size_t thread_size = strlen(thread_name);
    const enum fields_form form = expect_begin(program, cut(program, 64), event);
    expect(form, "thread", thread_name, thread_size == 15 ? cut(thread_name, 15) : thread_size);
    expect(form, "call", event->call, strlen(event->call));
    expect_number(form, "fd", event->fd);
    expect(form, "kind", description->kind, strlen(description->kind));
    expect_connection(form, description);
    expect_number(form, "peer_pid", description->peer_pid);
    snprintf(inode, sizeof(inode), "%" PRIu64, description->inode);
    expect(form, "inode", inode, strlen(inode));
    expect_number(form, "asked", (long)event->requested.count);
    expect_number(form, "written", event->written);
    expect(form, "action", "epipe", 5);
    expect_number(form, "count", (long)event_counts->process);
    expect_number(form, "fd_count", (long)event_counts->descriptor);
    if (most && next_field < record.fields + record.count)
        CHECK(strcmp((next_field++)->key, "backtrace") == 0);
    CHECK(next_field == record.fields + record.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const calls[] = {"write", "pwritev2", "sendmmsg", "__write_chk",
                                        "unknown"};
    static const char *const kinds[] = {"tcp6", "unix", "fifo", "unknown"};
    struct input input = {data, size};
    struct fd_info description = {0};
    struct event_counts event_counts;
    frames_place = NULL;
    take_options(&input);
    char *const program = take_string(&input, 200);
    program_invocation_short_name = program;
    const struct taken name = take_bytes(&input, 15);
    memset(thread_name, 0, sizeof(thread_name));
    memcpy(thread_name, name.bytes, name.size);
    description.kind = kinds[take_choice(&input, 4)];
    if (strcmp(description.kind, "tcp6") == 0) {
        make_address(&input, &description.local);
        make_address(&input, &description.peer);
    } else if (strcmp(description.kind, "unknown") != 0) {
        take_address(&input, &description.local);
        take_address(&input, &description.peer);
    }
    description.peer_pid = (int)take_number(&input, 4);
    description.inode = take_number(&input, 8);
    const struct event event = {.call = calls[take_choice(&input, 5)],
                                .fd = (int)take_number(&input, 4),
                                .requested = {REQUESTED_BYTES, NULL, take_number(&input, 8)},
                                .written = (long)take_number(&input, 8)};
    const struct frame start = {.interrupted = true};
    options.backtrace = (unsigned)take_choice(&input, 33);
    frames = take_bytes(&input, 255);
    answers = input;

    written_size = 0;
    counters_add_event(&event, description.kind, description.inode, &event_counts);
    record_event(&event, &description, "epipe", &event_counts,
                 options.backtrace ? &start : NULL);
    if (written_size)
        check_event(&event, &description, &event_counts, program, options.backtrace);
    written_size = 0;
    record_summary();
    if (written_size) {
        const enum fields_form form = expect_begin(program, cut(program, 64), NULL);
        expect_number(form, "events", (long)counters_events());
    }
    free(program);
    return 0;
}
