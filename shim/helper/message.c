#include "helper/helper.h"

#include <errno.h>
#include <limits.h>

/* The most bytes of the quoted text, which is cut off, and of all others. */
enum { QUOTED_SIZE = PATH_MAX, WORDS_SIZE = 512 };

/* The texts of glibc's strerror(3). No pointers, since those would have to be relocated. */
static const struct {
    short error;
    char words[34];
} errors[] = {
    {EPERM, "Operation not permitted"},
    {ENOENT, "No such file or directory"},
    {EIO, "Input/output error"},
    {E2BIG, "Argument list too long"},
    {ENOEXEC, "Exec format error"},
    {EBADF, "Bad file descriptor"},
    {EAGAIN, "Resource temporarily unavailable"},
    {ENOMEM, "Cannot allocate memory"},
    {EACCES, "Permission denied"},
    {ENOTDIR, "Not a directory"},
    {EISDIR, "Is a directory"},
    {EMFILE, "Too many open files"},
    {ETXTBSY, "Text file busy"},
    {ENOSPC, "No space left on device"},
    {EROFS, "Read-only file system"},
    {EPIPE, "Broken pipe"},
    {ENAMETOOLONG, "File name too long"},
    {ELOOP, "Too many levels of symbolic links"},
    {ECONNREFUSED, "Connection refused"},
};

static void add_error(struct strbuf *line, long error)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].error == error) {
            strbuf_add(line, errors[i].words);
            return;
        }
    }
    strbuf_add(line, "error ");
    strbuf_add_number(line, error);
}

/* Replaces C0, DEL, and C1 (two bytes in UTF-8), so that the text can neither end the line nor
   control a terminal. */
static void add_quoted(struct strbuf *line, const char *quoted)
{
    for (size_t i = 0; i < QUOTED_SIZE && quoted[i]; i++) {
        const unsigned char byte = (unsigned char)quoted[i];
        const bool c1 = byte == 0xc2 && (quoted[i + 1] & 0xe0) == 0x80;
        const bool control = byte < 0x20 || byte == 0x7f || c1;
        strbuf_add_bytes(line, control ? "?" : &quoted[i], 1);
        i += c1;
    }
}

void print_message(const char *before, const char *quoted, const char *after, long error)
{
    char space[QUOTED_SIZE + WORDS_SIZE];
    struct strbuf line = {space, 0, sizeof(space)};
    strbuf_add(&line, helper_name);
    strbuf_add(&line, ": ");
    strbuf_add(&line, before);
    if (quoted) {
        strbuf_add(&line, "'");
        add_quoted(&line, quoted);
        strbuf_add(&line, "'");
    }
    strbuf_add(&line, after);
    if (error) {
        strbuf_add(&line, ": ");
        add_error(&line, -error);
    }
    strbuf_add(&line, "\n");
    write_stderr(&line);
}
