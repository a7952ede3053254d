/* Text: numbers as printf(3) formats them, and UTF-8 as libc decodes it. */
#include "../../shim/base/strbuf.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <wchar.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

enum { ROOM = 64 };
static char space[ROOM];

static struct strbuf begin(size_t room)
{
    memset(space, '#', sizeof(space));
    return (struct strbuf){space, 0, room};
}

static void check_is(const struct strbuf *text, const char *expected)
{
    CHECK(text->size == strlen(expected) && memcmp(space, expected, text->size) == 0);
    CHECK(space[text->size] == '#'); /* and nothing after it */
}

static void check_number(int64_t number)
{
    char expected[ROOM];
    struct strbuf text = begin(ROOM);
    strbuf_add_number(&text, number);
    snprintf(expected, sizeof(expected), "%" PRId64, number);
    check_is(&text, expected);
    text = begin(ROOM);
    strbuf_add_hex(&text, (uint64_t)number);
    snprintf(expected, sizeof(expected), "%" PRIx64, (uint64_t)number);
    check_is(&text, expected);
    for (unsigned digits = 1; digits < 8; digits++) {
        text = begin(ROOM);
        strbuf_add_padded(&text, (uint64_t)number, digits);
        snprintf(expected, sizeof(expected), "%0*" PRIu64, (int)digits, (uint64_t)number);
        check_is(&text, expected);
    }
}

/* Around each power of two and of ten, and pseudo-random numbers. */
static void check_numbers(void)
{
    uint64_t ten = 1;
    uint64_t any = 1;
    for (unsigned i = 0; i < 64; i++, ten *= 10) {
        for (int64_t near = -2; near <= 2; near++) {
            check_number((int64_t)((UINT64_C(1) << i) + (uint64_t)near));
            check_number((int64_t)(ten + (uint64_t)near));
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        any = any * 6364136223846793005 + 1442695040888963407; /* Knuth, MMIX */
        check_number((int64_t)(any >> i % 64));
    }
}

/* What does not fit is left out as a whole. */
static void check_room(void)
{
    for (size_t room = 0; room < 8; room++) {
        struct strbuf text = begin(room);
        strbuf_add(&text, "abc");
        strbuf_add_bytes(&text, "de", 2);
        strbuf_add_number(&text, -7);
        char expected[16] = "";
        static const char *const parts[] = {"abc", "de", "-", "7"};
        for (size_t i = 0; i < 4; i++) {
            if (strlen(expected) + strlen(parts[i]) <= room)
                strncat(expected, parts[i], sizeof(expected) - strlen(expected) - 1);
        }
        check_is(&text, expected);
    }
}

/* The size of the first character, or 0 if there is none, by mbrtowc(3). */
static size_t character(const char *bytes, size_t size, wchar_t *number)
{
    mbstate_t state = {0};
    *number = 0;
    const size_t found = mbrtowc(number, bytes, size, &state);
    if (found == 0)
        return 1;
    return found > size || *number > 0x10ffff ? 0 : found; /* glibc accepts larger ones */
}

/* RFC 8259, 7, and 0x7f to 0x9f, so that a log contains no control characters for a terminal.
 */
static void expect_escaped(char *expected, const char *bytes, size_t size)
{
    *expected = '\0';
    for (size_t i = 0; i < size;) {
        wchar_t number;
        const size_t length = character(bytes + i, size - i, &number);
        char one[16] = "";
        if (!length)
            snprintf(one, sizeof(one), "\\ufffd");
        else if (number == '"' || number == '\\')
            snprintf(one, sizeof(one), "\\%c", (char)number);
        else if (number == '\n' || number == '\t')
            snprintf(one, sizeof(one), "%s", number == '\n' ? "\\n" : "\\t");
        else if (number < ' ' || (number >= 0x7f && number < 0xa0))
            snprintf(one, sizeof(one), "\\u%04x", (unsigned)number);
        else
            memcpy(one, bytes + i, length);
        memcpy(expected, one, strlen(one) + 1);
        expected += strlen(one);
        i += length ? length : 1;
    }
}

/* At the end of readable memory. */
static void check_escaped(const unsigned char *bytes, size_t size)
{
    static char *end;
    char expected[ROOM];
    struct strbuf text = begin(ROOM);
    if (!end) {
        end = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(end != MAP_FAILED && mprotect(end += 4096, 4096, PROT_NONE) == 0);
    }
    memcpy(end - size, bytes, size);
    expect_escaped(expected, (const char *)bytes, size);
    strbuf_add_escaped(&text, end - size, size);
    check_is(&text, expected);
}

/* All sequences of one and of two bytes, and longer ones of the bytes at which a form of UTF-8
   ends.
 */
static void check_escapes(void)
{
    static const unsigned char first[] = {0x41, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
                                          0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
    static const unsigned char rest[] = {0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0};
    enum { REST = sizeof(rest) };
    for (unsigned i = 0; i < 0x10000; i++) {
        check_escaped((const unsigned char[]){(unsigned char)(i >> 8)}, 1);
        check_escaped((const unsigned char[]){(unsigned char)(i >> 8), (unsigned char)i}, 2);
    }
    for (unsigned i = 0; i < sizeof(first) * REST * REST * REST; i++) {
        const unsigned char bytes[] = {first[i / REST / REST / REST],
                                       rest[i / REST / REST % REST], rest[i / REST % REST],
                                       rest[i % REST]};
        check_escaped(bytes, 3);
        check_escaped(bytes, 4);
    }
}

/* A text with characters of each size, cut off at each byte. */
static void check_whole(const char *text)
{
    size_t whole = 0;
    for (size_t size = 0; size <= strlen(text); size++) {
        wchar_t number;
        const size_t length = character(text + whole, size - whole, &number);
        if (size > whole && length)
            whole += length;
        CHECK(utf8_complete_prefix(text, size) == whole);
    }
}

/* No character begins here that could be cut off; bytes before it are not read. */
static void check_no_character(void)
{
    static const char bytes[] = "\xf0\x80\x80\x80\x80\x80\x80";
    for (size_t size = 0; size <= 6; size++)
        CHECK(utf8_complete_prefix(bytes + 1, size) == size);
    for (int first = 0x80; first < 0x100; first++) {
        const char one[] = {'a', (char)first};
        CHECK(utf8_complete_prefix(one, 2) == (first >= 0xc2 && first <= 0xf4 ? 1 : 2));
    }
}

static struct {
    long fd;
    const void *start;
    size_t size;
} said;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)d, (void)e, (void)f;
    CHECK(number == SYS_write);
    said.fd = a;
    said.start = (const void *)b;
    said.size = (size_t)c;
    return -EPIPE;
}

int main(void)
{
    /* glibc 2.35 and musl always have this locale. */
    CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
    check_numbers();
    check_room();
    check_escapes();
    check_whole("");
    check_whole("abc");
    check_whole("a\xc3\xa9"
                "b\xe2\x82\xac"
                "c\xf0\x9f\x98\x80"
                "d");
    check_whole("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    check_no_character();
    write_stderr(&(struct strbuf){space, 5, ROOM});
    CHECK(said.fd == 2 && said.start == space && said.size == 5);
    return 0;
}
