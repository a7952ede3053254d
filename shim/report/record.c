#include "report/record.h"

#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "config/options.h"
#include "report/backtrace.h"
#include "report/fields.h"
#include "report/otel.h"
#include "report/sink.h"

/* RECORD_SIZE holds all fields at their longest, with each byte of names and paths escaped as
   six. A backtrace takes what is left of BACKTRACE_SIZE. */
enum { RECORD_SIZE = 2688, BACKTRACE_SIZE = 4096, NAME_SIZE = 64, TIME_SIZE = 32 };

/* glibc and musl: the last part of argv[0]. */
#if defined(NOSIGPIPE_RESIDENT)
/* Its own (resident/note.c), which a weak symbol would reach by a relocation on some CPUs. */
extern char *program_invocation_short_name __attribute__((visibility("hidden")));
#else
WEAK_IMPORT char *program_invocation_short_name;
#endif

struct moment {
    unsigned long year, month, day, hour, minute, second, microsecond;
};

/* Converts days since 1970-01-01 to a date. In years that begin in March the leap day is the
   last day, and 400 of them have 146097 days. */
static void set_date(struct moment *moment, unsigned long days)
{
    const unsigned long since_march_0000 = days + 719468;
    const unsigned long era = since_march_0000 / 146097;
    const unsigned long day_of_era = since_march_0000 % 146097;
    const unsigned long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned long day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned long month_from_march = (5 * day_of_year + 2) / 153;
    moment->day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    moment->month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    moment->year = era * 400 + year_of_era + (moment->month <= 2);
}

static struct moment now(void)
{
    const struct kernel_time time = clock_now(CLOCK_REALTIME);
    const unsigned long since_1970 = (unsigned long)time.seconds; /* 32 bits last until 2106 */
    const unsigned long seconds = since_1970 % 86400;
    struct moment moment;
    set_date(&moment, since_1970 / 86400);
    moment.hour = seconds / 3600;
    moment.minute = seconds / 60 % 60;
    moment.second = seconds % 60;
    moment.microsecond = (unsigned long)time.nanoseconds / 1000;
    return moment;
}

static void add_clock(struct strbuf *text, const struct moment *moment)
{
    strbuf_add_padded(text, moment->hour, 2);
    strbuf_add(text, ":");
    strbuf_add_padded(text, moment->minute, 2);
    strbuf_add(text, ":");
    strbuf_add_padded(text, moment->second, 2);
}

/* RFC 3339, UTC. */
static void add_time(struct fields *fields, const struct moment *moment)
{
    char space[TIME_SIZE];
    struct strbuf text = {space, 0, sizeof(space)};
    strbuf_add_padded(&text, moment->year, 4);
    strbuf_add(&text, "-");
    strbuf_add_padded(&text, moment->month, 2);
    strbuf_add(&text, "-");
    strbuf_add_padded(&text, moment->day, 2);
    strbuf_add(&text, "T");
    add_clock(&text, moment);
    strbuf_add(&text, ".");
    strbuf_add_padded(&text, moment->microsecond, 6);
    strbuf_add(&text, "Z");
    fields_add(fields, "time", space, text.size);
}

struct name {
    const char *bytes;
    size_t size;
};

static struct name program_name(void)
{
    char *const *const place = &program_invocation_short_name;
    const char *const name = place ? *place : NULL;
    struct name program = {name ? name : "", 0};
    while (program.size < NAME_SIZE && program.bytes[program.size])
        program.size++;
    if (program.size == NAME_SIZE)
        program.size = utf8_complete_prefix(program.bytes, NAME_SIZE);
    return program;
}

/* RFC 3164, 4.1.3: at most 32 characters, and blanks, colons and brackets end the tag. The
   whole name is in a field. */
static void add_syslog_tag(struct strbuf *text, const struct name *program)
{
    for (size_t i = 0; i < program->size && i < 32; i++) {
        const char c = program->bytes[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.';
        strbuf_add_bytes(text, plain ? &c : "_", 1);
    }
}

/* RFC 3164, with facility daemon and severity warning. Without the host's name, as programs
   write to /dev/log. */
static void add_syslog_header(struct strbuf *text, const struct moment *moment)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const struct name program = program_name();
    strbuf_add(text, "<28>");
    strbuf_add_bytes(text, &months[3 * (moment->month - 1)], 3);
    strbuf_add(text, moment->day < 10 ? "  " : " ");
    strbuf_add_padded(text, moment->day, 1);
    strbuf_add(text, " ");
    add_clock(text, moment);
    strbuf_add(text, " ");
    add_syslog_tag(text, &program);
    strbuf_add(text, "[");
    strbuf_add_number(text, SYSCALL(SYS_getpid));
    strbuf_add(text, "]: ");
}

/* What a record is: journald's id, OpenTelemetry's name and the text for people. The ids are
   those of scripts/journal/nosigpipe.catalog. */
struct head {
    char id[33];
    char name[23];
    char text[48];
};
static const struct head event_head = {"3a8b0f5d6c1e4f7f9d24a6b1c07e5e13",
                                       "nosigpipe.broken_write",
                                       "a write found its reader gone (SIGPIPE)"};
static const struct head summary_head = {"5b9a4e7d2f0c4a86b3e1d87c6a90f4b2",
                                         "nosigpipe.summary",
                                         "the writes of this process that found no reader"};

/* Begins a record with the fields that all have; the summary has no event. A syslog header
   precedes the fields. */
static struct fields begin(char *space, size_t size, const struct event *event)
{
    const struct head *const head = event ? &event_head : &summary_head;
    const struct moment moment = now();
    const struct name program = program_name();
    struct strbuf header = {space, 0, size};
    if (options.log == LOG_SYSLOG)
        add_syslog_header(&header, &moment);
    const enum fields_form form = options.log == LOG_JOURNAL      ? FIELDS_JOURNAL
                                  : options.format == FORMAT_JSON ? FIELDS_JSON
                                  : options.format == FORMAT_OTEL ? FIELDS_OTEL
                                                                  : FIELDS_LOGFMT;
    struct fields fields = fields_begin(form, space + header.size, size - header.size);
    if (form == FIELDS_JOURNAL) {
        fields_add_string(&fields, "MESSAGE", head->text);
        fields_add_string(&fields, "MESSAGE_ID", head->id);
        fields_add_string(&fields, "PRIORITY", "4");
        fields_add(&fields, "SYSLOG_IDENTIFIER", program.bytes, program.size);
        if (event)
            fields_add_string(&fields, "CODE_FUNC", event->call);
    }
    add_time(&fields, &moment);
    if (form == FIELDS_OTEL)
        otel_add_head(&fields, head->name, head->text, event ? "EPIPE" : "");
    fields_add_number(&fields, "pid", SYSCALL(SYS_getpid));
    fields_add_number(&fields, "tid", SYSCALL(SYS_gettid));
    fields_add(&fields, "program", program.bytes, program.size);
    return fields;
}

static void end(struct fields *fields, char *space, int broken)
{
    fields_end(fields);
    const size_t size = (size_t)(fields->text.start - space) + fields->text.size;
    const struct strbuf record = {space, size, size};
    sink_write(&record, broken);
}

static void add_thread(struct fields *fields)
{
    char name[16] = "";
    SYSCALL(SYS_prctl, PR_GET_NAME, name);
    /* The kernel cuts off longer names after 15 bytes. */
    const size_t size = strlen(name);
    fields_add(fields, "thread", name,
               size == sizeof(name) - 1 ? utf8_complete_prefix(name, size) : size);
}

static void add_connection(struct fields *fields, const struct fd_info *info)
{
    if (fields->form == FIELDS_OTEL) {
        otel_add_connection(fields, info);
        return;
    }
    fields_add(fields, "local", info->local.bytes, info->local.size);
    fields_add(fields, "peer", info->peer.bytes, info->peer.size);
}

/* Writes the frames to the second half of the free space, and then adds the field in the first.
   The field fits there, since nothing in the frames is escaped. */
static void add_backtrace(struct fields *fields, const struct frame *start)
{
    static const size_t overhead = sizeof(",\"NOSIGPIPE_BACKTRACE\":\"01234567\"}\n");
    const size_t left = fields->text.capacity - fields->text.size;
    const size_t half = (left - overhead) / 2;
    struct strbuf frames = {fields->text.start + fields->text.capacity - half, 0, half};
    backtrace_add(&frames, start, options.backtrace);
    if (frames.size)
        fields_add(fields, "backtrace", frames.start, frames.size);
}

static struct fields begin_event(char *space, size_t size, const struct event *event,
                                 const struct fd_info *info, const char *action,
                                 const struct event_counts *event_counts)
{
    struct fields fields = begin(space, size, event);
    add_thread(&fields);
    fields_add_string(&fields, "call", event->call);
    fields_add_number(&fields, "fd", event->fd);
    fields_add_string(&fields, "kind", info->kind);
    add_connection(&fields, info);
    fields_add_number(&fields, "peer_pid", info->peer_pid);
    fields_add_unsigned(&fields, "inode", info->inode);
    fields_add_number(&fields, "asked", requested_bytes(event->requested));
    fields_add_number(&fields, "written", event->written);
    fields_add_string(&fields, "action", action);
    if (options.events == EVENTS_ALL)
        fields_add_string(&fields, "disposition", event_disposition(event));
    fields_add_unsigned(&fields, "count", event_counts->process);
    fields_add_unsigned(&fields, "fd_count", event_counts->descriptor);
    return fields;
}

void record_event(const struct event *event, const struct fd_info *info, const char *action,
                  const struct event_counts *event_counts, const struct frame *start)
{
    /* A record without a backtrace takes less of the stack. */
    char space[start ? BACKTRACE_SIZE : RECORD_SIZE];
    struct fields fields = begin_event(space, sizeof(space), event, info, action, event_counts);
    if (start)
        add_backtrace(&fields, start);
    end(&fields, space, event->fd);
}

/* Adds a field of the form "write:3 send:1". */
static void add_totals(struct fields *fields, const char *key,
                       bool (*total_at)(unsigned index, struct total *total))
{
    char space[512];
    struct strbuf text = {space, 0, sizeof(space)};
    struct total total;
    for (unsigned i = 0; total_at(i, &total); i++) {
        strbuf_add(&text, text.size ? " " : "");
        strbuf_add(&text, total.name);
        strbuf_add(&text, ":");
        strbuf_add_padded(&text, total.events, 1);
    }
    fields_add(fields, key, space, text.size);
}

void record_summary(void)
{
    char space[RECORD_SIZE];
    const unsigned long events = counters_events();
    if (events == 0)
        return;
    struct fields fields = begin(space, sizeof(space), NULL);
    fields_add_unsigned(&fields, "events", events);
    add_totals(&fields, "by_call", counters_by_call);
    add_totals(&fields, "by_kind", counters_by_kind);
    if (options.events == EVENTS_ALL)
        add_totals(&fields, "by_disposition", counters_by_disposition);
    fields_add_unsigned(&fields, "lost", counters_lost_records());
    end(&fields, space, -1);
}
