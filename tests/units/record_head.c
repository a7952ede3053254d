/* Records: times and headers as strftime(3) writes them, and names that are cut off. */
#include "recorded.h"

enum { DAY = 86400 };

static void check_time(int64_t seconds, int64_t nanoseconds)
{
    char expected[64];
    char field[96];
    struct tm moment;
    const time_t time = (time_t)seconds;
    clock_time = (struct kernel_time){seconds, nanoseconds};
    CHECK(gmtime_r(&time, &moment));
    record_summary();
    strftime(expected, sizeof(expected), "<28>%b %e %H:%M:%S ", &moment);
    CHECK(strncmp(written, expected, strlen(expected)) == 0);
    strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &moment);
    snprintf(field, sizeof(field), "]: time=%s.%06dZ pid=123 tid=456 ", expected,
             (int)(nanoseconds / 1000));
    CHECK(strstr(written, field));
}

/* The last and the first second of each day of 36 years, of many days until 9999, and of those
   days of each year at which a month or a year begins. */
static void check_times(void)
{
    options.log = LOG_SYSLOG;
    check_time(0, 999);
    check_time(0, 1000);
    check_time(1, 999999999);
    for (int64_t day = 1; day < 2932896; day += day < 13176 ? 1 : 331) {
        check_time(day * DAY - 1, day * 340);
        check_time(day * DAY, 0);
    }
    for (int year = 70; year < 1000; year++) {
        struct tm march = {.tm_year = year, .tm_mon = 2, .tm_mday = 1};
        struct tm january = {.tm_year = year, .tm_mon = 0, .tm_mday = 1};
        for (int64_t near = -2; near <= 1; near++) {
            check_time(timegm(&march) + near * DAY, 0);
            check_time(timegm(&january) + (year > 70 ? near : 0) * DAY, 0);
        }
    }
    for (int64_t second = 0; second < DAY; second += 7)
        check_time(second, 0);
}

/* RFC 3164: 32 characters at most, and none of those that would end the tag. */
static void check_tag(const char *name, const char *tag)
{
    char expected[96];
    char copy[96];
    clock_time = (struct kernel_time){0};
    snprintf(copy, sizeof(copy), "%s", name);
    program_invocation_short_name = copy;
    snprintf(expected, sizeof(expected), "<28>Jan  1 00:00:00 %s[123]: time=", tag);
    write_event();
    CHECK(strncmp(written, expected, strlen(expected)) == 0);
    program_invocation_short_name = NULL;
}

static void check_tags(void)
{
    static const char plain[] = "ABCXYZabcxyz0189-.";
    char name[96];
    char tag[96];
    check_tag("a", "a");
    check_tag("", "");
    check_tag(plain, plain);
    check_tag("12345678901234567890123456789012", "12345678901234567890123456789012");
    check_tag("123456789012345678901234567890123", "12345678901234567890123456789012");
    for (int c = 1; c < 256; c++) {
        snprintf(name, sizeof(name), "x%cy", c);
        snprintf(tag, sizeof(tag), "x%cy",
                 strchr(plain, c) || (c > 'a' && c < 'z') || (c > 'A' && c < 'Z') ||
                         (c > '0' && c < '9')
                     ? c
                     : '_');
        check_tag(name, tag);
    }
    record_event(&one, &description, "epipe", &event_counts,
                 NULL); /* libc has no name of the program */
    CHECK(strstr(written, " [123]: time=") && strstr(written, " program=\"\" thread="));
}

/* 64 bytes of a program's name and 15 of a thread's are kept, without a partial character. */
static void check_names(void)
{
    char name[80];
    char field[128];
    options.log = LOG_STDERR;
    for (int size = 55; size < 75; size++) {
        memset(name, 'n', sizeof(name));
        memcpy(name + size - 3, "\xe2\x82\xac", 4);
        program_invocation_short_name = name;
        const int kept = size <= 64 ? size : size - 3 < 64 ? size - 3 : 64;
        snprintf(field, sizeof(field),
                 size <= 64 ? " program=\"%.*s\" thread" : " program=%.*s thread", kept, name);
        write_event();
        CHECK(strstr(written, field));
    }
    for (int size = 5; size < 19; size++) {
        char whole[24];
        memset(whole, 't', sizeof(whole));
        memcpy(whole + size - 3, "\xe2\x82\xac", 4);
        memset(thread_name, 0, sizeof(thread_name));
        memcpy(thread_name, whole, size < 15 ? (size_t)size : 15);
        const int kept = size <= 15 ? size : size - 3 < 15 ? size - 3 : 15;
        snprintf(field, sizeof(field),
                 size <= 15 ? " thread=\"%.*s\" call" : " thread=%.*s call", kept, whole);
        write_event();
        CHECK(strstr(written, field));
    }
    /* A character that ends with the 15th byte is one, and less than one is not the kernel's.
     */
    memcpy(thread_name, "1234567890123\xc3", 15);
    write_event();
    CHECK(strstr(written, " thread=\"1234567890123\\ufffd\" call"));
    memset(thread_name, 0, sizeof(thread_name));
    program_invocation_short_name = NULL;
}

int main(void)
{
    const struct event event = {.call = "write", .fd = 3};
    counters_add_event(&event, "pipe", 1, &event_counts);
    check_times();
    check_tags();
    check_names();
    return 0;
}
