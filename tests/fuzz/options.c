/* NOSIGPIPE_OPTIONS: the values and the messages, compared with an independent parser. */
#include "../../shim/config/options.h"

#include <ctype.h>
#include <elf.h>
#include <sys/uio.h>

#include "fuzz.h"

static char said[1 << 20];
static size_t said_size;

/* Keeps what the shim writes to descriptor 2. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct iovec *parts = (const struct iovec *)b;
    const size_t start = said_size;
    CHECK(number == SYS_writev && a == 2 && d == 0 && e == 0 && f == 0);
    for (long i = 0; i < c; i++) {
        CHECK(said_size + parts[i].iov_len < sizeof(said));
        memcpy(said + said_size, parts[i].iov_base, parts[i].iov_len);
        said_size += parts[i].iov_len;
    }
    return (long)(said_size - start);
}

static struct options expected;
static char expected_path[LOG_PATH_SIZE];
static char *unread; /* the messages that are not yet checked */

/* Checks the next line, which names the culprit and ends with what is accepted. */
static void expect_complaint(const char *front, const char *culprit, const char *accepted)
{
    char *const end = strchr(unread, '\n');
    CHECK(end);
    *end = '\0';
    CHECK(strncmp(unread, front, strlen(front)) == 0);
    const size_t tail = strlen(accepted) + 1;
    CHECK(strlen(unread) > tail && end[-1] == ')');
    CHECK(strncmp(end - tail, accepted, strlen(accepted)) == 0);
    bool plain = strlen(culprit) < 200;
    for (const char *c = culprit; *c; c++)
        plain = plain && isprint((unsigned char)*c) && *c != '"' && *c != '\\';
    CHECK(!plain || strncmp(unread + strlen(front), culprit, strlen(culprit)) == 0);
    for (const char *c = unread; *c; c++)
        CHECK(!iscntrl((unsigned char)*c));
    unread = end + 1;
}

static void expect_choice(const char *value, const char *values, unsigned *member)
{
    char words[256];
    unsigned index = 0;
    snprintf(words, sizeof(words), "%s", values);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "), index++) {
        const bool is_path = strcmp(word, "file:PATH") == 0;
        *member = index;
        if (!is_path && strcmp(value, word) == 0)
            return;
        if (is_path && strncmp(value, "file:/", 6) == 0 && strlen(value) < 5 + LOG_PATH_SIZE) {
            snprintf(expected_path, sizeof(expected_path), "%s", value + 5);
            return;
        }
    }
    *member = 0;
    expect_complaint("nosigpipe: NOSIGPIPE_OPTIONS: bad value '", value, values);
}

static void expect_number(const char *value, unsigned largest, unsigned *member)
{
    char accepted[32];
    const size_t size = strlen(value);
    const bool valid = size > 0 && size <= 9 && strspn(value, "0123456789") == size &&
                       strtoul(value, NULL, 10) <= largest;
    *member = valid ? (unsigned)strtoul(value, NULL, 10) : 0;
    snprintf(accepted, sizeof(accepted), "0 to %u", largest);
    if (!valid)
        expect_complaint("nosigpipe: NOSIGPIPE_OPTIONS: bad value '", value, accepted);
}

static void expect_pair(char *pair)
{
    const char *const key = pair;
    char *value = strchr(pair, '=');
    if (value)
        *value++ = '\0';
    else
        value = pair + strlen(pair);
#define CHOICE(name, member, values)                                                           \
    if (strcmp(key, #name) == 0) {                                                             \
        expect_choice(value, values, &expected.member);                                        \
        return;                                                                                \
    }
#define NUMBER(name, member, largest)                                                          \
    if (strcmp(key, #name) == 0) {                                                             \
        expect_number(value, largest, &expected.member);                                       \
        return;                                                                                \
    }
#include "../../shim/options.def"
#undef CHOICE
#undef NUMBER
    expect_complaint("nosigpipe: NOSIGPIPE_OPTIONS: unknown key '", key, "storm");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char variable[] = "NOSIGPIPE_OPTIONS=";
    char *const entry = calloc(1, sizeof(variable) + size);
    char *const text = entry + sizeof(variable) - 1;
    memcpy(entry, variable, sizeof(variable) - 1);
    memcpy(text, data, size);
    char other[] = "NOSIGPIPE_OPTION=off";
    /* The auxiliary vector follows the environment, with two NULLs between them if the dynamic
       linker has removed a variable. In secure-execution mode no variable is found. */
    char *const number_of_secure = (char *)(uintptr_t)AT_SECURE;
    char *plain[] = {other, entry, NULL, NULL, number_of_secure, NULL, NULL, NULL};
    char *secure[] = {other, entry, NULL, number_of_secure, entry, NULL, NULL};
    CHECK(options_find(plain, true) == text && options_find(plain, false) == text);
    CHECK(options_find(secure, true) == NULL);
    CHECK(options_read_off(text) == (strcmp(text, "off") == 0));

    said_size = 0;
    options = expected = (struct options){0};
    options_log_path[0] = expected_path[0] = '\0';
    options_read(text);
    said[said_size] = '\0';

    unread = said;
    for (char *pair = text; *pair;) {
        char *const end = pair + strcspn(pair, ",");
        char *const next = *end ? end + 1 : end;
        *end = '\0';
        expect_pair(pair);
        pair = next;
    }
    CHECK(unread == said + said_size);
#define CHOICE(name, member, values)  CHECK(options.member == expected.member);
#define NUMBER(name, member, largest) CHECK(options.member == expected.member);
#include "../../shim/options.def"
#undef CHOICE
#undef NUMBER
    CHECK(strcmp(options_log_path, expected_path) == 0);
    free(entry);
    return 0;
}
