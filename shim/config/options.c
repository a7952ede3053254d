#include "config/options.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/syscall.h"
#include "config/auxiliary_vector.h"
#include "config/environment.h"

struct options options;
char options_log_path[LOG_PATH_SIZE];

#define VARIABLE "NOSIGPIPE_OPTIONS"

/* A part of a string, without a NUL. */
struct piece {
    const char *start;
    size_t size;
};

static bool equals(struct piece piece, const char *text, size_t size)
{
    for (size_t i = 0; i < size && i < piece.size; i++) {
        if (piece.start[i] != text[i])
            return false;
    }
    return piece.size == size;
}

/* Returns the front of `rest` up to `mark` (or all of it), and removes it and the mark there.
 */
static struct piece cut(struct piece *rest, char mark)
{
    struct piece front = {rest->start, 0};
    while (front.size < rest->size && front.start[front.size] != mark)
        front.size++;
    const size_t consumed = front.size + (front.size < rest->size);
    rest->start += consumed;
    rest->size -= consumed;
    return front;
}

/* One writev(2), so that lines of other processes do not mix with this one. `bad` is escaped,
   so that it can neither end the line nor control a terminal, and cut off if it is long. */
static void complain(const char *problem, struct piece bad, struct piece key,
                     const char *accepted)
{
    char space[2 * LOG_PATH_SIZE];
    struct strbuf shown = {space, 0, sizeof(space)};
    const char *of = key.size ? "' for '" : "";
    strbuf_add_escaped(&shown, bad.start, bad.size);
    const struct iovec line[] = {
        {(void *)(uintptr_t) "nosigpipe: " VARIABLE ": ",
         sizeof("nosigpipe: " VARIABLE ": ") - 1},
        {(void *)(uintptr_t)problem, strlen(problem)},
        {shown.start, shown.size},
        {(void *)(uintptr_t)of, strlen(of)},
        {(void *)(uintptr_t)key.start, key.size},
        {(void *)(uintptr_t) "' (accepted: ", 13},
        {(void *)(uintptr_t)accepted, strlen(accepted)},
        {(void *)(uintptr_t) ")\n", 2},
    };
    SYSCALL(SYS_writev, 2, line, sizeof(line) / sizeof(line[0]));
}

/* Whether the value matches `form` of options.def: equals it, or, if `form` ends in PATH, has
   an absolute path there, which is then copied to options_log_path. */
static bool fits(struct piece value, struct piece form)
{
    static const char word[] = "PATH";
    const size_t prefix = form.size - (sizeof(word) - 1);
    const size_t size = value.size - prefix;
    if (form.size < sizeof(word) || !equals((struct piece){form.start + prefix, 4}, word, 4))
        return equals(value, form.start, form.size);
    if (value.size <= prefix || size >= LOG_PATH_SIZE || value.start[prefix] != '/' ||
        !equals((struct piece){value.start, prefix}, form.start, prefix))
        return false;
    for (size_t i = 0; i < size; i++)
        options_log_path[i] = value.start[prefix + i];
    options_log_path[size] = '\0';
    return true;
}

static void read_choice(struct piece key, struct piece value, const char *values,
                        unsigned *member)
{
    struct piece rest = {values, strlen(values)};
    for (unsigned i = 0; rest.size; i++) {
        const struct piece candidate = cut(&rest, ' ');
        if (fits(value, candidate)) {
            *member = i;
            return;
        }
    }
    *member = 0;
    complain("bad value '", value, key, values);
}

static void read_number(struct piece key, struct piece value, unsigned largest,
                        const char *accepted, unsigned *member)
{
    unsigned number = 0;
    bool valid = value.size > 0 && value.size <= 9;
    for (size_t i = 0; i < value.size && valid; i++) {
        valid = value.start[i] >= '0' && value.start[i] <= '9';
        number = number * 10 + (unsigned)(value.start[i] - '0');
    }
    *member = valid && number <= largest ? number : 0;
    if (!valid || number > largest)
        complain("bad value '", value, key, accepted);
}

static void read_pair(struct piece key, struct piece value)
{
#define CHOICE(name, member, values)                                                           \
    if (equals(key, #name, sizeof(#name) - 1)) {                                               \
        read_choice(key, value, values, &options.member);                                      \
        return;                                                                                \
    }
#define NUMBER(name, member, largest)                                                          \
    if (equals(key, #name, sizeof(#name) - 1)) {                                               \
        read_number(key, value, largest, "0 to " #largest, &options.member);                   \
        return;                                                                                \
    }
#include "options.def"
#undef CHOICE
#undef NUMBER
    static const char keys[] =
#define CHOICE(name, member, values)  " " #name
#define NUMBER(name, member, largest) " " #name
#include "options.def"
#undef CHOICE
#undef NUMBER
        ;
    complain("unknown key '", key, (struct piece){"", 0}, keys + 1);
}

const char *options_find(char **environment, bool at_start)
{
    if (!environment || is_secure_execution(environment, at_start))
        return NULL;
    return environment_value(environment, VARIABLE "=");
}

bool options_read_off(const char *text)
{
    options.off = text && equals((struct piece){text, strlen(text)}, "off", 3);
    return options.off;
}

void options_read(const char *text)
{
    struct piece rest = {text, text ? strlen(text) : 0};
    while (rest.size) {
        struct piece value = cut(&rest, ',');
        const struct piece key = cut(&value, '=');
        read_pair(key, value);
    }
}
