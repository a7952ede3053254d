/* The entrypoint: how it starts a command, and what it prints before that. */
#include "helper.h"

/* Checks that these files are tried, one a line. */
static void check_tried(const char *path, const char *name, int status, const char *tried)
{
    char entry[3 * PATH_MAX];
    snprintf(entry, sizeof(entry), "PATH=%s", path);
    CHECK(start_as(NULL, WORDS("x", "--", name, "a"), WORDS(entry)) == status);
    if (strcmp(done.tried, tried) != 0)
        fprintf(stderr, "tried:\n%s", done.tried);
    CHECK(strcmp(done.tried, tried) == 0);
}

static void check_search(void)
{
    static char folder[PATH_MAX + 2];
    static char name[PATH_MAX + NAME_MAX + 10];
    begin();
    check_tried("/a:/b", "c", STATUS_NOT_FOUND, "/a/c\n/b/c\n");
    check_tried(":/b:", "c", STATUS_NOT_FOUND, "c\n/b/c\nc\n");
    check_tried("", "c", STATUS_NOT_FOUND, "c\n");
    check_tried("/a", "./c", STATUS_NOT_FOUND, "./c\n");
    CHECK(start_as(NULL, WORDS("x", "c"), WORDS("PAT=/x")) == STATUS_NOT_FOUND);
    CHECK(strcmp(done.tried, "/bin/c\n/usr/bin/c\n") == 0);
    static const long others[] = {-ENOTDIR, -ESTALE, -ENODEV, -ETIMEDOUT, -EACCES};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        kernel.refused = others[i];
        check_tried("/a:/b", "c", STATUS_NOT_EXECUTABLE, "/a/c\n/b/c\n");
    }
    check_printed("cannot start 'c': Permission denied");
    kernel.refused = -E2BIG;
    check_tried("/a:/b", "c", STATUS_NOT_EXECUTABLE, "/a/c\n");
    memset(folder, 'x', sizeof(folder) - 1);
    memset(name, 'y', sizeof(name) - 1);
    kernel.refused = -ENOENT;
    check_tried(folder, "c", STATUS_NOT_FOUND, "");
    check_tried("/a", name, STATUS_NOT_EXECUTABLE, "");
}

static void check_shell(void)
{
    begin();
    kernel.refused = -ENOEXEC;
    kernel.started = "/bin/sh";
    check_tried("/a:/b", "c", STARTED, "/a/c\n/bin/sh\n");
    static const char *const words[] = {"/bin/sh", "/a/c", "a"};
    for (size_t i = 0; i < 3; i++)
        CHECK(strcmp(done.arguments[i], words[i]) == 0);
    CHECK(!done.arguments[3]);
    kernel.started = NULL;
    check_tried("/a:/b", "c", STATUS_NOT_EXECUTABLE, "/a/c\n/bin/sh\n");
    check_printed("cannot start 'c': Exec format error");
}

/* Checks what is printed before the command starts, with these options. */
static void check_logged(const char *options, const char *line)
{
    char entry[2 * SIZE];
    snprintf(entry, sizeof(entry), "NOSIGPIPE_OPTIONS=%s", options);
    CHECK(start_as(NULL, WORDS("x", "true"), WORDS("PATH=/bin", entry)) == STARTED);
    if (line)
        check_printed(line);
    else
        CHECK(!*done.printed);
}

static void check_files(void)
{
    begin();
    kernel.type = S_IFREG;
    check_logged("log=file:/log/file",
                 "the log cannot be written, '/log/file': Permission denied");
    kernel.there[1] = "/log/file";
    check_logged("log=file:/log/file,storm=1", NULL);
    kernel.type = S_IFDIR;
    check_logged("log=file:/log/file",
                 "the log cannot be written, '/log/file': Is a directory");
    kernel.type = S_IFLNK;
    check_logged("log=file:/log/file",
                 "the log cannot be written, '/log/file': Too many levels of symbolic links");
    kernel.status = -ENOTDIR;
    check_logged("log=file:/log/file",
                 "the log cannot be written, '/log/file': Not a directory");
    kernel.status = -ENOENT;
    check_logged("log=file:/log/file",
                 "the log cannot be written, '/log/file': Permission denied");
    kernel.there[1] = "/log/";
    check_logged("log=file:/log/file", NULL);
    kernel.there[1] = "/";
    check_logged("log=file:/file", NULL);
    /* The library itself reports a bad value. */
    check_logged("log=file:relative", NULL);
    check_logged("log=file", NULL);
    check_logged("log=", NULL);
    check_logged("log=off", NULL);
    check_logged("log=syslogs", NULL);
    char path[SIZE] = "log=file:/";
    memset(path + strlen(path), 'x', 300);
    check_logged(path, NULL);
}

static void check_sockets(void)
{
    begin();
    check_logged("log=journal", NULL);
    kernel.connected = -EPROTOTYPE; /* a socket for connections: unix(7) */
    check_logged("log=syslog", NULL);
    kernel.connected = -ECONNREFUSED;
    check_logged("log=syslog", "the log cannot be written, '/dev/log': Connection refused");
    kernel.connected = -ENOENT;
    check_logged("log=journal",
                 "the log cannot be written, '/run/systemd/journal/socket': No such "
                 "file or directory");
    kernel.descriptor = -EPERM;
    check_logged("log=journal", "the log cannot be written, '/run/systemd/journal/socket': "
                                "Operation not permitted");
}

static void check_signal(void)
{
    begin();
    kernel.handler = 4096;
    kernel.blocked = ~(UINT64_C(1) << (SIGPIPE - 1));
    check_logged("", NULL);
    kernel.handler = (uintptr_t)SIG_IGN;
    check_logged("", "SIGPIPE is ignored already, so nothing will be logged");
    check_logged("log=off", NULL);
    check_logged("off", NULL);
    kernel.handler = (uintptr_t)SIG_DFL;
    kernel.blocked = UINT64_C(1) << (SIGPIPE - 1);
    check_logged("", "SIGPIPE is blocked already, so nothing will be logged");
    check_logged("log=off", NULL);
    check_logged("events=all", NULL);
    check_logged("events=all,events=deadly,format=json",
                 "SIGPIPE is blocked already, so nothing will be logged");
    check_logged("events=deadly-and-all-others,events=deadly",
                 "SIGPIPE is blocked already, so nothing will be logged");
}

int main(void)
{
    check_search();
    check_shell();
    check_files();
    check_sockets();
    check_signal();
    return 0;
}
